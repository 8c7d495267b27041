"""A run: read -> shape -> plan -> guard -> apply. Every step is stored, so a run can be cancelled or resumed."""
