list-taken = Das gibt es schon. Wählen Sie etwas anderes, oder bearbeiten Sie den vorhandenen Eintrag.
list-cut = Es gibt weitere Einträge, die hier nicht gezeigt werden.
list-next = Weitere Einträge
list-shown-once = Das wird nur jetzt angezeigt und nie wieder. Kopieren Sie es, bevor Sie die Seite verlassen.
list-sure = Das lässt sich nicht zurücknehmen.
