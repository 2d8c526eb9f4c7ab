"""Faults by name: what goes wrong with an instrument, at a line of a scan or at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ai_afm.errors import ConfigError
from ai_afm.types import FloatImage, LineFlag


class FaultKind(StrEnum):
    """What can go wrong.

    `LINK_LOST` no answer, once, or for `value` s; `LINE_STALL` no line for `value` s; `NAN_LINE` a
    line without readings; `SATURATE` the response runs into full scale; `FROZEN_CHANNEL` the lines
    of a channel repeat; `TIP_CHANGE` the radius is `value` times as large, height and response
    step; `DOUBLE_TIP` a second apex from here on; `DRIFT_JUMP` the sample shifts by `value` m;
    `LOST_CONTACT` the tip leaves the surface; `Z_RAIL` the z range is left; `BIAS_STUCK` the bias
    source ignores commands.
    """

    LINK_LOST = "link_lost"
    LINE_STALL = "line_stall"
    NAN_LINE = "nan_line"
    SATURATE = "saturate"
    FROZEN_CHANNEL = "frozen_channel"
    TIP_CHANGE = "tip_change"
    DOUBLE_TIP = "double_tip"
    DRIFT_JUMP = "drift_jump"
    LOST_CONTACT = "lost_contact"
    Z_RAIL = "z_rail"
    BIAS_STUCK = "bias_stuck"


DEFAULT_VALUE = {
    FaultKind.LINK_LOST: 0.0,
    FaultKind.LINE_STALL: 10.0,
    FaultKind.TIP_CHANGE: 2.0,
    FaultKind.DRIFT_JUMP: 50e-9,
}
"""Values where a fault has one and none was given."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Full scales of an instrument and the noise of its response, m.

    `free` is the amplitude off the surface in tapping, `None` in the other modes.
    """

    z: float
    response: float
    deflection: float
    noise: float
    free: float | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that will go wrong.

    Parameters
    ----------
    kind
        What.
    scan, line
        At the beginning of the `line`-th line to arrive (from 0) of the `scan`-th scan (from 1) of
        the session.
    time
        Or: in the first line or probe that ends after this time, s.
    value
        Size, see `FaultKind`; `None` for the usual one.
    lines
        For how many lines (those that last).
    """

    kind: FaultKind
    scan: int | None = None
    line: int = 0
    time: float | None = None
    value: float | None = None
    lines: int = 1

    @property
    def size(self) -> float:
        """The value, or the usual one."""
        return DEFAULT_VALUE.get(self.kind, 0.0) if self.value is None else self.value


def parse_fault(text: str) -> Fault:
    """Read a fault from text: `kind@scan:line` or `kind@123s`, then `=value` and `xLINES` at will.

    Raises
    ------
    ConfigError
        When the text names no fault or no place.

    Examples
    --------
    >>> parse_fault("nan_line@2:17x3").lines
    3
    >>> parse_fault("line_stall@40s=2.5").time
    40.0
    """
    name, at, where = text.partition("@")
    if name not in list(FaultKind) or not at:
        raise ConfigError(
            f"{text!r} is no fault; write kind@scan:line or kind@12.5s with a kind of "
            f"{', '.join(FaultKind)}"
        )
    where, _, lines = where.partition("x")
    where, _, value = where.partition("=")
    try:
        size = float(value) if value else None
        count = int(lines) if lines else 1
        if where.endswith("s"):
            return Fault(FaultKind(name), time=float(where[:-1]), value=size, lines=count)
        scan, _, line = where.partition(":")
        return Fault(FaultKind(name), scan=int(scan), line=int(line or 0), value=size, lines=count)
    except ValueError as exc:
        raise ConfigError(f"cannot read the place or size of the fault {text!r}: {exc}") from exc


def due(pending: Iterable[Fault], scan: int, line: int, end: float) -> tuple[Fault, ...]:
    """Return which of the faults that have not yet happened set in at a line or probe.

    Parameters
    ----------
    pending
        Faults that have not yet happened.
    scan, line
        Number of the scan and of the line in order of arrival; scan 0 for a probe.
    end
        When the line or probe ends, s: faults whose time lies before it set in.
    """
    return tuple(
        f
        for f in pending
        if (f.time < end if f.time is not None else (f.scan, f.line) == (scan, line))
    )


def spoil_line(
    channels: Mapping[str, FloatImage],
    kinds: frozenset[FaultKind],
    limits: Limits,
    rng: np.random.Generator,
) -> tuple[Mapping[str, FloatImage], LineFlag]:
    """Return a line's channels (pixels,) as a faulty instrument sends them, and what it notices.

    It notices what runs into full scale, not lines without readings or frozen ones: to find those
    is the reader's task.
    """
    spoilt, flag = dict(channels), LineFlag.GOOD
    if FaultKind.LOST_CONTACT in kinds:
        spoilt |= _off_the_surface(channels, limits, rng)
    if FaultKind.SATURATE in kinds:
        spoilt |= {
            n: np.full_like(v, limits.response)
            for n, v in spoilt.items()
            if n.startswith("amplitude")
        }
        flag |= LineFlag.SATURATED
    if FaultKind.Z_RAIL in kinds:
        spoilt["height"] = np.full_like(channels["height"], limits.z)
        if "deflection" in channels:
            spoilt["deflection"] = np.full_like(channels["deflection"], limits.deflection)
        flag |= LineFlag.SATURATED
    if FaultKind.NAN_LINE in kinds:
        spoilt = {n: np.full_like(v, np.nan) for n, v in spoilt.items()}
    return spoilt, flag


def _without_resonance(
    channels: Mapping[str, FloatImage], noise: float, rng: np.random.Generator
) -> dict[str, FloatImage]:
    fitted = ("amplitude", "phase", "frequency", "quality", "fit_r2")
    spoilt = {name: np.full_like(channels[name], np.nan) for name in fitted}
    for name, values in channels.items():
        if values.ndim == 2:
            spoilt[name] = (noise * rng.standard_normal(values.shape)).astype(np.float32)
    return spoilt


def _off_the_surface(
    channels: Mapping[str, FloatImage], limits: Limits, rng: np.random.Generator
) -> dict[str, FloatImage]:
    """Return a line without contact: z runs out, and the lock-in reads only noise."""
    pixels = len(channels["height"])
    ramp = np.linspace(0, -limits.z, pixels, dtype=np.float32)
    spoilt = {"height": channels["height"][:1] + ramp}
    for name, values in channels.items():
        if name.startswith("amplitude"):
            spoilt[name] = rng.rayleigh(limits.noise, pixels).astype(np.float32)
        elif name.startswith("phase"):
            spoilt[name] = rng.uniform(-np.pi, np.pi, pixels).astype(np.float32)
        elif name == "deflection":
            spoilt[name] = np.full_like(values, -0.2 * limits.deflection)
    if "fit_r2" in channels:  # band excitation: bins of noise, in which no fit finds a resonance
        spoilt |= _without_resonance(channels, limits.noise, rng)
    if limits.free is not None:  # the free oscillation, undamped
        swing = limits.free + limits.noise * rng.standard_normal(pixels)
        spoilt["amplitude"] = swing.astype(np.float32)
    return spoilt
