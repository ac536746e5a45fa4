"""The desk: what can be found out from traces and weights alone, with NumPy and pandas."""
