"""A matplotlib figure as inline SVG: vectors stay vectors, images are rasters inside it."""

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup, escape
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ai_afm.report.palette import GRID, INK, MUTED

WIDTH = 7.3
"""Inches: the printable width of A4."""

_STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: it can be selected, searched and read aloud
    "svg.hashsalt": "ai-afm",
    "font.family": "sans-serif",
    "font.size": 7.0,
    "axes.titlesize": 7.5,
    "axes.titleweight": "normal",
    "axes.labelsize": 7.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False,
    "grid.color": GRID,
    "grid.linewidth": 0.4,
    "lines.linewidth": 1.0,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "text.color": INK,
    "text.parse_math": False,  # names come from people: "$" is a letter
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
}
_USED = re.compile(r'(?:url\(#|href="#)([^)"]+)')
_ID = re.compile(r' id="([^"]+)"')
_PNG = re.compile(r"data:image/png;base64,\s*([A-Za-z0-9+/=\s]+)")


def drawn(build: Callable[[], Figure], name: str, words: str) -> Markup:
    """Draw a figure as inline SVG, the same bytes each time.

    Parameters
    ----------
    build
        Makes the figure; it runs with the report's style.
    name
        Unique in the page: ids inside the figure begin with it.
    words
        What it shows, for those who cannot see it.
    """
    with mpl.rc_context(_STYLE):
        figure = build()
        FigureCanvasAgg(figure)
        text = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(
            text, format="svg", metadata=nothing, dpi=220, bbox_inches="tight", pad_inches=0.03
        )
    return Markup(_inline(text.getvalue(), name, words))  # noqa: S704 - matplotlib escapes text


def vector(build: Callable[[], Figure], kind: str) -> bytes:
    """Draw a figure as a whole "svg" or "pdf" file with the report's style, always the same."""
    nothing: Any = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    if kind == "pdf":
        nothing = {"CreationDate": None, "Creator": None, "Producer": None}
    with mpl.rc_context(_STYLE | {"pdf.fonttype": 42}):
        figure = build()
        FigureCanvasAgg(figure)
        picture = io.BytesIO()
        figure.savefig(
            picture, format=kind, metadata=nothing, dpi=300, bbox_inches="tight", pad_inches=0.03
        )
    return picture.getvalue()


def png(build: Callable[[], Figure], dpi: float) -> bytes:
    """Draw a figure as PNG with the report's style, the same bytes each time."""
    with mpl.rc_context(_STYLE):
        figure = build()
        FigureCanvasAgg(figure)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=dpi, metadata={"Software": None})
    return picture.getvalue()


def _inline(text: str, name: str, words: str) -> str:
    """Make a whole SVG file fit into a page: no prolog, no name spaces, no ids but its own."""
    box = re.search(r'viewBox="([^"]+)"', text)
    body = text[text.index(">", text.index("<svg")) + 1 :]
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = body.replace("xlink:href", "href")
    used = set(_USED.findall(body))
    body = _ID.sub(lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", body)
    body = _USED.sub(lambda m: m[0].replace("#" + m[1], f"#{name}-{m[1]}"), body)
    body = _PNG.sub(lambda m: "data:image/png;base64," + _smaller(m[1]), body)
    view = box[1] if box else "0 0 1 1"
    share = min(100.0 * float(view.split()[2]) / (72 * WIDTH), 100.0)
    return (
        f'<svg class="figure" viewBox="{view}" style="width:{share:.1f}%" role="img"'
        f' aria-label="{escape(words)}">'
        f"<title>{escape(words)}</title>{body}"
    )


def _smaller(encoded: str) -> str:
    """Store a picture of at most 256 colours as an indexed one: the same pixels, less room."""
    raw = base64.b64decode(re.sub(r"\s", "", encoded))
    with Image.open(io.BytesIO(raw)) as picture:
        rgba = np.ascontiguousarray(np.asarray(picture.convert("RGBA")))
    colours, index = np.unique(rgba.view("<u4")[..., 0], return_inverse=True)
    if len(colours) > 256:
        return base64.b64encode(raw).decode()
    indexed = Image.fromarray(index.reshape(rgba.shape[:2]).astype(np.uint8)).convert("L")
    indexed = Image.frombytes("P", indexed.size, indexed.tobytes())
    table = colours.astype("<u4").view(np.uint8).reshape(-1, 4)
    indexed.putpalette(table[:, :3].tobytes())
    packed = io.BytesIO()
    indexed.save(packed, "PNG", optimize=True, transparency=table[:, 3].tobytes())
    best = min(raw, packed.getvalue(), key=len)
    return base64.b64encode(best).decode()
