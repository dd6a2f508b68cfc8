settings-name = Name
settings-uid = Your own name for it
settings-uid-hint = Your software may use it in place of the id: letters, digits, dot, hyphen and underscore.
settings-refused-field = This value is not accepted.
settings-save = Save
settings-delete = Delete the application
settings-delete-help = Endpoints, messages, attempts and everything that is kept for this application are deleted for good. What still waits will not be delivered.
settings-delete-confirm = Type { $id } to confirm
