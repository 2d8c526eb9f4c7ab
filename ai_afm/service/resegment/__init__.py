"""Segment an archive anew, on one computer or many: each scan once, named by what decides it."""
