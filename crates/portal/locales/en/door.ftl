login = Log in
login-name = Name
login-password = Password
login-submit = Log in
login-wrong = Name or password is wrong. Check both and try again.
login-wait = Too many wrong passwords for this name. { $count ->
    [one] Wait a minute
   *[other] Wait { $number } minutes
  }, or ask for a log-in link.
login-without = Without a password
login-operator-help = As an operator, get a link on the server that works once, for ten minutes:
enter = Open the portal
enter-help = This link opens the portal once. Go on when you are ready.
enter-button = Open the portal
login-customer-help = As a customer, open the portal by the link in the application that it belongs to.
fault-back = To the beginning
fault-logged-out = You are not logged in
fault-logged-out-help = Your session has ended, or you have none yet. Log in, or open a new link. Nothing was changed.
fault-used-link = This link does not work any more
fault-used-link-help = A link opens the portal only once and only for a limited time. Ask for a new one.
fault-forbidden = You may not do this
fault-forbidden-help = Your session may not open this page, or not change anything here. Ask the operator.
fault-not-found = There is nothing here
fault-not-found-help = The address is wrong, or what was here has been deleted.
fault-forged = This form was not accepted
fault-forged-help = It did not come from a page of your session. Load the page again and send it once more. Nothing was changed.
fault-changed = Somebody changed it meanwhile
fault-changed-help = Load the page again and make your change once more. Nothing was changed.
fault-unreadable = This form cannot be read
fault-unreadable-help = It is too large or damaged. Nothing was changed.
fault-too-many = Too much at once
fault-too-many-help = Wait a moment and try again.
fault-conflict = This is not possible now
fault-conflict-help = The server refused and changed nothing. The reason:
fault-unavailable = The store cannot be reached at the moment
fault-unavailable-help = Nothing was changed and nothing is lost. Try again in a moment.
fault-internal = Something went wrong
fault-internal-help = The fault is ours. The cause stands in the server's log.
