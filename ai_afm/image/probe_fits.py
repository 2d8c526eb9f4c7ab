"""The fit of a point measurement that has a named one, put into its spectrum."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.current_fit import CurrentFit, fit_current
from ai_afm.image.relaxation_fit import RelaxationFit, fit_relaxation
from ai_afm.types import ProbeKind, Spectrum

Array = NDArray[np.float64]


def fitted(spectrum: Spectrum) -> Spectrum:
    """Return the spectrum with the numbers of its fit: a relaxation, a current-voltage curve.

    Others are returned as they are: loops have readouts of their own, and keep their first
    half-cycle apart.
    """
    kind = spectrum.request.kind
    if kind is ProbeKind.CURRENT_VOLTAGE:
        current = read_current(spectrum)
        return spectrum if current is None else replace(spectrum, fit=current.as_pairs())
    if kind is ProbeKind.RELAXATION:
        relaxation = read_relaxation(spectrum)
        return spectrum if relaxation is None else replace(spectrum, fit=relaxation.as_pairs())
    return spectrum


def fit_notes(spectrum: Spectrum) -> dict[str, float | None]:
    """Return the numbers of a spectrum's fit as a journal keeps them: `None` where there is none.

    Examples
    --------
    A relaxation that was not seen has ``{"relaxation_time_s": None, ..., "r2": 0.03}``.
    """
    return {key: value if math.isfinite(value) else None for key, value in spectrum.fit}


def read_current(spectrum: Spectrum) -> CurrentFit | None:
    """Return what the current says, on field; `None` where no current was read."""
    current = spectrum.extra.get("current")
    if current is None:
        return None
    on = spectrum.on_field
    return fit_current(spectrum.bias[on], current[on])


def read_relaxation(spectrum: Spectrum) -> RelaxationFit | None:
    """Return how the response relaxes after the first step; `None` where there is no step."""
    after = after_step(spectrum)
    return None if after is None else fit_relaxation(*after)


def after_step(spectrum: Spectrum) -> tuple[Array, NDArray[np.complex128]] | None:
    """Return time since the end of the first step (s) and the complex response after it.

    Later cycles do not start from a sample at rest, and are left out.
    """
    waveform = spectrum.request.waveform
    if waveform is None or waveform.envelope != "step":
        return None
    first = spectrum.cycle == spectrum.cycle.min()
    on = first & spectrum.on_field
    off = first & ~spectrum.on_field
    if not on.any() or not off.any():
        return None
    end = float(spectrum.time[on].max())
    return spectrum.time[off] - end, spectrum.response[off].astype(np.complex128)
