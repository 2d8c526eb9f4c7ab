"""A frame as a NumPy archive (.npz) with the keys of the reference maps."""

from pathlib import Path
from typing import Any

import numpy as np

from ai_afm.errors import BadInput
from ai_afm.image.export.target import request_text, whole_file
from ai_afm.types import Frame, Segmentation
from ai_afm.types.codec import dumps


def write_npz(path: Path, frame: Frame, segmentation: Segmentation | None = None) -> None:
    """Write all images of a frame, and a model's label and probabilities, as plain arrays.

    Keys: `channels` (C, lines, pixels) float32, NaN where nothing was scanned; `channel_names`
    ("height_trace"); `units`; `pixel_size_m` (dy, dx); `center_m` (x, y); `angle_rad`;
    `line_rate_hz`; `slow_direction`; `request` and `measurement` as JSON. With a segmentation
    `label` (lines, pixels) uint8, `probability` (classes, lines, pixels) and `classes`.

    Parameters
    ----------
    path
        Where, ending in .npz; replaced when it exists.
    frame, segmentation
        What was scanned and seen.

    Raises
    ------
    BadInput
        When the frame has no image, or the file's ending is another one.
    StoreError
        When the disk refuses.
    """
    images = {key: image for key, image in frame.data.items() if image.ndim == 2}
    if not images or path.suffix != ".npz":
        raise BadInput(f"{path.name}: an export to .npz needs that ending and at least one image")
    dx, dy = frame.request.pixel_size
    arrays: dict[str, Any] = {
        "channels": np.stack(list(images.values())),
        "channel_names": np.array([f"{name}_{direction}" for name, direction in images]),
        "units": np.array([frame.unit(name) or "" for name, _ in images]),
        "pixel_size_m": np.array([dy, dx]),
        "center_m": np.array(frame.region.center),
        "angle_rad": np.array(frame.region.angle),
        "line_rate_hz": np.array(frame.request.line_rate),
        "slow_direction": np.array(frame.request.slow_direction.value),
        "request": np.array(request_text(frame)),
        "measurement": np.array(dumps(frame.measurement)),
    }
    if segmentation is not None:
        arrays |= {
            "label": segmentation.label,
            "probability": segmentation.probability,
            "classes": np.array(segmentation.classes),
            "model": np.array(segmentation.model),
        }
    with whole_file(path) as temporary:
        np.savez_compressed(temporary, **arrays)
