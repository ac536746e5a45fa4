"""Benchmarks: ratios of two ways to do the same thing in one run. Not part of the tests."""
