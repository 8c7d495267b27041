"""The web service functions, a module for each area of moodle-api.md 6; `catalogue` lists them all."""
