"""The tasks' tests."""
