"""A microscope around a microscope: it refuses what is not allowed and leaves a safe state behind.

Nothing goes round it: `open_microscope` returns only guarded microscopes. What it refuses has not
moved anything. What it lets through ends with bias and drive read back as zero, whatever happens
on the way.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from ai_afm.errors import AfmError, ConfigError, InstrumentError, OutOfRange, SafetyStop
from ai_afm.microscope.admission import Record, Verdict, admit, check_alone, read_time
from ai_afm.microscope.base import AppliedStroke, Capabilities, Microscope, MicroscopeState
from ai_afm.microscope.dose import DoseMap
from ai_afm.microscope.history import Situation, planned_dose
from ai_afm.microscope.latch import Latch
from ai_afm.microscope.permits import Permits
from ai_afm.microscope.rules import Rules
from ai_afm.microscope.simulated.clock import Clock
from ai_afm.microscope.under_way import begun, lines_of, too_much_current, wrong_bias
from ai_afm.types import (
    Consent,
    Limits,
    Measurement,
    PathRequest,
    Point,
    ProbeRequest,
    Request,
    ScanLine,
    ScanRegion,
    ScanRequest,
    Spectrum,
    WriteRequest,
)

__all__ = ["GuardedMicroscope", "Verdict"]

R = TypeVar("R", bound=Request)
T = TypeVar("T")


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
        self._latch = Latch(inner, clock)
        try:
            self._permits = Permits(limits, consent)
        except OutOfRange as exc:
            raise ConfigError(str(exc)) from exc
        self._inner = inner
        dose = DoseMap() if dose is None else dose
        # The setpoint at the start is the unit of load for the whole run.
        setpoint = inner.measurement().setpoint
        self._record = Record(read_time(inner.state()) - spent, dose, setpoint)
        self._busy = False
        self._halted = False

    @property
    def capabilities(self) -> Capabilities:
        """What the instrument can do."""
        return self._inner.capabilities

    @property
    def limits(self) -> Limits:
        """What no request may pass."""
        return self._permits.limits

    @property
    def consent(self) -> Consent:
        """What the person allows where."""
        return self._permits.consent

    @property
    def dose(self) -> DoseMap:
        """What the sample has received; keep `dose.to_json()` to go on with it after a restart."""
        return self._record.dose

    @property
    def latched(self) -> str | None:
        """Why nothing moves until a person clears it; `None` when all is well."""
        return self._latch.reason

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
        """Raise like `accept` if a request is refused from `position` (m, `None`: from here)."""
        self._admit(request, position)

    def verdict(self, request: Request, position: Point | None = None) -> Verdict:
        """Return what `check` would say, for a dry run."""
        try:
            self.check(request, position)
        except AfmError as exc:
            return Verdict(legal=False, message=str(exc))
        return Verdict(legal=True)

    def check_form(self, request: Request) -> None:
        """Raise `OutOfRange` if a request is refused by itself; the instrument is not asked.

        So it may be called at any time. Dose, travel and run time are left for when it is due.
        """
        check_alone(request, self._rules())

    def narrow(self, limits: Limits) -> None:
        """Tighten the limits, as software may; raises `OutOfRange` where that would widen any."""
        self._permits.narrow(limits)

    def forbid(self, region: ScanRegion) -> None:
        """Allow nothing in a region any more, as software may; what is under way goes on."""
        self._permits.forbid(region)

    def widen(self, limits: Limits, person: str) -> None:
        """Replace the limits in the name of a person; raises `OutOfRange` without a name."""
        self._permits.widen(limits, person)

    def repaint(self, consent: Consent, person: str) -> None:
        """Replace the consent map in the name of a person; raises `OutOfRange` without a name."""
        self._permits.repaint(consent, person)

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
        return self._begin(request)

    def path(self, request: PathRequest) -> Iterator[ScanLine]:
        """Follow a path: yield the passes of its sweeps, in order of arrival; else like `scan`."""
        if not isinstance(request, PathRequest):
            raise OutOfRange(f"a {type(request).__name__} is no path; ask for sweeps")
        return self._begin(request)

    def probe(self, request: ProbeRequest) -> Spectrum:
        """Measure at a point; bias and drive are zero (read back) when it returns or raises."""
        if not isinstance(request, ProbeRequest):
            raise OutOfRange(f"a {type(request).__name__} is no probe; ask for a point measurement")
        if not self._busy:
            self._latch.tidy()
        accepted, situation = self._claim(request)
        faulty = True
        try:
            spectrum = self._inner.probe(accepted)
            self._latch.trip(too_much_current(spectrum.extra.get("current"), self.limits))
            faulty = False
        except SafetyStop as exc:
            self._latch.hold(str(exc))
            raise
        finally:
            # What a broken probe has applied is not known, so all of it counts.
            self._count(accepted, situation)
            self._end(None, faulty=faulty)
        return spectrum

    def write(self, request: WriteRequest) -> Iterator[AppliedStroke]:
        """Write: yield each stroke when it is done, then rest as long as the request says.

        However it ends, bias and drive are read back as zero, and the stroke under way counts as
        made.

        Raises
        ------
        OutOfRange, SafetyStop, InstrumentError
            Like `scan`; `SafetyStop` also when the tip had another bias than that of the stroke.
        """
        if not isinstance(request, WriteRequest):
            raise OutOfRange(f"a {type(request).__name__} is no write; ask for strokes")
        if not self._busy:
            self._latch.tidy()
        accepted, _ = self._admit(request, None)
        return self._follow(
            accepted,
            lambda: self._inner.write(accepted),
            lambda applied: wrong_bias(applied, accepted.strokes[applied.index]),
            # What a stroke under way has applied is not known, so all of it counts.
            lambda applied: 1 if applied is None else applied.index + 2,
        )

    def stop(self) -> None:
        """Stop what is under way and read bias and drive back as zero.

        The tip stays; with current feedback it is withdrawn first, for zero bias would crash it.
        """
        self._halted = True
        self._latch.stop()

    def park(self) -> None:
        """`stop`, then a small lift that a recipe may leave again; withdrawn stays withdrawn."""
        self._halted = True
        self._latch.park()

    def withdraw(self) -> None:
        """Make safe in the order of the feedback mode and withdraw; latched until `clear`."""
        self._halted = True
        self._latch.withdraw()

    def clear(self, person: str = "") -> None:
        """Release the latch in the name of a person; raises `OutOfRange` without a name."""
        self._latch.release(person)

    def close(self) -> None:
        """Park and give the connection back; with a bias that stays on, nothing lifts."""
        self.park()
        self._inner.close()

    def _rules(self) -> Rules:
        return self._permits.rules(self._inner.capabilities)

    def _admit(self, request: R, position: Point | None) -> tuple[R, Situation]:
        self._latch.check()
        return admit(self._inner, request, self._rules(), self._record, position)

    def _count(self, request: Request, situation: Situation, lines: int | None = None) -> None:
        added = planned_dose(request, self._rules(), situation, lines)
        self._record = replace(self._record, dose=self._record.dose + added)

    def _begin(self, request: ScanRequest | PathRequest) -> Iterator[ScanLine]:
        if not self._busy:
            self._latch.tidy()
        accepted, _ = self._admit(request, None)
        return self._lines(accepted)

    def _claim(self, request: R) -> tuple[R, Situation]:
        if self._busy:
            raise InstrumentError("a scan or probe is under way; close it before the next one")
        admitted = self._admit(request, None)
        self._busy, self._halted = True, False
        return admitted

    def _lines(self, request: ScanRequest | PathRequest) -> Iterator[ScanLine]:
        return self._follow(
            request,
            lambda: lines_of(self._inner, request),
            lambda line: too_much_current(line.channels.get("current"), self.limits),
            lambda line: begun(request, line),
        )

    def _follow(
        self,
        request: R,
        source_of: Callable[[], Iterator[T]],
        alarm: Callable[[T], str | None],
        begun_at: Callable[[T | None], int],
    ) -> Iterator[T]:
        """Yield what the instrument brings, with an eye on it; count the dose however it ends.

        `alarm` says what is wrong with an item, `begun_at` how much was begun at the last one.
        """
        # Once more: latch, dose and position may have changed since the iterator was made.
        accepted, situation = self._claim(request)
        if accepted != request:
            self._busy = False
            raise InstrumentError("the instrument changes its own answer; check the adapter")
        last: T | None = None
        source: Iterator[T] | None = None
        faulty = True
        try:
            source = source_of()
            for item in source:
                last = item
                self._latch.trip(alarm(item))
                yield item
                if self._halted:
                    break
            faulty = False
        except GeneratorExit:
            faulty = False
            raise
        except SafetyStop as exc:
            self._latch.hold(str(exc))
            raise
        finally:
            self._count(accepted, situation, begun_at(last))
            self._end(source, faulty=faulty)

    def _end(self, source: Iterator[object] | None, *, faulty: bool) -> None:
        close = getattr(source, "close", None)
        try:
            if close is not None:
                close()
        except BaseException:
            faulty = True
            raise
        finally:
            self._busy = False
            self._latch.end(faulty=faulty)
