"""What `ai-afm archive segment` does: each scan once, on one computer or many, named by hash."""
