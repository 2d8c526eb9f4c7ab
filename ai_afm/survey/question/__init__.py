"""A question that is asked before the first probe, and the statistics that answer it."""
