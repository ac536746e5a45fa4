"""Marks: visual forms of values. Values in, places, shades and words out, independent of networks and pages."""
