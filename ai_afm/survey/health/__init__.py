"""Instrument health while running: is what is being recorded still worth believing?

Pure functions over lines (`passes`), two scans of one place (`same_place`) and spectra. Each gives
a `Check`: a score with a meaning, a verdict and advice, never an action.
"""
