"""Colours and names of what is drawn; colours after Okabe and Ito, for colour-blind eyes too."""

from typing import Final

from ai_afm.types import ClassCode, ConsentLevel

INK: Final = "#1d2733"
MUTED: Final = "#5b6673"
GRID: Final = "#d6dbe1"
NO_DATA: Final = "#e4e7eb"
ACCENT: Final = "#0072b2"
FIRST: Final = "#d55e00"
"""First half-cycle from the native state."""
LATER: Final = "#a9b2bc"
"""Later cycles."""

WALL_COLOURS: Final = {
    ClassCode.WALL: "#e69f00",
    ClassCode.WALL_180: "#56b4e9",
    ClassCode.WALL_FERROELASTIC: "#009e73",
    ClassCode.GRAIN_BOUNDARY: "#cc79a7",
    ClassCode.TOPOGRAPHY_EDGE: "#f0e442",
}
WALL_NAMES: Final = {
    ClassCode.WALL: "domain wall, type undetermined",
    ClassCode.WALL_180: "180° wall",
    ClassCode.WALL_FERROELASTIC: "ferroelastic wall",
    ClassCode.GRAIN_BOUNDARY: "grain boundary",
    ClassCode.TOPOGRAPHY_EDGE: "topography edge",
}
ZONE_COLOURS: Final = {
    ConsentLevel.IMAGE: "#0072b2",
    ConsentLevel.BIAS: "#009e73",
    ConsentLevel.SACRIFICIAL: "#e69f00",
    ConsentLevel.FORBIDDEN: "#d55e00",
}
ZONE_NAMES: Final = {
    ConsentLevel.IMAGE: "images only",
    ConsentLevel.BIAS: "bias allowed",
    ConsentLevel.SACRIFICIAL: "sacrificial",
    ConsentLevel.FORBIDDEN: "forbidden",
}
