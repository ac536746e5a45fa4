"""An audit: what the gallery measures is computed once more, in other words, and compared with its files."""
