"""An audit: every measured value is computed again by other code and compared with the gallery's files."""
