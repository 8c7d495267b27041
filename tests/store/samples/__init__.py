"""Roster data as released versions wrote it, one folder for each format of its records; never changed afterwards."""
