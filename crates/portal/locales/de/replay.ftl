replay-title = Erneut senden
replay-help = Nachrichten aus einem Zeitraum gehen noch einmal an diesen Endpunkt, jede einmal. Zuerst wird gezählt; gesendet wird erst, wenn Sie bestätigen.
replay-disabled = Hier ist ausgeschaltet. Schalten Sie erst ein, bevor Sie erneut senden.
replay-which = Welche Nachrichten
replay-failed = Gescheiterte
replay-missing = Nie gesendete, die heute gewünscht sind
replay-all = Alle
replay-until-hint = Leer: bis jetzt.
replay-count-button = Zählen
replay-count = { $count ->
    [0] Keine Nachricht passt dazu. Wählen Sie einen anderen Zeitraum oder andere Nachrichten.
    [one] Eine Nachricht würde gesendet.
   *[other] { $number } Nachrichten würden gesendet.
 }
replay-count-more = Mehr als { $number } Nachrichten würden gesendet.
replay-start = Jetzt senden
replay-begun = Bisher erneut gesendet
replay-at = Begonnen
replay-asked = Nachrichten
replay-since = Seit
replay-until = Bis
replay-running = Läuft
replay-done = Fertig
replay-canceled = Abgebrochen
replay-cancel = Abbrechen
waiting-none = Es wartet nichts.
waiting-help = Was hier wartet, wird verworfen und nicht mehr gesendet, auch Wiederholungen. Die Nachrichten bleiben und können erneut gesendet werden.
waiting-cancel = Alles Wartende verwerfen
waiting-now = sofort
