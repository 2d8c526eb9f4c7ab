"""A microscope around a microscope: it refuses what is not allowed and leaves a safe state behind.

Nothing goes round it: `open_microscope` returns only guarded microscopes. What it refuses has not
moved anything. What it lets through ends with bias and drive read back as zero, whatever happens
on the way.
"""

import logging
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import AfmError, ConfigError, InstrumentError, OutOfRange, SafetyStop
from ai_afm.microscope.base import Capabilities, Microscope, MicroscopeState, TipState
from ai_afm.microscope.bounds import check_consent, check_limits, wider
from ai_afm.microscope.dose import DoseMap
from ai_afm.microscope.history import Situation, check_history, planned_dose
from ai_afm.microscope.rules import Rules, check_form
from ai_afm.microscope.safe_order import SafeOrder, is_zero, lifts_first
from ai_afm.microscope.simulated.clock import Clock
from ai_afm.types import (
    Consent,
    Limits,
    Measurement,
    Point,
    ProbeRequest,
    Request,
    ScanLine,
    ScanRequest,
    Spectrum,
)

R = TypeVar("R", bound=Request)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard would say to a request; `message` says why not."""

    legal: bool
    message: str = ""


class GuardedMicroscope:
    """A `Microscope` that holds every request against limits, consent and dose.

    Parameters
    ----------
    inner
        The microscope to be guarded; nobody else may command it.
    limits
        What no request may pass. The instrument's own capabilities hold beside them.
    consent
        What the person allows where.
    clock
        The clock by which the guard waits for an instrument that does not answer.
    dose
        What the sample has received already (from an earlier part of the run).
    spent
        Instrument time of the run so far, s.

    Raises
    ------
    ConfigError
        When the feedback mode is unknown, or limits or zones are no numbers.

    Examples
    --------
    >>> from ai_afm.testing.fake import FakeMicroscope, wide_limits
    >>> fake = FakeMicroscope()
    >>> microscope = GuardedMicroscope(fake, wide_limits(), Consent(), fake.clock)
    >>> microscope.verdict(ScanRequest(microscope.limits.region, (3, 5), line_rate=1e6)).legal
    False
    """

    def __init__(
        self,
        inner: Microscope,
        limits: Limits,
        consent: Consent,
        clock: Clock,
        dose: DoseMap | None = None,
        spent: float = 0.0,
    ) -> None:
        self._lifts_first = lifts_first(inner.capabilities.feedback)
        try:
            check_limits(limits)
            check_consent(consent)
        except OutOfRange as exc:
            raise ConfigError(str(exc)) from exc
        self._inner = inner
        self._order = SafeOrder(inner, clock)
        self._limits = limits
        self._consent = consent
        self._dose = DoseMap() if dose is None else dose
        # The setpoint at the start is the unit of load for the whole run.
        self._setpoint = inner.measurement().setpoint
        self._started = _read_time(inner.state()) - spent
        self._latch: str | None = None
        self._busy = False
        self._halted = False
        # Safe sequences must not interleave when a person stops while the acquisition thread
        # cleans up.
        self._safety = threading.RLock()

    @property
    def capabilities(self) -> Capabilities:
        """What the instrument can do."""
        return self._inner.capabilities

    @property
    def limits(self) -> Limits:
        """What no request may pass."""
        return self._limits

    @property
    def consent(self) -> Consent:
        """What the person allows where."""
        return self._consent

    @property
    def dose(self) -> DoseMap:
        """What the sample has received; keep `dose.to_json()` to go on with it after a restart."""
        return self._dose

    @property
    def latched(self) -> str | None:
        """Why nothing moves until a person clears it; `None` when all is well."""
        return self._latch

    def measurement(self) -> Measurement:
        """Return the conditions under which the next scan is measured."""
        return self._inner.measurement()

    def state(self) -> MicroscopeState:
        """Read the instrument."""
        return self._inner.state()

    def accept(self, request: R) -> R:
        """Return what the instrument would really do, if that is allowed; nothing moves.

        Raises
        ------
        OutOfRange
            When the request, or what the instrument makes of it, passes a limit or lacks consent.
        SafetyStop
            When the tip is withdrawn or the guard is latched.
        InstrumentError
            When the instrument cannot do it, or cannot be read.
        """
        accepted, _ = self._admit(request, None)
        return accepted

    def check(self, request: Request, position: Point | None = None) -> None:
        """Raise like `accept` if a request is not allowed; nothing moves.

        Parameters
        ----------
        request
            What is asked.
        position
            Where the tip will be before, m; where it is now when `None`.
        """
        self._admit(request, position)

    def verdict(self, request: Request, position: Point | None = None) -> Verdict:
        """Return what `check` would say, for a dry run."""
        try:
            self.check(request, position)
        except AfmError as exc:
            return Verdict(legal=False, message=str(exc))
        return Verdict(legal=True)

    def narrow(self, limits: Limits) -> None:
        """Tighten the limits; software may do that.

        Raises
        ------
        OutOfRange
            When anything would be allowed that is not allowed now; the limits stay as they are.
        """
        check_limits(limits)
        change = wider(limits, self._limits)
        if change is not None:
            raise OutOfRange(f"software may not widen {change}; a person has to do that by name")
        self._limits = limits

    def widen(self, limits: Limits, person: str) -> None:
        """Replace the limits in the name of a person; raises `OutOfRange` without a name."""
        _check_person(person, "widen limits")
        check_limits(limits)
        log.warning("limits changed by %s: %s", person, limits)
        self._limits = limits

    def repaint(self, consent: Consent, person: str) -> None:
        """Replace the consent map in the name of a person; raises `OutOfRange` without a name."""
        _check_person(person, "paint consent")
        check_consent(consent)
        log.warning("consent changed by %s: %d zones", person, len(consent.zones))
        self._consent = consent

    def scan(self, request: ScanRequest) -> Iterator[ScanLine]:
        """Scan a frame: yield trace and retrace of each line, in order of arrival.

        However it ends (last line, closed iterator, fault), bias and drive are read back as zero.

        Raises
        ------
        OutOfRange, SafetyStop, InstrumentError
            Like `accept`, at once; while the lines come, what the instrument raised, after making
            safe; `SafetyStop` when bias and drive could not be read back as zero.
        """
        if not isinstance(request, ScanRequest):
            raise OutOfRange(f"a {type(request).__name__} cannot be scanned; ask for a frame")
        self._quiet_before()
        accepted, _ = self._admit(request, None)
        return self._lines(accepted)

    def probe(self, request: ProbeRequest) -> Spectrum:
        """Measure at a point; bias and drive are zero (read back) when it returns or raises."""
        if not isinstance(request, ProbeRequest):
            raise OutOfRange(f"a {type(request).__name__} is no probe; ask for a point measurement")
        self._quiet_before()
        accepted, situation = self._claim(request)
        faulty = True
        try:
            spectrum = self._inner.probe(accepted)
            self._check_current(spectrum.extra.get("current"))
            faulty = False
        except SafetyStop as exc:
            self._latch = self._latch or str(exc)
            raise
        finally:
            # What a broken probe has applied is not known, so all of it counts.
            self._dose += planned_dose(accepted, self._rules(), situation)
            self._end(None, faulty=faulty)
        return spectrum

    def stop(self) -> None:
        """Stop what is under way and read bias and drive back as zero.

        The tip stays; with current feedback it is withdrawn first, for zero bias would crash it.
        """
        self._halted = True
        if self._lifts_first:
            self._latch = self._latch or "the tip was withdrawn by a stop with current feedback"
        self._safely(self._order.calm)

    def park(self) -> None:
        """`stop`, then a small lift that a recipe may leave again; withdrawn stays withdrawn."""
        self._halted = True
        self._safely(self._order.zero if self._is_withdrawn() else self._order.park)

    def withdraw(self) -> None:
        """Make safe in the order of the feedback mode and withdraw; latched until `clear`."""
        self._halted = True
        # Latched first: nothing new may begin even when the lift fails.
        self._latch = self._latch or "the tip was withdrawn"
        self._safely(self._order.withdraw)

    def clear(self, person: str = "") -> None:
        """Release the latch in the name of a person; raises `OutOfRange` without a name."""
        _check_person(person, "clear a safety stop")
        self._inner.clear()
        log.warning("cleared by %s: %s", person, self._latch)
        self._latch = None

    def close(self) -> None:
        """Park and give the connection back.

        When the bias cannot be read back as zero the connection is kept, because closing lifts the
        tip.
        """
        self.park()
        self._inner.close()

    def _rules(self) -> Rules:
        return Rules(self._limits, self._inner.capabilities, self._consent)

    def _admit(self, request: R, position: Point | None) -> tuple[R, Situation]:
        if self._latch is not None:
            raise SafetyStop(f"{self._latch}; a person has to clear it before anything moves")
        rules = self._rules()
        _check_form(request, rules)
        accepted = self._inner.accept(request)
        if type(accepted) is not type(request):
            raise InstrumentError(f"the instrument made a {type(accepted).__name__} of the request")
        _check_form(accepted, rules)
        situation = self._situation(position)
        check_history(accepted, rules, situation)
        return accepted, situation

    def _situation(self, position: Point | None) -> Situation:
        state, measurement = self._inner.state(), self._inner.measurement()
        if state.tip is TipState.WITHDRAWN:
            raise SafetyStop("the tip is withdrawn; a person has to clear it before anything moves")
        position = state.position if position is None else position
        if position is None or not all(math.isfinite(c) for c in position):
            raise InstrumentError("the position of the tip cannot be read; check the scanner")
        if state.bias is None or not math.isfinite(state.bias):
            raise InstrumentError("the bias of the tip cannot be read; check the connection")
        spent = _read_time(state) - self._started
        drive = measurement.drive_amplitude
        return Situation(position, spent, self._dose, state.bias, drive, self._setpoint)

    def _quiet_before(self) -> None:
        # A bias left over from elsewhere (a killed run) must not be dragged to the next place.
        if not self._lifts_first and self._latch is None and not self._busy:
            if not is_zero(self._inner.state()):
                self._safely(self._order.zero)

    def _claim(self, request: R) -> tuple[R, Situation]:
        if self._busy:
            raise InstrumentError("a scan or probe is under way; close it before the next one")
        admitted = self._admit(request, None)
        self._busy, self._halted = True, False
        return admitted

    def _lines(self, request: ScanRequest) -> Iterator[ScanLine]:
        # Once more: latch, dose and position may have changed since the iterator was made.
        accepted, situation = self._claim(request)
        if accepted != request:
            self._busy = False
            raise InstrumentError("the instrument changes its own answer; check the adapter")
        last = 0 if accepted.slow_direction == "down" else accepted.shape[0] - 1
        first, rows, faulty = last, 0, True
        source: Iterator[ScanLine] | None = None
        try:
            source = self._inner.scan(accepted)
            for line in source:
                rows = abs(line.index - first) + 1
                self._check_current(line.channels.get("current"))
                yield line
                if self._halted:
                    break
            faulty = False
        except GeneratorExit:
            faulty = False
            raise
        except SafetyStop as exc:
            self._latch = self._latch or str(exc)
            raise
        finally:
            # A row that had begun when the scan broke off counts too.
            rows = min(rows + 1, accepted.shape[0])
            self._dose += planned_dose(accepted, self._rules(), situation, rows)
            self._end(source, faulty=faulty)

    def _end(self, source: Iterator[ScanLine] | None, *, faulty: bool) -> None:
        close = getattr(source, "close", None)
        try:
            if close is not None:
                close()
        except BaseException:
            faulty = True
            raise
        finally:
            self._busy = False
            # With current feedback the bias stays while the tip does, unless something went wrong.
            if not self._lifts_first:
                self._safely(self._order.zero)
            elif faulty:
                self._latch = self._latch or "the tip was withdrawn after a fault"
                self._safely(self._order.withdraw)

    def _is_withdrawn(self) -> bool:
        # A tip that cannot be read may be in contact: it gets the whole sequence.
        with suppress(Exception):
            return self._inner.state().tip is TipState.WITHDRAWN
        return False

    def _safely(self, action: Callable[[], None]) -> None:
        with self._safety:
            try:
                action()
            except SafetyStop as exc:
                self._latch = str(exc)
                raise

    def _check_current(self, current: NDArray[np.float32] | None) -> None:
        if current is None:
            return
        largest = float(np.nanmax(np.abs(current), initial=0.0))
        if largest > self._limits.max_current:
            self._latch = (
                f"the current through the tip was {largest:.3e} A, more than the"
                f" {self._limits.max_current:.3e} A allowed"
            )
            raise SafetyStop(f"{self._latch}; bias and drive are off, look at tip and sample")


def _check_form(request: Request, rules: Rules) -> None:
    # Types are not checked at run time elsewhere: a request from a plug-in or a file may hold
    # anything.
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            check_form(request, rules)
    except (TypeError, ValueError, AttributeError, ArithmeticError, LookupError) as exc:
        raise OutOfRange(f"the request is malformed ({exc}); correct it") from exc


def _check_person(person: str, action: str) -> None:
    if not person.strip():
        raise OutOfRange(f"only a person may {action}; give your name")


def _read_time(state: MicroscopeState) -> float:
    if not math.isfinite(state.time):
        raise InstrumentError(f"the instrument's clock reads {state.time!r}; check the connection")
    return state.time
