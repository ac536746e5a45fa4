"""The tests mirror the package; `tests/browser/` tests the built site in a real browser."""
