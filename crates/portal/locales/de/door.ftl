login = Anmelden
login-name = Name
login-password = Passwort
login-submit = Anmelden
login-wrong = Name oder Passwort stimmt nicht. Prüfen Sie beides und versuchen Sie es noch einmal.
login-wait = Zu viele falsche Passwörter für diesen Namen. { $count ->
    [one] Warten Sie eine Minute
   *[other] Warten Sie { $number } Minuten
  }, oder lassen Sie sich einen Anmelde-Link geben.
login-without = Ohne Passwort
login-operator-help = Als Betreiber erhalten Sie auf dem Server mit diesem Befehl einen Link, der einmal und zehn Minuten lang gilt:
enter = Portal öffnen
enter-help = Dieser Link öffnet das Portal einmal. Gehen Sie weiter, wenn Sie so weit sind.
enter-button = Portal öffnen
login-customer-help = Als Kunde öffnen Sie das Portal über den Link in der Anwendung, zu der es gehört.
fault-back = Zum Anfang
fault-logged-out = Sie sind nicht angemeldet
fault-logged-out-help = Ihre Sitzung ist zu Ende, oder Sie haben noch keine. Melden Sie sich an, oder öffnen Sie einen neuen Link. Geändert wurde nichts.
fault-used-link = Dieser Link gilt nicht mehr
fault-used-link-help = Jeder Link öffnet das Portal nur einmal und nur eine begrenzte Zeit. Lassen Sie sich einen neuen geben.
fault-forbidden = Dafür fehlt Ihnen das Recht
fault-forbidden-help = Ihre Sitzung darf diese Seite nicht öffnen oder hier nichts ändern. Wenden Sie sich an den Betreiber.
fault-not-found = Das gibt es hier nicht
fault-not-found-help = Die Adresse ist falsch, oder was hier war, wurde gelöscht.
fault-forged = Dieses Formular wurde nicht angenommen
fault-forged-help = Es kam nicht von einer Seite Ihrer Sitzung. Laden Sie die Seite neu und senden Sie es noch einmal. Geändert wurde nichts.
fault-changed = Inzwischen hat es jemand geändert
fault-changed-help = Laden Sie die Seite neu und tragen Sie Ihre Änderung noch einmal ein. Geändert wurde nichts.
fault-unreadable = Dieses Formular kann nicht gelesen werden
fault-unreadable-help = Es ist zu groß oder beschädigt. Geändert wurde nichts.
fault-too-many = Zu viel auf einmal
fault-too-many-help = Warten Sie einen Augenblick und versuchen Sie es noch einmal.
fault-conflict = Das geht gerade nicht
fault-conflict-help = Der Server hat abgelehnt und nichts geändert. Der Grund:
fault-unavailable = Der Speicher ist gerade nicht erreichbar
fault-unavailable-help = Geändert wurde nichts, und nichts ist verloren. Versuchen Sie es in einem Augenblick noch einmal.
fault-internal = Etwas ist schiefgegangen
fault-internal-help = Der Fehler liegt bei uns. Die Ursache steht im Log des Servers.
