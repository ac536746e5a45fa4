"""The desk: everything computed from traces and weights alone, with NumPy and pandas."""
