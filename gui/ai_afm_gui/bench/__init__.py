"""`ai-afm bench gui`: how fast the window is, on its real widgets; null is not measured."""
