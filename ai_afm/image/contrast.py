"""Amplitude and phase that hardly vary, so that what is in them can be seen: causal, line by line.

A feedback holds the amplitude of a tapping tip, and its phase turns by a degree or two. Beside a
piezoresponse, which changes by its own size, that is nothing: a network that is shown both on one
scale is blind in tapping mode. So deviations from the running level are multiplied where their
spread is small, by as much as brings it to a fixed one, and not at all where it is larger. Noise
counts as spread, several times, so that an empty frame stays empty.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.line_values import Lines, levelled, middle, row_median, running, spreads

SPREAD = 0.1
"""Spread up to which the log amplitude is raised: that of a piezoresponse is larger."""
PHASE_SPREAD = 0.3
"""The same of the phase, rad."""
MOST = 100.0
"""A deviation is multiplied by no more."""
RANGE = (-3.0, 4.0)
"""Raised log amplitudes end here: without this a particle would outshine all that is raised."""
PHASE_RANGE = 2.5
"""Raised phases end so far from their mean, rad: farther, they would come round again."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """What is remembered of the lines before.

    Parameters
    ----------
    amplitude, phase
        Running spread of the log amplitude, and of the phase, rad; NaN before any line.
    cos, sin
        Running mean direction of the phase.
    lines
        The line before of both, its median removed; `None` at the start.
    """

    amplitude: float = float("nan")
    phase: float = float("nan")
    cos: float = float("nan")
    sin: float = float("nan")
    lines: tuple[Lines | None, Lines | None] = field(
        default=(None, None), compare=False, repr=False
    )

    def completed(self, own: "Contrast") -> "Contrast":
        """Return the same with what only another one knows: of a channel that is new."""
        amplitude = self.amplitude if np.isfinite(self.amplitude) else own.amplitude
        phase = self if np.isfinite(self.phase) else own
        return Contrast(amplitude, phase.phase, phase.cos, phase.sin)


def start_contrast(amplitude: Lines | None, phase: Lines | None) -> Contrast:
    """Estimate spreads and direction from the first lines of a frame.

    Parameters
    ----------
    amplitude
        (lines, pixels) log amplitude, 0 at its level; `None` where the channel is missing.
    phase
        (lines, pixels) rad; `None` where it is missing.
    """
    found = Contrast()
    if amplitude is not None:
        found = Contrast(amplitude=middle(_spreads(levelled(amplitude), None)))
    if phase is None:
        return found
    cos, sin = middle(row_median(np.cos(phase))), middle(row_median(np.sin(phase)))
    off = _off(phase, np.full(len(phase), np.arctan2(sin, cos)))
    return Contrast(found.amplitude, middle(_spreads(levelled(off), None)), cos, sin)


def raised_amplitude(
    amplitude: Lines, state: Contrast, warm: NDArray[np.bool_]
) -> tuple[Lines, Contrast]:
    """Raise the contrast of the log amplitude, 0 at its level; NaN stays.

    Parameters
    ----------
    amplitude
        (lines, pixels).
    state
        Of the lines before.
    warm
        (lines,) bool: whether the running values follow a line.
    """
    level = levelled(amplitude)
    run = running(_spreads(level, state.lines[0]), state.amplitude, warm)
    gain = _gain(SPREAD, run)
    if not len(amplitude):
        return amplitude, state
    kept = Contrast(float(run[-1]), state.phase, state.cos, state.sin, (level[-1], state.lines[1]))
    return np.where(gain > 1, np.clip(gain * amplitude, *RANGE), amplitude), kept


def raised_phase(phase: Lines, state: Contrast, warm: NDArray[np.bool_]) -> tuple[Lines, Contrast]:
    """Raise the contrast of a phase around its running mean; NaN stays.

    Parameters
    ----------
    phase
        (lines, pixels), rad.
    state, warm
        As for `raised_amplitude`.
    """
    cos = running(row_median(np.cos(phase)), state.cos, warm)
    sin = running(row_median(np.sin(phase)), state.sin, warm)
    mean = np.nan_to_num(np.arctan2(sin, cos))
    off = _off(phase, mean)
    level = levelled(off)
    run = running(_spreads(level, state.lines[1]), state.phase, warm)
    gain = _gain(PHASE_SPREAD, run)
    if not len(phase):
        return phase, state
    kept = Contrast(
        state.amplitude, float(run[-1]), float(cos[-1]), float(sin[-1]), (state.lines[0], level[-1])
    )
    raised = mean[:, None] + np.clip(gain * off, -PHASE_RANGE, PHASE_RANGE)
    return np.where(gain > 1, raised, phase), kept


def _spreads(image: Lines, previous: Lines | None) -> Lines:
    """Return what `line_values.spreads` does, but at least the root mean square.

    A median overlooks the domain that few pixels of a line lie in: its phase, raised until it ends,
    would change halfway up the wall's flank, and the wall be seen beside its place.
    """
    known = np.isfinite(image)
    total = (np.where(known, image, 0.0) ** 2).sum(axis=1)
    count = known.sum(axis=1)
    deviation = np.sqrt(np.divide(total, count, out=np.full(len(image), np.nan), where=count > 0))
    return np.asarray(np.fmax(spreads(image, previous), deviation))


def _gain(wanted: float, spread: Lines) -> Lines:
    """Return by what each line is multiplied, (lines, 1): 1 and more, 1 where nothing is known."""
    gain = np.divide(wanted, spread, out=np.ones_like(spread), where=spread > 0)
    return np.clip(gain, 1.0, MOST)[:, None]


def _off(phase: Lines, mean: Lines) -> Lines:
    """Return by how much a phase lies off the mean of each line, rad, from -pi to pi."""
    off = phase - mean[:, None]
    return np.asarray((off + np.pi) % (2 * np.pi) - np.pi)
