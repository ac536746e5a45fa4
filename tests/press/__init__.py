"""The press's tests."""
