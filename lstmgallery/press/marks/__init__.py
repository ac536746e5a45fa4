"""Marks: what values look like. Values in, places, shades and words out; nothing here knows of networks or pages."""
