"""Everything that knows PowerSchool: its wire, its tables, its plugin package and its quirks.

Numbers in parentheses, such as (16.4), are sections of docs/powerschool.md.
"""
