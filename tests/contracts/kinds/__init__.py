"""Kinds of destination that exist for tests alone: one of files, one of single changes."""
