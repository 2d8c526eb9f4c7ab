"""Palette, icons, fonts and colour maps: what the window looks like."""
