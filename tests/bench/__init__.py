"""Benchmarks: ratios against a bare baseline in the same run, never absolute times (design.md section 6)."""
