"""Everything that knows PowerSchool: its wire, its tables, its plugin package and its quirks."""
