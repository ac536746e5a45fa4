"""The published gallery in use: in Chromium, in an HTML checker, with and without JavaScript."""
