"""Formal languages: one module per family."""
