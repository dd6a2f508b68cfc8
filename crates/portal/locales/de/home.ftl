home-no-message = Noch keine Nachricht. Senden Sie einen Test, um zu sehen, ob der Empfänger antwortet; Nachrichten kommen, sobald die Anwendung ein Ereignis meldet.
home-test = Test senden
home-latest = Neueste Nachrichten
home-all-messages = Alle Nachrichten
home-all-endpoints = Alle Endpunkte
