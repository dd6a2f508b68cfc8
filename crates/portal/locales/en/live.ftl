live-pause = Pause
live-resume = Go on
live-arrived = New entries:
live-missed = More came at once than can be shown here. Load the page again to see all of it.
live-ended = The live view has ended with your session.
