"""Icons of our own: simple strokes as SVG, coloured by the theme, sharp on every screen."""

from functools import lru_cache
from pathlib import Path

from qtpy.QtCore import QByteArray, QRectF, Qt
from qtpy.QtGui import QIcon, QPainter, QPixmap
from qtpy.QtSvg import QSvgRenderer

from ai_afm_gui.look.tones import Colours

FOLDER = Path(__file__).parent / "icons"
SIZES = (16, 20, 24, 32, 48, 64, 96)
"""Pixels that an icon is drawn at; screens of up to three device pixels a pixel find theirs."""


def icon(name: str, tones: Colours) -> QIcon:
    """Return an icon in the colours of a theme: text, accent when chosen, quiet when disabled.

    Parameters
    ----------
    name
        Of a file in `icons`, without its end.
    tones
        Of the theme.
    """
    made = QIcon()
    for size in SIZES:
        for mode, state, colour in (
            (QIcon.Mode.Normal, QIcon.State.Off, tones.quiet),
            (QIcon.Mode.Normal, QIcon.State.On, tones.accent),
            (QIcon.Mode.Disabled, QIcon.State.Off, tones.line),
        ):
            made.addPixmap(pixmap(name, colour, size), mode, state)
    return made


def plain_icon(name: str, colour: str) -> QIcon:
    """Return an icon that has one colour in all its states."""
    made = QIcon()
    for size in SIZES:
        made.addPixmap(pixmap(name, colour, size))
    return made


def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return an icon as pixels.

    Parameters
    ----------
    name
        Of a file in `icons`, without its end.
    colour
        "#rrggbb".
    size
        Edge in pixels of the window.
    ratio
        Device pixels in a pixel of the window.
    """
    edge = round(size * ratio)
    made = QPixmap(edge, edge)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer = QSvgRenderer(QByteArray(_text(name).replace("currentColor", colour).encode()))
    renderer.render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


@lru_cache(maxsize=64)
def _text(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
