home-no-message = No message yet. Send a test to see whether the receiver answers; messages come as soon as the application reports an event.
home-test = Send a test
home-latest = Latest messages
home-all-messages = All messages
home-all-endpoints = All endpoints
