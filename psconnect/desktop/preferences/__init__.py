"""The cards of the *Preferences* page: what is set for psconnect as a whole, whatever the connection."""
