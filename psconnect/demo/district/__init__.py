"""The made-up district behind the demo server: its people, schedule and contacts in PowerSchool's own tables."""

from __future__ import annotations

from psconnect.demo.district.build import build_district, district_file
from psconnect.demo.district.years import SchoolYear, school_year

__all__ = ["SchoolYear", "build_district", "district_file", "school_year"]
