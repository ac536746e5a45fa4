"""How long things take, as ratios of two ways of doing them in the same run. Not part of the tests."""
