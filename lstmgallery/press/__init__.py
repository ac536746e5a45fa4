"""The press: from results in files to the pages of the site, as `{path: bytes}`. No TensorFlow, no effects."""
