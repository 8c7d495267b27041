"""Plain data that everybody may import: entities, settings, runs, problems, events, errors. No I/O."""
