"""One channel as a Gwyddion simple field (.gsf)."""

from pathlib import Path

import numpy as np
from gsffile import write_gsf as write_field

from ai_afm.errors import BadInput
from ai_afm.image.export.target import gwyddion_offset, si_unit, whole_file
from ai_afm.types import Direction, Frame


def write_gsf(path: Path, frame: Frame, name: str, direction: Direction = Direction.TRACE) -> None:
    """Write one image of a frame; pixels that were not scanned are NaN, which the format allows.

    Parameters
    ----------
    path
        Where, ending in .gsf; replaced when it exists.
    frame, name, direction
        Which image.

    Raises
    ------
    BadInput
        When the frame has no such image, or the file's ending is another one.
    StoreError
        When the disk refuses.
    """
    image = frame.get(name, direction)
    if image is None or image.ndim != 2:
        known = ", ".join(f"{n} {d}" for n, d in frame.data)
        raise BadInput(f"no image {name} {direction} to export; the frame has {known}")
    if path.suffix != ".gsf":
        raise BadInput(f"{path.name}: a Gwyddion simple field ends in .gsf")
    x, y = gwyddion_offset(frame)
    width, height = frame.region.size
    header = {
        "XReal": repr(width),
        "YReal": repr(height),
        "XOffset": repr(x),
        "YOffset": repr(y),
        "Title": f"{name} {direction}",
        "XYUnits": "m",
        "ZUnits": si_unit(frame.unit(name) or ""),
        "AngleRad": repr(frame.region.angle),
    }
    kept = {key: text for key, text in header.items() if text}
    with whole_file(path) as temporary:
        write_field(temporary, np.ascontiguousarray(image, np.float32), kept)
