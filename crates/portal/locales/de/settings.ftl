settings-name = Name
settings-uid = Eigene Kennung
settings-uid-hint = Unter dieser Kennung spricht Ihre Software die Anwendung an: Buchstaben, Ziffern, Punkt, Binde- und Unterstrich.
settings-refused-field = Dieser Wert wird nicht angenommen.
settings-save = Speichern
settings-delete = Anwendung löschen
settings-delete-help = Endpunkte, Nachrichten, Versuche und alles, was für diese Anwendung aufbewahrt wird, werden endgültig gelöscht. Was noch wartet, wird nicht mehr zugestellt.
settings-delete-confirm = Tippen Sie zur Bestätigung { $id } ein
