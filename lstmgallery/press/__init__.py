"""The press: renders results in files as pages of the site, `{path: bytes}`. No TensorFlow, no side effects."""
