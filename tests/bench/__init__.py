"""Benchmarks: ratios against a bare baseline in the same run, never absolute times."""
