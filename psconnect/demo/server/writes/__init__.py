"""All writes to the district over the wire: tables, students, attendance, fees (sections 10.5 and 13)."""
