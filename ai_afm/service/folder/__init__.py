"""What `ai-afm segment` does: folders of scans found, hashed, segmented once, listed and shown."""
