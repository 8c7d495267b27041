"""Pure rules over records: templates, mapping, requirements, terms and dates. No I/O, no clock."""
