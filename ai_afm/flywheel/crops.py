"""Crops to learn from, and the examples made of them: flips, phase rotation, lost channels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.image.normalise import CHANNELS, normalise, start_state
from ai_afm.types import ClassCode

CLASSES = (
    int(ClassCode.BACKGROUND),
    int(ClassCode.WALL),
    int(ClassCode.WALL_180),
    int(ClassCode.WALL_FERROELASTIC),
    int(ClassCode.GRAIN_BOUNDARY),
    int(ClassCode.TOPOGRAPHY_EDGE),
)
"""Classes that the network learns; "wall" is one whose type the kept channels cannot tell."""

IGNORED = -1
SOME_LINE = -2
"""Target of a line that hardly stands out: of whatever class."""
STANDS_OUT_SOMEWHERE = 0.3
"""Share of a line that has to stand out for the rest of it to be asked for."""
_DRAW_ORDER = (
    ClassCode.TOPOGRAPHY_EDGE,
    ClassCode.WALL,
    ClassCode.WALL_FERROELASTIC,
    ClassCode.WALL_180,
    ClassCode.GRAIN_BOUNDARY,
)
"""Where bands overlap, the later one stays."""
_BAND = np.ones((3, 3), np.uint8)

VISIBLE = {"height": 1, "amplitude": 2, "phase": 4}
"""Bit of each channel in `TrainingCrop.visible`."""

SHORTEST_SIDE = 9
"""Smallest side of a window that an example is cut to, px: a band along a wall."""


@dataclass(frozen=True, slots=True)
class TrainingCrop:
    """One example, rows in order of arrival.

    Parameters
    ----------
    channels
        "height", "amplitude", "phase" (rad) -> (lines, pixels), any unit, height and amplitude
        of the order of 1; not halves, in which a tapping tip's amplitude hardly varies.
    label
        (lines, pixels) uint8: 1-px lines of class codes.
    visible
        (lines, pixels) uint8: at a line's pixels, the bits of the channels in which it stands out.
    ignore
        (lines, pixels) bool: nothing is asked here.
    """

    channels: Mapping[str, NDArray[np.floating[Any]]]
    label: NDArray[np.uint8]
    visible: NDArray[np.uint8]
    ignore: NDArray[np.bool_]


CropMaker: TypeAlias = Callable[[int, int, int], Sequence[TrainingCrop]]
"""(seed, number of the world, number of crops) -> crops of that world."""


def target(crop: TrainingCrop, kept: Sequence[str]) -> NDArray[np.int64]:
    """Return the class index of each pixel, (lines, pixels) int64, `SOME_LINE` or `IGNORED`.

    Lines are drawn as 3-px bands. Where one stands out in none of the kept channels it is
    `SOME_LINE` if the rest of it does, else it is `IGNORED`: a
    wall of which a height shows nothing could be anywhere. The type of a wall is asked for only
    where the kept channels tell it: without the phase it is "wall", and so is a 180-degree wall
    that does not turn the phase.
    """
    bits = sum(VISIBLE[name] for name in kept)
    known = (crop.visible & bits) != 0
    typed = known & ("phase" in kept)
    result = np.zeros(crop.label.shape, np.int64)
    for code in _DRAW_ORDER:
        line = crop.label == code
        if not line.any():
            continue
        unknown = (line & ~known).astype(np.uint8)
        result[cv2.dilate(unknown, np.ones((5, 5), np.uint8)) > 0] = IGNORED
        if code is not ClassCode.TOPOGRAPHY_EDGE:
            faint = unknown * _of_seen_lines(line, known)
            result[cv2.dilate(faint, _BAND) > 0] = SOME_LINE
        for asked, named in _asked(crop, line & known, typed, code):
            result[cv2.dilate(asked.astype(np.uint8), _BAND) > 0] = CLASSES.index(named)
    result[crop.ignore] = IGNORED
    return result


def _of_seen_lines(line: NDArray[np.bool_], known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return 1 on connected lines that stand out along enough of their length, else 0."""
    count, index = cv2.connectedComponents(line.astype(np.uint8), connectivity=8)
    length = np.bincount(index.ravel(), minlength=count)
    seen = np.bincount(index[known & line], minlength=count)
    enough = seen >= STANDS_OUT_SOMEWHERE * np.maximum(length, 1)
    enough[0] = False
    return np.asarray(enough[index], np.uint8)


def _asked(
    crop: TrainingCrop, line: NDArray[np.bool_], typed: NDArray[np.bool_], code: ClassCode
) -> list[tuple[NDArray[np.bool_], ClassCode]]:
    """Return parts of a visible line and what each is to be called."""
    if code is ClassCode.WALL_180:
        typed = typed & ((crop.visible & VISIBLE["phase"]) != 0)
    elif code is ClassCode.WALL_FERROELASTIC:
        bearing = VISIBLE["height"] | VISIBLE["amplitude"]
        typed = typed & ((crop.visible & bearing) != 0)
    else:
        return [(line, code)]
    return [(line & ~typed, ClassCode.WALL), (line & typed, code)]


