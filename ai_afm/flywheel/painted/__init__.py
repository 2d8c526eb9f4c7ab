"""Crops painted in pixels: a fast second world to learn from, wider than any one material."""

from ai_afm.flywheel.painted.crops import painted_crops

__all__ = ["painted_crops"]
