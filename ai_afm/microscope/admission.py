"""A request held against the rules twice: as it is asked, and as the instrument takes it."""

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ai_afm.errors import InstrumentError, OutOfRange, SafetyStop
from ai_afm.microscope.base import Microscope, MicroscopeState, TipState
from ai_afm.microscope.dose import DoseMap
from ai_afm.microscope.forms import check_form
from ai_afm.microscope.history import Situation, check_history
from ai_afm.microscope.rules import Rules
from ai_afm.types import Point, Request

R = TypeVar("R", bound=Request)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard would say to a request; `message` says why not."""

    legal: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The run so far: when it `started` (s), the `dose`, and the `setpoint` at the start (V)."""

    started: float
    dose: DoseMap
    setpoint: float | None


def admit(
    inner: Microscope, request: R, rules: Rules, record: Record, position: Point | None
) -> tuple[R, Situation]:
    """Return what the instrument would really do, if that is allowed; nothing moves.

    Parameters
    ----------
    inner
        The bare instrument.
    request, rules
        What is asked, and what it is held against.
    record
        The run so far.
    position
        Where the tip will be before, m; where it is now when `None`.

    Raises
    ------
    OutOfRange, SafetyStop, InstrumentError
        When it is not allowed, the tip is withdrawn, or the instrument cannot be read.
    """
    check_alone(request, rules)
    accepted = inner.accept(request)
    if type(accepted) is not type(request):
        raise InstrumentError(f"the instrument made a {type(accepted).__name__} of the request")
    if accepted is not request:
        check_alone(accepted, rules)
    situation = _situation(inner, record, position)
    check_history(accepted, rules, situation)
    return accepted, situation


def read_time(state: MicroscopeState) -> float:
    """Return the instrument's clock, s; raises `InstrumentError` when it is no number."""
    if not math.isfinite(state.time):
        raise InstrumentError(f"the instrument's clock reads {state.time!r}; check the connection")
    return state.time


def check_alone(request: Request, rules: Rules) -> None:
    """Check a request by itself, whatever it holds; raises `OutOfRange`."""
    # Types are not checked at run time elsewhere: a request from a plug-in or a file may hold
    # anything.
    try:
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            check_form(request, rules)
    except (TypeError, ValueError, AttributeError, ArithmeticError, LookupError) as exc:
        raise OutOfRange(f"the request is malformed ({exc}); correct it") from exc


def _situation(inner: Microscope, record: Record, position: Point | None) -> Situation:
    state, measurement = inner.state(), inner.measurement()
    if state.tip is TipState.WITHDRAWN:
        raise SafetyStop("the tip is withdrawn; a person has to clear it before anything moves")
    position = state.position if position is None else position
    if position is None or not all(math.isfinite(c) for c in position):
        raise InstrumentError("the position of the tip cannot be read; check the scanner")
    if state.bias is None or not math.isfinite(state.bias):
        raise InstrumentError("the bias of the tip cannot be read; check the connection")
    spent, drive = read_time(state) - record.started, measurement.drive_amplitude
    return Situation(position, spent, record.dose, state.bias, drive, record.setpoint)
