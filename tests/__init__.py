"""The tests mirror the package; `tests/browser/` looks at the built site with a real browser."""
