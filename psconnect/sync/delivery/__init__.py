"""Delivering a plan: to a destination that gets the whole roster, or to one that takes single changes."""
