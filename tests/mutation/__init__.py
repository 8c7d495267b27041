"""Seeded defects: small changes to the modules that decide what is removed, each of which a test has to notice."""
