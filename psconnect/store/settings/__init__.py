"""What a person sets: connection files, secrets in the keyring, and where a home keeps them."""
