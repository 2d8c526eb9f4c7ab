"""How well the tracker comes back to the same place for a night; see `docs/revisit.md`."""

import json
import logging
import math
from typing import Any

import numpy as np

from ai_afm.bench.revisit.diary import Diary
from ai_afm.bench.revisit.night import Instrument, NightSpec
from ai_afm.bench.revisit.visits import PIXEL, Segment, Visitor
from ai_afm.bench.revisit.witnesses import wall_eye, witnesses
from ai_afm.survey.tracking.replay import from_note, replayed, to_note
from ai_afm.survey.tracking.state import OPEN_LOOP, TrackSettings

log = logging.getLogger(__name__)

EVERY = 600.0
"""Seconds from visit to visit."""
PAIRS = 8
"""Frames on which response and walls are compared as witnesses."""
WRONG = 5 * PIXEL
"""A claim that is wrong by more than this is a wrong lock, m."""


def benchmark(
    hours: float = 12.0, seed: int = 1, world: str = "film", turning: float = 1 / 3600.0
) -> dict[str, Any]:
    """Come back to a target every 10 minutes on the twin, with a closed and an open loop.

    Parameters
    ----------
    hours
        Simulated time.
    seed
        Of world, noise, drift and jumps. Thresholds were found on seeds 100 to 199.
    world
        Kind of sample.
    turning
        rms rate at which the drift turns, rad/s.

    Returns
    -------
    dict
        The closed loop's figures and, under "rows", those of both loops.
    """
    walls = wall_eye()
    rows = {
        name: night(NightSpec(hours * 3600.0, seed, is_open, world, turning=turning), walls)
        for name, is_open in (("closed_loop", False), ("open_loop", True))
    }
    keys = ("rms_error_px", "p95_error_px", "lost", "lost_unnoticed", "drift_nm_per_min", "visits",
            "check_time_share")  # fmt: skip
    head = {key: rows["closed_loop"][key] for key in keys}
    return {"hours": hours, "seed": seed, "world": world} | head | {
        "rows": rows, "witnesses": witnesses(seed, world, PAIRS, walls),
    }  # fmt: skip


def night(spec: NightSpec, walls: Segment | None = None) -> dict[str, Any]:
    """Return the figures of one night; `walls` draws the walls of a frame, the second witness."""
    instrument = Instrument(spec)
    visitor = Visitor(instrument, OPEN_LOOP if spec.open_loop else TrackSettings(), walls)
    rng = np.random.default_rng([spec.seed, 78])
    arrived = visitor.arrive()
    begun = instrument.clock.now()
    away = instrument.truth((0.0, 0.0))
    path, quiet, before = 0.0, 0.0, begun
    while arrived and instrument.clock.now() < spec.seconds:
        visitor.work_elsewhere(instrument.clock.now() + EVERY - 90.0, rng)
        visitor.visit()
        now = instrument.truth((0.0, 0.0))
        if not any(before < when <= instrument.clock.now() for when, _ in instrument.jumps):
            path, quiet = path + math.dist(now, away), quiet + instrument.clock.now() - before
        away, before = now, instrument.clock.now()
        log.info("%s loop: %.0f s", "open" if spec.open_loop else "closed", before)
    hours = (instrument.clock.now() - begun) / 3600
    return _figures(visitor, arrived) | {
        "drift_nm_per_min": path * 1e9 / max(quiet / 60, 1e-9),
        "check_time_share": visitor.diary.look_seconds / max(hours * 3600, 1e-9),
        "jumps_nm": [math.hypot(*size) * 1e9 for _, size in instrument.jumps],
        "jumps_noticed": len(visitor.track.jumps),
    }


def _figures(visitor: Visitor, arrived: bool) -> dict[str, Any]:
    diary = visitor.diary
    every = np.array([v.error for v in diary.visits]) / PIXEL
    visits = [v for v in diary.visits if not v.stopped]
    errors = np.array([v.error for v in visits]) / PIXEL
    unseen = np.array([v.unseen_jump for v in visits], bool)
    claims = np.array([v.claim_error for v in visits])
    return {
        "arrived": arrived,
        "arrival_error_px": _number(diary.arrival_error / PIXEL),
        "visits": len(errors) + diary.lost,
        "frames": len(errors),
        "rms_error_px": _rms(errors),
        "p95_error_px": _number(np.quantile(errors, 0.95) if len(errors) else math.nan),
        "max_error_px": _number(errors.max() if len(errors) else math.nan),
        "frames_stopped": len(every) - len(errors),
        "rms_error_px_with_stopped": _rms(every),
        "rms_error_px_without_unseen_jumps": _rms(errors[~unseen]),
        "frames_with_unseen_jump": int(unseen.sum()),
        "lost": diary.lost,
        "lost_unnoticed": int((claims > WRONG).sum()),
        "claim_rms_px": _rms(claims[np.isfinite(claims)] / PIXEL),
        "check_frames": diary.looks,
        "failed_looks": len(diary.failures),
        "seen_by_walls": diary.by_walls,
        "settle": _settle(diary),
        "replay_identical": _replays(visitor),
    }


def _replays(visitor: Visitor) -> bool:
    """Tell whether the events, through JSON, give exactly the track of the live night."""
    diary = visitor.diary
    if diary.begun is None:
        return True
    notes = json.loads(json.dumps([to_note(event) for event in diary.events]))
    again = replayed(diary.begun, [from_note(note) for note in notes])
    live = visitor.track
    return np.array_equal(again.mean, live.mean) and again.jumps == live.jumps


def _settle(diary: Diary) -> dict[str, int]:
    gone = [g for g in diary.gates if g.reason is None]
    return {
        "asked": len(diary.gates),
        "passed": len(gone),
        "moved_too_far": sum(g.motion > 5e-9 for g in gone),
    }


def _rms(values: Any) -> float | None:
    return _number(math.sqrt(float(np.mean(np.square(values)))) if len(values) else math.nan)


def _number(value: float) -> float | None:
    """Return a plain number, `None` for NaN."""
    return None if math.isnan(value) else round(float(value), 3)
