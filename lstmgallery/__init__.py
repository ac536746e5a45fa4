"""lstmgallery: a static-site generator for galleries of neurons, measured and checked."""

__version__ = "0.1.0"
