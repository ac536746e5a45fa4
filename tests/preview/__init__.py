"""The preview's tests."""
