"""Moodle, kept in step through its web services."""
