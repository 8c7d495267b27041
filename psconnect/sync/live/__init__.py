"""A set-up tried on the rows of one earlier reading: samples and counts at each keystroke, nothing asked outside."""
