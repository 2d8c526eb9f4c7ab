"""Steer a run: map, consent, limits, authority, wizard, stop bar."""
