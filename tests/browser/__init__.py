"""The published gallery as people meet it: in Chromium, in an HTML checker, with and without its script."""
