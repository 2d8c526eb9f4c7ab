"""The two witnesses of a shift, response and walls, each on its own, against the truth."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ai_afm.bench.revisit.night import Instrument, NightSpec
from ai_afm.survey.tracking.planes import Sight
from ai_afm.survey.tracking.shift import Expected, NoShift, Shift, measure_shift
from ai_afm.survey.tracking.wall_shift import measure_wall_shift
from ai_afm.survey.walls import extract_network
from ai_afm.types import Frame, ScanRegion, ScanRequest, WallNetwork

WIDE, CLOSE = 2.048e-6, 1.024e-6
"""Sides of the reference and of the frames that are compared with it, m."""
PLACES = 4e-6
"""Side of the square in which the references lie, m."""
MOVED = 150e-9
"""Frames are moved by up to this along either axis, m."""
GUESS = Expected(jump=0.5, covariance=(1e-16, 0.0, 1e-16))
"""What is known before: nothing but that a jump may have come."""
WRONG = 20e-9
"""From this error on a shift is wrong, m."""


def wall_eye(model: str | None = None) -> Callable[[Frame], WallNetwork]:
    """Return a function that draws the walls of a frame with a model (`None`: the active one)."""
    from ai_afm.segment.model_file import load_model
    from ai_afm.segment.predict import UnetSegmenter, segment_frame

    segmenter = UnetSegmenter(load_model(model))
    return lambda frame: extract_network(segment_frame(frame, segmenter), frame.region)


def witnesses(
    seed: int, world: str, pairs: int, walls: Callable[[Frame], WallNetwork]
) -> dict[str, Any]:
    """Compare frames whose shift is known with wide references, by response and by walls.

    Parameters
    ----------
    seed, world
        Of the twin; nothing drifts.
    pairs
        How many frames.
    walls
        Draws the walls of a frame.

    Returns
    -------
    dict
        For each witness: how many it `answered`, the median error and the rms of error over stated
        uncertainty (`z`, 1.4 for two directions), and how many were `wrong` by more than 5 px.
    """
    instrument = Instrument(NightSpec(0.0, seed, world=world, jumps=0, still=True))
    rng = np.random.default_rng([seed, 79])
    found: dict[str, list[tuple[float, float] | None]] = {"response": [], "walls": []}
    for reference, frame, true in _pairs(instrument, rng, pairs):
        pixel = max(reference.request.pixel_size)
        by = {
            "response": measure_shift(Sight(reference), Sight(frame), GUESS),
            "walls": measure_wall_shift(walls(reference), walls(frame), pixel, GUESS),
        }
        for name, shift in by.items():
            found[name].append(_error(shift, true))
    return {name: _summary(errors) for name, errors in found.items()}


def _pairs(
    instrument: Instrument, rng: np.random.Generator, pairs: int
) -> Iterator[tuple[Frame, Frame, tuple[float, float]]]:
    """Yield a reference, a frame of its inner part at a slightly wrong place, and by how much.

    A frame that is believed to lie elsewhere by d shows features moved by -d in its coordinates:
    it is told to lie at the reference's centre.
    """
    for _ in range(pairs):
        x, y = (float(v) for v in rng.uniform(-PLACES / 2, PLACES / 2, 2))
        dx, dy = (float(v) for v in rng.uniform(-MOVED, MOVED, 2))
        wide = ScanRegion((x, y), (WIDE, WIDE))
        reference = instrument.look(ScanRequest(wide, (256, 256), 1.0)).frame
        close = ScanRegion((x + dx, y + dy), (CLOSE, CLOSE))
        seen = instrument.look(ScanRequest(close, (128, 128), 2.0)).frame
        yield reference, _told(seen, (x, y)), (-dx, -dy)


def _told(frame: Frame, center: tuple[float, float]) -> Frame:
    region = replace(frame.region, center=center)
    return replace(frame, request=replace(frame.request, region=region))


def _error(shift: Shift | NoShift, true: tuple[float, float]) -> tuple[float, float] | None:
    """Return error (m) and error over uncertainty."""
    if isinstance(shift, NoShift):
        return None
    away = np.array([shift.dx - true[0], shift.dy - true[1]])
    xx, xy, yy = shift.covariance
    z = math.sqrt(float(away @ np.linalg.solve([[xx, xy], [xy, yy]], away)))
    return float(np.hypot(*away)), z


def _summary(errors: list[tuple[float, float] | None]) -> dict[str, Any]:
    known = [e for e in errors if e is not None]
    if not known:
        return {"asked": len(errors), "answered": 0}
    sizes, z = np.array(known).T
    return {
        "asked": len(errors),
        "answered": len(known),
        "median_error_nm": round(float(np.median(sizes)) * 1e9, 2),
        "z": round(float(np.sqrt(np.mean(z**2))), 2),
        "wrong": int((sizes > WRONG).sum()),
        # wrong, and not sure of it: the stated error is as large
        "wrong_and_sure": int(((sizes > WRONG) & (z > 3)).sum()),
    }
