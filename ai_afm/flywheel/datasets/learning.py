"""From a dataset to the crops that a network learns from."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.datasets.manifest import Dataset, Entry, Side
from ai_afm.flywheel.records import Label, Window
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.training_world import CROP, visible_lines
from ai_afm.image.normalise import CHANNELS
from ai_afm.survey.skeleton import thin
from ai_afm.types import ClassCode, Direction, FloatImage, Frame, SlowDirection

_LINES = (
    ClassCode.WALL,
    ClassCode.WALL_180,
    ClassCode.WALL_FERROELASTIC,
    ClassCode.GRAIN_BOUNDARY,
    ClassCode.TOPOGRAPHY_EDGE,
)
_BORDER = 8
"""Pixels around a mask that thinning mirrors; a smaller one cannot be mirrored."""


def training_crops(
    store: FlywheelStore, dataset: Dataset, side: Side = Side.TRAIN, size: int = CROP
) -> list[TrainingCrop]:
    """Return what a network learns from the corrections on one side of a dataset.

    A window gives as many crops as cover it. All have one shape, as `fit` needs it: where a window
    is smaller, the rest is NaN and nothing is asked there.

    Parameters
    ----------
    store
        Of the lab.
    dataset
        Frozen before.
    side
        Whose entries.
    size
        Lines and pixels of a crop.

    Returns
    -------
    list of TrainingCrop
        Rows in order of arrival. The label is thinned to 1-px lines. What the person left as 255,
        and pixels without any reading, are ignored.

    Raises
    ------
    StoreError
        When a frame or a label is missing or damaged.
    BadInput
        When a frame has no channel that the network can use.
    """
    found: list[TrainingCrop] = []
    for entry in dataset.of(side):
        found += crops_of(store.images(entry.frame), entry, store.label(entry.label), size)
    return found


def crops_of(frame: Frame, entry: Entry, label: Label, size: int = CROP) -> list[TrainingCrop]:
    """Return the crops of one corrected window; see `crops_in`."""
    return crops_in(frame, entry.window, label, size)


def crops_in(frame: Frame, window: Window, label: Label, size: int = CROP) -> list[TrainingCrop]:
    """Return the crops of a window of a frame; see `training_crops`.

    Parameters
    ----------
    frame
        With its images.
    window
        Which part of it.
    label
        (lines, pixels of the window) uint8, lines of any width.
    size
        Lines and pixels of a crop.
    """
    images = {name: _image(frame, name) for name in CHANNELS}
    if all(image is None for image in images.values()):
        given = ", ".join(sorted({name for name, _ in frame.data})) or "no channel at all"
        raise BadInput(f"a frame with {given} has none of {', '.join(CHANNELS)} to learn from")
    upwards = frame.request.slow_direction is SlowDirection.UP
    rows = slice(None, None, -1 if upwards else 1)
    nothing = np.full(label.shape, np.nan, np.float32)
    channels = {
        name: (nothing if image is None else window.of(image))[rows]
        for name, image in images.items()
    }
    lines, ignore = one_pixel_lines(label)[rows], (label == ClassCode.IGNORE)[rows]
    ignore = ignore | ~np.any([np.isfinite(image) for image in channels.values()], axis=0)
    return [
        _crop({name: tile.of(image) for name, image in channels.items()},
              tile.of(lines), tile.of(ignore), size)
        for tile in _tiles(label.shape, size)
    ]  # fmt: skip


def dark_lines(frame: Frame, entry: Entry, label: Label) -> NDArray[np.bool_]:
    """Return where drawn lines stand out in no channel: nobody can have seen them.

    Parameters
    ----------
    frame
        With its images.
    entry
        Which window of it.
    label
        (lines, pixels of the window) uint8, lines of any width.

    Returns
    -------
    dark
        (lines, pixels) bool, in image order: pixels of the label's lines, thinned.

    Raises
    ------
    BadInput
        When the frame has no channel that the network can use.
    """
    [crop] = crops_of(frame, entry, label, max(label.shape))
    lines, pixels = label.shape
    dark: NDArray[np.bool_] = (crop.label > 0) & (crop.visible == 0) & ~crop.ignore
    dark = dark[:lines, :pixels]
    return dark[::-1] if frame.request.slow_direction is SlowDirection.UP else dark


def one_pixel_lines(label: Label) -> Label:
    """Return a label in which each line is one pixel wide; 255 and background become background.

    Where lines of two classes meet, the later class of the list stays.
    """
    result = np.zeros(label.shape, np.uint8)
    reach = max(_BORDER + 1 - min(label.shape), 0)
    for code in _LINES:
        mask = label == code
        if mask.any():
            padded = np.pad(mask, reach, mode="edge")
            thinned = thin(padded, _BORDER)
            inner = tuple(slice(reach, reach + n) for n in label.shape)
            result[thinned[inner]] = code
    return result


def _crop(
    channels: Mapping[str, FloatImage],
    label: Label,
    ignore: NDArray[np.bool_],
    size: int,
) -> TrainingCrop:
    """Return a crop: channels of the order of 1."""
    scaled = {name: _scaled(name, image) for name, image in channels.items()}
    visible = visible_lines(scaled, label > 0, ignore)
    missing = [(0, size - n) for n in label.shape]
    padded = {
        name: np.pad(image, missing, constant_values=np.nan) for name, image in scaled.items()
    }
    return TrainingCrop(
        padded,
        np.pad(label, missing),
        np.pad(visible, missing),
        np.pad(ignore, missing, constant_values=True),
    )


def _scaled(name: str, image: FloatImage) -> FloatImage:
    """Return a channel of the order of 1, as learning wants it: its unit does not count."""
    known = image[np.isfinite(image)]
    if name == "phase" or not known.size:
        return np.asarray(image, np.float32)
    # in float64: a height of nanometres on an offset of micrometres
    values = image.astype(np.float64)
    if name == "amplitude":
        level = abs(float(np.median(known)))
    else:
        values -= np.median(known)
        level = float(np.std(known.astype(np.float64)))
    return (values / (level or 1.0)).astype(np.float32)


def _image(frame: Frame, name: str) -> FloatImage | None:
    """Return a channel's trace, its retrace where that is alone, `None` without either."""
    for direction in (Direction.TRACE, Direction.RETRACE):
        image: NDArray[Any] | None = frame.data.get((name, direction))
        if image is not None and image.ndim == 2:
            return image
    return None


def _tiles(shape: tuple[int, int], size: int) -> Iterator[Window]:
    """Yield windows of at most `size` x `size` px that cover a shape, evenly spread."""
    starts = [
        [round(k * max(n - size, 0) / max(-(-n // size) - 1, 1)) for k in range(-(-n // size))]
        for n in shape
    ]
    for top in starts[0]:
        for left in starts[1]:
            yield Window(top, left, min(size, shape[0]), min(size, shape[1]))
