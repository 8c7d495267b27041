"""psconnect: connects PowerSchool SIS to the other systems of a school district."""

from __future__ import annotations

__version__ = "0.1.0"
