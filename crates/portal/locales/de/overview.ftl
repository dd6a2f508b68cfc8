overview-first = Erste Zustellungen in der Warteschlange
overview-retries = Wiederholungen in der Warteschlange
overview-oldest = Am längsten fällig
applications-empty = Noch keine Anwendung. Legen Sie eine an:
applications-name = Name
applications-dialect = Dialekt
applications-created = Angelegt
