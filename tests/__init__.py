"""Tests of psconnect; the folders mirror the package."""
