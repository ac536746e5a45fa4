"""The cells' tests."""
