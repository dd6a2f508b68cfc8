replay-title = Send again
replay-help = Messages of a span of time go to this endpoint once more, each once. They are counted first; nothing is sent until you confirm.
replay-disabled = This is switched off. Switch it on before you send again.
replay-which = Which messages
replay-failed = Those that failed
replay-missing = Those never sent that are wanted today
replay-all = All
replay-until-hint = Empty: until now.
replay-count-button = Count
replay-count = { $count ->
    [0] No message fits. Choose another span of time or other messages.
    [one] One message would be sent.
   *[other] { $number } messages would be sent.
 }
replay-count-more = More than { $number } messages would be sent.
replay-start = Send now
replay-begun = Sent again so far
replay-at = Begun
replay-asked = Messages
replay-since = Since
replay-until = Until
replay-running = Running
replay-done = Done
replay-canceled = Cancelled
replay-cancel = Cancel
waiting-none = Nothing waits.
waiting-help = What waits here is dropped and not sent any more, retries included. The messages stay and can be sent again.
waiting-cancel = Drop all that waits
waiting-now = at once
