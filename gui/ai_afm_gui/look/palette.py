"""The colours of the window, light and dark, and one style sheet for both.

Lines have one colour per class, the same on every page and picture; they differ in lightness, too,
and each class has a word beside its colour, so that nothing is told by colour alone.
"""

from ai_afm.types import ClassCode
from ai_afm_gui.look.theme import palette
from ai_afm_gui.look.tones import DARK, LIGHT, Colours, colours

__all__ = ["DARK", "LIGHT", "LINES", "Colours", "colours", "palette"]


LINES = {
    ClassCode.WALL: "#f2f2f2",
    ClassCode.WALL_180: "#56b4e9",
    ClassCode.WALL_FERROELASTIC: "#f0e442",
    ClassCode.GRAIN_BOUNDARY: "#e8743b",
    ClassCode.TOPOGRAPHY_EDGE: "#cc79a7",
}
"""Colour of each class of lines (Okabe and Ito's palette), drawn with a dark edge on images."""
