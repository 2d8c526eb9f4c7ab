"""Label images as indexed PNG: the pixel value is the class code, the palette shows it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ai_afm.types import ClassCode

PALETTE: dict[int, tuple[int, int, int]] = {
    ClassCode.BACKGROUND: (0, 0, 0),
    ClassCode.WALL: (230, 159, 0),
    ClassCode.WALL_180: (86, 180, 233),
    ClassCode.WALL_FERROELASTIC: (0, 158, 115),
    ClassCode.GRAIN_BOUNDARY: (204, 121, 167),
    ClassCode.TOPOGRAPHY_EDGE: (240, 228, 66),
    ClassCode.IGNORE: (90, 90, 90),
}
"""Colours that colour-blind eyes tell apart (Okabe and Ito)."""


def write_mask(path: Path, label: NDArray[np.uint8]) -> None:
    """Write class codes, (lines, pixels) uint8, as an indexed PNG, row 0 at the top."""
    image = Image.fromarray(label, mode=None).convert("L")
    indexed = Image.frombytes("P", image.size, image.tobytes())
    colours = [0] * 768
    for code, colour in PALETTE.items():
        colours[3 * code : 3 * code + 3] = colour
    indexed.putpalette(colours)
    indexed.save(path)
