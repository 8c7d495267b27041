"""The building blocks of every page: each has an accessible name, a role, and its place in the tab order."""
