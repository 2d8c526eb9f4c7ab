"""Numbers as a microscopist reads them, and what a controller has decided."""

import math
from dataclasses import dataclass

from ai_afm.types import Point, Proposal


@dataclass(frozen=True, slots=True)
class Choice:
    """What comes next: a request, or `None`; and a sentence that says why."""

    request: Proposal | None
    reason: str


def size_text(size: float) -> str:
    """Write a length (m) in nm below a micrometre and in µm above.

    Examples
    --------
    >>> size_text(5e-7), size_text(1.2e-6)
    ('500 nm', '1.2 µm')
    """
    if size < 0.9995e-6:
        return f"{size * 1e9:.3g} nm"
    return f"{size * 1e6:.3g} µm"


def region_text(size: tuple[float, float]) -> str:
    """Write the size (m) of a region: one number for a square."""
    width, height = size
    if math.isclose(width, height, rel_tol=1e-3):
        return size_text(width)
    return f"{size_text(width)} x {size_text(height)}"


def place_text(point: Point) -> str:
    """Write a position (m).

    Examples
    --------
    >>> place_text((4.2e-7, -1.1e-6))
    'x 0.42 µm, y -1.10 µm'
    """
    return f"x {point[0] * 1e6:.2f} µm, y {point[1] * 1e6:.2f} µm"
