"""Segment whole archives of stored scans: found, hashed, segmented once, listed and shown."""
