"""What the tests stand on: guards, and real counterparts that run on this machine."""
