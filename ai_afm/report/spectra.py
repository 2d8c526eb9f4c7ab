"""Probes that are no loops, drawn: currents, relaxations, force curves; what their fits say."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from ai_afm.image.current_fit import UPPER, BranchFit
from ai_afm.image.loop_fit import rotate_phase
from ai_afm.image.probe_fits import after_step, read_current, read_relaxation
from ai_afm.report.palette import ACCENT, FIRST, GRID, LATER
from ai_afm.report.quantity import NOT_MEASURED, prefix_of, quantity
from ai_afm.types import ProbeKind, Spectrum

MANY = 1500
"""Points of a curve beyond which it is drawn as a picture, not as vectors."""

Array = NDArray[Any]


def draw_plain(axes: Axes, spectrum: Spectrum) -> None:
    """Draw a probe that is no loop: current, relaxation, force, or amplitude against time."""
    kind, extra = spectrum.request.kind, spectrum.extra
    if kind is ProbeKind.CURRENT_VOLTAGE and "current" in extra:
        _current(axes, spectrum)
    elif kind is ProbeKind.RELAXATION and after_step(spectrum) is not None:
        _relaxation(axes, spectrum)
    elif "height" in extra and ("force" in extra or "deflection" in extra):
        across, unit = ("force", "N") if "force" in extra else ("deflection", "m")
        _curve(axes, ("height", extra["height"], "m"), (across, extra[across], unit))
    else:
        amplitude = np.abs(spectrum.response)
        unit = spectrum.response_unit
        _curve(axes, ("time", spectrum.time, "s"), ("amplitude", amplitude, unit))


def fit_words(spectrum: Spectrum) -> str | None:
    """Say what the fit of a current or a relaxation says; `None` for other probes."""
    kind = spectrum.request.kind
    if kind is ProbeKind.CURRENT_VOLTAGE and (current := read_current(spectrum)) is not None:
        parts = [("+", current.positive), ("−", current.negative)]
        words = [f"{sign}: {branch_words(branch)}" for sign, branch in parts]
        return "; ".join([*words, *([f"stopped {spectrum.stopped}"] if spectrum.stopped else [])])
    if kind is ProbeKind.RELAXATION and (fit := read_relaxation(spectrum)) is not None:
        if not fit.has_relaxed:
            return f"no relaxation told: {fit.reason}"
        low, high = (quantity(v, "s", 2) for v in fit.time_interval)
        return (
            f"{100 * fit.share:.0f} % of the response relaxes in {quantity(fit.time, 's', 2)}"
            f" ({low} to {high}), exponent {fit.stretch:.2f}, R² {fit.r2:.2f}"
        )
    return None


def branch_words(fit: BranchFit) -> str:
    """Say what one polarity of a current-voltage curve says."""
    largest = quantity(fit.largest, "A")
    if fit.reason:
        return f"{fit.reason}, at most {largest}" if largest != NOT_MEASURED else fit.reason
    return (
        f"{quantity(fit.resistance, 'Ω')} from {quantity(fit.threshold, 'V')} on (R² {fit.r2:.2f}),"
        f" at most {largest}"
    )


def _curve(axes: Axes, x: tuple[str, Array, str], y: tuple[str, Array, str]) -> None:
    (name_x, across, unit_x), (name_y, up, unit_y) = x, y
    (fx, ux), (fy, uy) = scale_of(across, unit_x), scale_of(up, unit_y)
    axes.plot(across / fx, up / fy, color=ACCENT, lw=1.0, rasterized=len(across) > MANY)
    axes.set_xlabel(f"{name_x} ({ux})")
    axes.set_ylabel(f"{name_y} ({uy})")


def _current(axes: Axes, spectrum: Spectrum) -> None:
    """Draw the current against the bias, first cycle in front, with the lines of the fit."""
    on, fit = spectrum.on_field, read_current(spectrum)
    bias, current = spectrum.bias[on], spectrum.extra["current"][on]
    cycle = spectrum.cycle[on]
    factor, unit = scale_of(current, "A")
    axes.axhline(0, color=GRID, lw=0.6, zorder=0)
    axes.axvline(0, color=GRID, lw=0.6, zorder=0)
    many = len(bias) > MANY
    first = cycle == cycle.min()
    for part, colour, wide in ((~first, LATER, 0.7), (first, ACCENT, 1.1)):
        axes.plot(bias[part], current[part] / factor, color=colour, lw=wide, rasterized=many)
    if fit is not None:
        for sign, branch in ((1.0, fit.positive), (-1.0, fit.negative)):
            if not branch.reason:
                _line(axes, sign * float(np.abs(bias).max()), branch, factor)
    axes.set_xlabel("bias (V)")
    axes.set_ylabel(f"current ({unit})")


def _line(axes: Axes, reach: float, fit: BranchFit, factor: float) -> None:
    """Draw the line of a polarity: solid where it was fitted, dotted down to its threshold."""
    sign = math.copysign(1.0, reach)
    for start, end, style in (
        (UPPER * abs(reach), abs(reach), "-"), (fit.threshold, UPPER * abs(reach), ":"),
    ):  # fmt: skip
        v = np.array([start, end])
        i = (v - fit.threshold) / fit.resistance
        axes.plot(sign * v, sign * i / factor, color=FIRST, lw=1.0, ls=style, zorder=4)


def _relaxation(axes: Axes, spectrum: Spectrum) -> None:
    """Draw the real response after the first step against time, with the fit."""
    found, fit = after_step(spectrum), read_relaxation(spectrum)
    assert found is not None
    assert fit is not None
    time, real = found[0], rotate_phase(found[1])[0]
    factor, unit = scale_of(real, spectrum.response_unit)
    (ft, ut) = scale_of(time, "s")
    axes.plot(time / ft, real / factor, ".", ms=1.5, color=ACCENT, rasterized=len(time) > MANY)
    if fit.has_relaxed:
        t = np.geomspace(time[0], time[-1], 200)
        axes.plot(t / ft, fit.at(t) / factor, color=FIRST, lw=1.2)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")  # the figures have no mathematical type
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(f"time after the step ({ut})")
    axes.set_ylabel(f"response ({unit})")


def scale_of(values: Array, unit: str) -> tuple[float, str]:
    """Return the factor to divide by and the unit with its prefix for the largest known value."""
    known = values[np.isfinite(values)]
    largest = float(np.abs(known).max()) if known.size else math.nan
    return prefix_of(largest, unit)
