"""`ai-afm bench policy`: every policy on every sample, the shipped network in the loop."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ai_afm.bench.policy.drive import play
from ai_afm.bench.policy.samples import Sample, grown_samples, stored_samples
from ai_afm.bench.policy.scores import MIN_PIXELS, Truth, figures, found, oracle_seconds, summary
from ai_afm.bench.policy.worlds import NEAR
from ai_afm.control.area.baselines import RasterPolicy, SparseRefinePolicy
from ai_afm.control.area.choose import TargetsPolicy
from ai_afm.control.area.follow import FollowPolicy
from ai_afm.control.area.state import Policy, Settings
from ai_afm.control.area.uncertainty import UncertaintyPolicy
from ai_afm.control.area.variable_speed import VariableSpeedPolicy
from ai_afm.errors import BadInput
from ai_afm.segment.base import Segmenter
from ai_afm.segment.metrics import thinned
from ai_afm.segment.model_file import load_model

log = logging.getLogger(__name__)

POLICIES: tuple[Policy, ...] = (
    SparseRefinePolicy(),
    VariableSpeedPolicy(),
    FollowPolicy(),
    UncertaintyPolicy(),
    TargetsPolicy(),
)
"""Beside the raster, which every sample is measured by."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How the full raster would be scanned.

    Parameters
    ----------
    pixels
        Lines and pixels.
    line_rate
        Hz.
    max_tip_speed
        What a person allows, m/s.
    """

    pixels: int = 512
    line_rate: float = 1.0
    max_tip_speed: float = float("inf")


FAST, SLOW = Pace(), Pace(256, 0.4, 10e-6)
"""The two rows of the benchmark; the second is what coated tips are scanned at."""


def benchmark(
    worlds: int = 45,
    seed: int = 1,
    instrument: str = "path",
    samples: Sequence[Path] = (),
    pace: Pace = FAST,
) -> dict[str, object]:
    """Play every policy on every sample.

    Parameters
    ----------
    worlds, seed
        Grown samples: how many, and of which seed; not used where `samples` are given.
    instrument
        "path" or "stock": what takes rectangles only, through its maker's program.
    samples
        Stored scans that are used as samples.
    pace
        Of the full raster; stored scans keep their own pixels.

    Returns
    -------
    dict
        `worlds` and `summary`, see `docs/policy.md`.

    Raises
    ------
    BadInput
        When stored scans are asked for on another instrument than "path".
    """
    from ai_afm.segment.predict import UnetSegmenter

    if samples and instrument != "path":
        raise BadInput("a stored scan is replayed on paths; leave --instrument stock out")
    segmenter = UnetSegmenter(load_model())
    chosen: Iterable[Sample] = (
        stored_samples(samples) if samples else grown_samples(seed, worlds, pace.pixels, instrument)
    )
    rows = []
    for sample in chosen:
        rows.append(_one(sample, segmenter, instrument, pace))
        log.info("%s: %s", sample.name, rows[-1])
    names = [RasterPolicy().name, *(p.name for p in _possible(instrument))]
    return {
        "instrument": instrument,
        "pixels": pace.pixels,
        "line_rate_hz": pace.line_rate,
        "model": segmenter.model,
        "worlds": rows,
        "summary": {name: summary(rows, name) for name in names},
    }


def _one(sample: Sample, segmenter: Segmenter, instrument: str, pace: Pace) -> dict[str, object]:
    first = sample.stage(0)
    settings = Settings(sample.grid, pace.line_rate, first.times, instrument == "path",
                        pace.max_tip_speed, first.max_line_rate)  # fmt: skip
    raster = play(RasterPolicy(), settings, first, segmenter)
    seen = raster.seen
    assert seen is not None
    truth = sample.truth
    if truth is None:
        truth = _as_truth(thinned(seen > 0.5, MIN_PIXELS))
    oracle = oracle_seconds(truth, settings)
    recall, precision = found(seen, raster.covered, truth)
    plays = {RasterPolicy().name: raster}
    for number, policy in enumerate(_possible(instrument), start=1):
        plays[policy.name] = play(policy, settings, sample.stage(number), segmenter)
    return {
        "name": sample.name,
        "c": truth.c,
        "truth": "known" if sample.truth is not None else "the network on the full raster",
        "raster_time_s": settings.raster_time,
        "oracle_time_s": oracle,
        "raster_recall": recall,
        "raster_precision": precision,
        "policies": {name: figures(p, truth, oracle) for name, p in plays.items()},
    }


def _possible(instrument: str) -> tuple[Policy, ...]:
    """Return the policies that an instrument can carry out: frames have one speed."""
    if instrument == "path":
        return POLICIES
    return tuple(p for p in POLICIES if not isinstance(p, VariableSpeedPolicy))


def _as_truth(lines: np.ndarray) -> Truth:
    away = cv2.distanceTransform((~lines).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return Truth(lines, np.zeros_like(lines), float((away <= NEAR).mean()))
