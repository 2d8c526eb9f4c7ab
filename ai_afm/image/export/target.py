"""Writing an exported file: whole under its name, or not at all."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ai_afm.errors import StoreError
from ai_afm.types import UNKNOWN, Frame
from ai_afm.types.codec import dumps


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` with the same ending; rename it when the block ends well.

    Raises
    ------
    StoreError
        When the disk refuses; an older file under the name is untouched.
    """
    temporary = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    except (OSError, ValueError) as exc:
        raise StoreError(f"{path} could not be written: {exc}") from exc
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def gwyddion_offset(frame: Frame) -> tuple[float, float]:
    """Return the top left corner, m, in Gwyddion's axes (x right, y down, our origin).

    Gwyddion knows no rotated fields: of a rotated frame the centre is kept.
    """
    (x, y), (width, height) = frame.region.center, frame.region.size
    return x - width / 2, -y - height / 2


def si_unit(unit: str) -> str:
    """Return the unit as Gwyddion may see it: "arb" would be taken for an SI unit with a prefix."""
    return "" if unit in ("arb", UNKNOWN) else unit


def request_text(frame: Frame) -> str:
    """Return the frame's request as JSON; empty where its file does not tell all of it.

    A scan of another program may not say its line rate (NaN): nobody asked for that.
    """
    return dumps(frame.request) if math.isfinite(frame.request.line_rate) else ""
