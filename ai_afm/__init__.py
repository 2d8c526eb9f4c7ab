"""ai-afm: the brain that an atomic force microscope lacks."""

__version__ = "0.1.0"
