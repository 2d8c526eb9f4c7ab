"""Correct crops: editor without Qt, canvas, tools, keys."""