def window(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[int, int]:
    """Draw the lines and pixels of the examples of a batch: mostly all, at times a band."""
    lines, pixels = shape
    kind = rng.random()
    if kind > 0.12:
        return shape
    side = int(rng.integers(SHORTEST_SIDE, 48))
    return (min(side, lines), pixels) if kind < 0.04 else (lines, min(side, pixels))


def example(
    crop: TrainingCrop,
    rng: np.random.Generator,
    shape: tuple[int, int] | None = None,
    *,
    raised: bool = False,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Make one random example: input planes (7, lines, pixels) and target (lines, pixels).

    Parameters
    ----------
    crop
        What it is made of.
    rng
        Source of all choices.
    shape
        Lines and pixels of the example, a window of the crop; all of it by default.
    raised
        Whether the planes are those with raised contrast.
    """
    crop = turned(cut(crop, rng, shape or crop.label.shape), rng)
    kept = kept_channels(rng)
    channels = {name: crop.channels[name] for name in kept}
    trusted = kept
    if len(kept) > 1 and rng.random() < 0.04:
        # something else was recorded, or stored, under this name
        lost = str(rng.choice(kept))
        channels[lost] = _something_else(crop, lost, rng)
        trusted = tuple(name for name in kept if name != lost)
    if rng.random() < 0.1:
        channels = _without_rows(channels, rng)
    planes, _ = normalise(channels, start_state(channels, raised=raised))
    # a statistic that an early line or a parent scan has fixed may be wrong by this much
    planes[0] *= np.exp(rng.normal(0, 0.2))
    planes[1] += rng.normal(0, 0.15) * planes[5]
    expected = target(crop, trusted)
    expected[~planes[4:].any(axis=0)] = IGNORED
    return planes, expected


def cut(crop: TrainingCrop, rng: np.random.Generator, shape: tuple[int, int]) -> TrainingCrop:
    """Cut a window of the given lines and pixels out, somewhere."""
    if shape == crop.label.shape:
        return crop
    first = [int(rng.integers(0, n - m + 1)) for n, m in zip(crop.label.shape, shape, strict=True)]
    part = tuple(slice(f, f + m) for f, m in zip(first, shape, strict=True))
    channels = {name: image[part] for name, image in crop.channels.items()}
    return TrainingCrop(channels, crop.label[part], crop.visible[part], crop.ignore[part])


def _something_else(
    crop: TrainingCrop, name: str, rng: np.random.Generator
) -> NDArray[np.floating[Any]]:
    """Return what a wrong signal under a channel's name looks like: noise, or no signal at all."""
    noise = rng.standard_normal(crop.label.shape).astype(np.float32)
    if name == "phase":
        return noise * np.float32(rng.choice((0.02, 3.0)))
    return np.abs(noise) if name == "amplitude" else noise


def turned(crop: TrainingCrop, rng: np.random.Generator) -> TrainingCrop:
    """Mirror, turn the phase by any angle, flip its sense: no calibration is needed later."""
    flip = (slice(None, None, rng.choice((-1, 1))), slice(None, None, rng.choice((-1, 1))))
    channels = {name: image[flip].astype(np.float32) for name, image in crop.channels.items()}
    turn = rng.choice((-1, 1)) * channels["phase"] + rng.uniform(0, 2 * np.pi)
    channels["phase"] = np.angle(np.exp(1j * turn)).astype(np.float32)
    return TrainingCrop(channels, crop.label[flip], crop.visible[flip], crop.ignore[flip])


def kept_channels(rng: np.random.Generator) -> tuple[str, ...]:
    """Drop channels so that one network learns all modes; beside others the height goes most."""
    if rng.random() < 0.25:
        return ("height",)
    amplitude, phase = rng.random() > 0.1, rng.random() > 0.4
    if not amplitude:
        return ("height", "phase") if rng.random() < 0.5 else ("phase",)
    height = rng.random() > 0.45
    return tuple(c for c, keep in zip(CHANNELS, (height, True, phase), strict=True) if keep)


def _without_rows(
    channels: Mapping[str, NDArray[np.floating[Any]]], rng: np.random.Generator
) -> dict[str, NDArray[np.floating[Any]]]:
    """Lose a few lines, as an instrument does."""
    lines = len(next(iter(channels.values())))
    first = int(rng.integers(0, lines))
    lost = slice(first, first + int(rng.integers(1, 20)))
    result = {name: image.copy() for name, image in channels.items()}
    for image in result.values():
        image[lost] = np.nan
    return result
