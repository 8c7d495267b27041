"""The web service functions, a module for each area of moodle.md 6; `catalogue` lists them all."""
