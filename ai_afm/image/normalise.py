"""Lines in order of arrival -> the planes that the network sees: causal, so nothing changes later.

Seven planes: height, log amplitude, cos phase, sin phase, and one presence plane each for height,
amplitude and phase (1 where there is a reading). A channel that is missing, a pixel that is NaN,
and a line without any spread are 0 with presence 0.

The scale of the height and the level of the amplitude start as the median over the first
`START_LINES` lines and then follow an exponential mean of the line values, so line r depends on
lines <= max(r, START_LINES - 1). Until `START_LINES` lines have arrived the planes are provisional
and are computed again once (at most `START_LINES` lines: nothing is settled in the network by
then). A frame that inherits the state of its parent scan has no such delay.

Models differ in whether amplitude and phase are raised where they hardly vary (`contrast`); their
cards name the planes that they were trained on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.image.contrast import Contrast, raised_amplitude, raised_phase, start_contrast
from ai_afm.image.line_values import Lines, levelled, middle, row_median, running, spreads

PLANES = (
    "height",
    "log_amplitude",
    "cos_phase",
    "sin_phase",
    "has_height",
    "has_amplitude",
    "has_phase",
)
"""What each input plane of the network is."""
RAISED = tuple(f"raised_{n}" if n in PLANES[1:4] else n for n in PLANES)
"""The same with amplitude and phase raised."""

CHANNELS = ("height", "amplitude", "phase")
"""Channels that the network can use: m, any unit (arbitrary gain), rad."""

START_LINES = 24
LOG_OFFSET = 0.1
LARGEST_RATIO = 30.0
PHASE_KNEE = 0.3
"""Response, relative to the running level, at which the phase planes have half their length."""

Planes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NormaliseState:
    """What normalisation remembers of the lines before; a value that a small band may inherit.

    Parameters
    ----------
    lines
        Lines seen, in order of arrival.
    height_scale
        Running scale of the height, m; NaN before any line with a height.
    amplitude_level
        Running level of the amplitude in its own unit; NaN before any line with an amplitude.
    previous
        Height of the line before, its median removed, m; `None` at the start.
    contrast
        Of amplitude and phase; `None` where they are shown as they are.
    """

    lines: int = 0
    height_scale: float = float("nan")
    amplitude_level: float = float("nan")
    previous: Lines | None = field(default=None, compare=False, repr=False)
    contrast: Contrast | None = None

    def inherited(self) -> "NormaliseState":
        """Return the state for a new frame of the same surface: levels kept, start-up skipped."""
        contrast = self.contrast and replace(self.contrast, lines=(None, None))
        return replace(self, lines=START_LINES, previous=None, contrast=contrast)


def start_state(
    channels: Mapping[str, NDArray[np.floating]], *, raised: bool = False
) -> NormaliseState:
    """Estimate scale and level from the first lines of a frame.

    Parameters
    ----------
    channels
        "height" (m), "amplitude" (any unit), "phase" (rad): each (lines, pixels) in order of
        arrival, NaN where there is no reading; at most the first `START_LINES` lines are used.
        Channels may be missing.
    raised
        Whether the planes are `RAISED`.

    Returns
    -------
    NormaliseState
        With no lines counted as seen; a channel without a finite value leaves NaN.
    """
    _check(channels)
    scale = level = float("nan")
    amplitude = phase = None
    if "height" in channels:
        height = levelled(_as_lines(channels["height"][:START_LINES]))
        scale = middle(spreads(height, None))
    if "amplitude" in channels:
        amplitude = _as_lines(channels["amplitude"][:START_LINES])
        level = middle(row_median(amplitude))
        amplitude = _log(_ratio(amplitude, np.full(len(amplitude), level)))
    if "phase" in channels:
        phase = _as_lines(channels["phase"][:START_LINES])
    contrast = start_contrast(amplitude, phase) if raised else None
    return NormaliseState(height_scale=scale, amplitude_level=level, contrast=contrast)


def normalise(
    channels: Mapping[str, NDArray[np.floating]], state: NormaliseState
) -> tuple[Planes, NormaliseState]:
    """Turn the next lines of a frame into input planes.

    Parameters
    ----------
    channels
        As for `start_state`; all of one shape (lines, pixels).
    state
        From `start_state`, from the call before, or inherited. Calls in pieces give the same
        planes as one call with all lines.

    Returns
    -------
    planes
        (7, lines, pixels) float32, finite; see `PLANES`.
    state
        For the next call.

    Raises
    ------
    BadInput
        When there is no usable channel, shapes differ, or a value is infinite.
    """
    lines, pixels = _check(channels)
    planes = np.zeros((len(PLANES), lines, pixels), np.float32)
    warm = np.arange(state.lines, state.lines + lines) >= START_LINES
    scale, level, previous = state.height_scale, state.amplitude_level, state.previous
    contrast = state.contrast
    if "height" in channels:
        height = levelled(_as_lines(channels["height"]))
        run = running(spreads(height, previous), scale, warm)
        planes[0], planes[4] = _height_plane(height, run)
        previous = height[-1] if lines else previous
        scale = float(run[-1]) if lines else scale
    ratio = None
    if "amplitude" in channels:
        amplitude = _as_lines(channels["amplitude"])
        run = running(row_median(amplitude), level, warm)
        ratio = _ratio(amplitude, run)
        log = _log(ratio)
        if contrast is not None:
            log, contrast = raised_amplitude(log, contrast, warm)
        known = np.isfinite(log)
        planes[1] = np.where(known, log + np.log(1 + LOG_OFFSET), 0.0)
        planes[5] = known
        level = float(run[-1]) if lines else level
    if "phase" in channels:
        phase = _as_lines(channels["phase"])
        if contrast is not None:
            phase, contrast = raised_phase(phase, contrast, warm)
        planes[2], planes[3], planes[6] = _phase_planes(phase, ratio)
    return planes, NormaliseState(state.lines + lines, scale, level, previous, contrast)


def _check(channels: Mapping[str, NDArray[np.floating]]) -> tuple[int, int]:
    used = [channels[name] for name in CHANNELS if name in channels]
    if not used:
        raise BadInput(f"no channel that the network can use; it knows {', '.join(CHANNELS)}")
    if any(c.ndim != 2 or c.shape != used[0].shape for c in used):
        shapes = ", ".join(f"{n} {channels[n].shape}" for n in CHANNELS if n in channels)
        raise BadInput(f"channels must be images of one shape (lines, pixels): {shapes}")
    for name in CHANNELS:
        if name in channels and np.isinf(channels[name]).any():
            raise BadInput(f"channel {name!r} has infinite values; mark missing readings as NaN")
    return int(used[0].shape[0]), int(used[0].shape[1])


def _as_lines(image: NDArray[np.floating]) -> Lines:
    return np.asarray(image, np.float64)


def _height_plane(height: Lines, scale: Lines) -> tuple[Lines, NDArray[np.bool_]]:
    scale = scale[:, None]
    known = np.isfinite(height) & (scale > 0)
    scaled = np.divide(height, scale, out=np.zeros_like(height), where=known)
    return np.arcsinh(scaled) / 1.5, known


def _ratio(amplitude: Lines, level: Lines) -> Lines:
    """Return the amplitude relative to its running level, NaN where either is unknown.

    An amplitude is positive; an instrument's offset may make it slightly negative, which means
    none.
    """
    level = level[:, None]
    known = np.isfinite(amplitude) & (level > 0)
    ratio = np.divide(amplitude, level, out=np.full_like(amplitude, np.nan), where=known)
    return np.clip(ratio, 0.0, LARGEST_RATIO)


def _log(ratio: Lines) -> Lines:
    """Return the log amplitude, 0 at the running level; NaN where it is unknown."""
    return np.asarray(np.log((ratio + LOG_OFFSET) / (1 + LOG_OFFSET)))


def _phase_planes(phase: Lines, ratio: Lines | None) -> tuple[Lines, Lines, NDArray[np.bool_]]:
    """Return cos, sin and presence; shorter where the response vanishes: phase is noise there."""
    known = np.isfinite(phase)
    angle = np.where(known, phase, 0.0)
    weight = known.astype(np.float64)
    if ratio is not None:
        r = np.where(np.isfinite(ratio), ratio, 1.0)
        weight = weight * r / (r + PHASE_KNEE)
    return weight * np.cos(angle), weight * np.sin(angle), known
