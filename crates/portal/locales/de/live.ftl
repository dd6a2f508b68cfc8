live-pause = Anhalten
live-resume = Weiter
live-arrived = Neue Einträge:
live-missed = Es kam mehr auf einmal, als hier gezeigt werden kann. Laden Sie die Seite neu, um alles zu sehen.
live-ended = Die Live-Ansicht endete mit Ihrer Sitzung.
