"""Hysteresis loops read out for the report: the native state apart from what was written."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.loop_fit import (
    HalfCycleFit,
    LoopFit,
    first_half_cycle,
    fit_half_cycle,
    fit_loop,
    one_cycle,
    rotate_phase,
)
from ai_afm.types import ProbeKind, Spectrum

Array = NDArray[np.float64]
Branch = tuple[Array, Array]
"""Write bias (V) and real response (unit of the spectrum), both (n,)."""


@dataclass(frozen=True, slots=True)
class Curves:
    """A loop on one side of the pulses: off field or on field.

    Parameters
    ----------
    first
        First half-cycle, from the native state.
    rest
        Everything after it, in order of time; it begins with the last sample of `first`.
    later
        Each later cycle.
    """

    first: Branch
    rest: Branch
    later: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Readout:
    """What a loop says.

    Parameters
    ----------
    off, on
        Curves off and on field, turned by the same angle.
    native
        Fit of the first half-cycle, off field.
    written
        Fit of each later cycle, off field; of the first where there is only one.
    unit
        Of the response.
    """

    off: Curves
    on: Curves
    native: HalfCycleFit
    written: tuple[LoopFit, ...]
    unit: str

    @property
    def loop(self) -> LoopFit | None:
        """The last of the later cycles that is a loop."""
        return next((f for f in reversed(self.written) if f.is_loop), None)

    @property
    def cycles_words(self) -> str:
        """How many of the later cycles are loops."""
        good = sum(f.is_loop for f in self.written)
        return f"{good} of {len(self.written)}"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why numbers are missing, each reason once."""
        texts = []
        if not self.native.has_switched:
            texts.append(f"first half-cycle: {self.native.reason}")
        texts += [f"later cycles: {f.reason}" for f in self.written if not f.is_loop]
        return tuple(dict.fromkeys(texts))


def read_out(spectrum: Spectrum) -> Readout | None:
    """Return the curves and fits of a hysteresis loop, `None` for other probes."""
    if spectrum.request.kind is not ProbeKind.HYSTERESIS_LOOP or not len(spectrum.response):
        return None
    # one angle for all, from what was read off field: on field, electrostatics turn the axis
    _, angle = rotate_phase(spectrum.response[~spectrum.on_field])
    if math.isnan(angle):
        _, angle = rotate_phase(spectrum.response)
    off, on = (_curves(spectrum, angle, on_field=on_field) for on_field in (False, True))
    known = off.later or (_joined(off.first, off.rest),)  # a single cycle is all there is
    return Readout(
        off,
        on,
        fit_half_cycle(*off.first),
        tuple(fit_loop(*branch) for branch in known),
        spectrum.response_unit,
    )


def _curves(spectrum: Spectrum, angle: float, *, on_field: bool) -> Curves:
    turn = np.exp(-1j * angle)

    def real(bias: Array, response: NDArray[np.complex128]) -> Branch:
        return bias, np.real(response * turn)

    numbers = sorted(set(spectrum.cycle[spectrum.on_field == on_field].tolist()))
    first = real(*first_half_cycle(spectrum, on_field=on_field))
    nothing = (np.zeros(0), np.zeros(0))
    if not numbers:
        return Curves(first, nothing, ())
    start = real(*one_cycle(spectrum, numbers[0], on_field=on_field))
    # the last sample of the first half joins the two pieces in the drawing
    cut = max(len(first[0]) - 1, 0)
    later = tuple(real(*one_cycle(spectrum, n, on_field=on_field)) for n in numbers[1:])
    pieces = [(start[0][cut:], start[1][cut:]), *later]
    rest = np.concatenate([p[0] for p in pieces]), np.concatenate([p[1] for p in pieces])
    return Curves(first, rest, later)


def _joined(first: Branch, rest: Branch) -> Branch:
    return np.concatenate([first[0], rest[0][1:]]), np.concatenate([first[1], rest[1][1:]])
