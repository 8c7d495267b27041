"""Delivering a plan: as the whole roster, or as single changes."""
