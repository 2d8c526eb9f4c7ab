"""Rectangles and lengths as a person reads them."""

import math

from ai_afm.types import ScanRegion
from ai_afm_gui.client.units import metres


def place(region: ScanRegion) -> str:
    """Write a rectangle: size, place and angle.

    Examples
    --------
    >>> place(ScanRegion((1e-6, -2e-7), (2e-6, 5e-7), 0.5))
    '2 µm x 500 nm at (1 µm, -200 nm), 28.6 deg'
    """
    width, height = map(metres, region.size)
    x, y = (metres(c) for c in region.center)
    turned = math.degrees(region.angle)
    angle = f", {turned:.1f} deg" if abs(turned) >= 0.05 else ""
    return f"{width} x {height} at ({x}, {y}){angle}"


def nice_length(longest: float) -> float:
    """Return the longest of 1, 2, 5 times a power of ten that is not longer, m.

    Examples
    --------
    >>> nice_length(7.3e-6), nice_length(1.9e-7)
    (5e-06, 1e-07)
    """
    power = 10 ** math.floor(math.log10(longest))
    factor = max(f for f in (1, 2, 5) if f * power <= longest * (1 + 1e-9))
    return float(f"{factor * power:.6g}")
