"""The history of a connection: runs, their changes and problems, and how a record is titled on screen."""
