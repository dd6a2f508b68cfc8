overview-first = First deliveries waiting
overview-retries = Retries waiting
overview-oldest = Due for longest
applications-empty = No application yet. Make one:
applications-name = Name
applications-dialect = Dialect
applications-created = Created
