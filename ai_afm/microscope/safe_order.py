"""Bringing an instrument to a safe state, in the order of its feedback mode.

Contact, tapping and PFM: stop the waveform, DC to 0, AC off, read both back as zero, then lift. A
lift with bias on would discharge or write through the opening gap. Current feedback: lift first,
then the bias, for without bias the loop drives the tip into the surface in search of a current.
"Feedback off" is in no case safe.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

from ai_afm.errors import ConfigError, InstrumentError, SafetyStop
from ai_afm.microscope.base import Feedback, Microscope, MicroscopeState, TipState
from ai_afm.microscope.simulated.clock import Clock

ZERO = 1e-3
"""|bias| and |drive| up to this count as zero, V."""
_WAITS = (0.1, 0.5, 1.5)  # s before each further attempt: a lost link is often back after a moment
_KNOWN = (Feedback.CONTACT, Feedback.TAPPING, Feedback.CURRENT)

log = logging.getLogger(__name__)


def lifts_first(feedback: Feedback) -> bool:
    """Tell whether the tip is lifted before the bias is switched off.

    Raises
    ------
    ConfigError
        When the feedback mode is not known: then no order is known to be safe.
    """
    if feedback not in _KNOWN:
        raise ConfigError(
            f"feedback mode {str(feedback)!r} has no known safe order; set the instrument to one of"
            f" {', '.join(_KNOWN)} before a run"
        )
    return feedback is Feedback.CURRENT


def is_zero(state: MicroscopeState) -> bool:
    """Tell whether bias and drive were read back as zero; a reading that failed is not zero."""
    readings = (state.bias, state.drive)
    return all(r is not None and math.isfinite(r) and abs(r) <= ZERO for r in readings)


@dataclass(frozen=True, slots=True)
class SafeOrder:
    """The ways to safety of one instrument.

    Each step is tried four times within about 2 s of the clock. Each method raises `SafetyStop`
    when a step failed; the steps after it are then not taken.
    """

    inner: Microscope
    clock: Clock

    def zero(self) -> None:
        """Stop, and read bias and drive back as zero, with the tip where it is."""
        self._insist(self._zero_once, "bias and drive could not be read back as zero")

    def calm(self) -> None:
        """Reach the first safe state: no bias, and with current feedback no contact either."""
        if lifts_first(self.inner.capabilities.feedback):
            self.withdraw()
        else:
            self.zero()

    def park(self) -> None:
        """Take bias and drive away and lift a little."""
        self._lift(self.inner.park, "parked")

    def withdraw(self) -> None:
        """Take bias and drive away and withdraw."""
        self._lift(self._withdraw_once, "withdrawn")

    def _lift(self, lift: Callable[[], None], what: str) -> None:
        if lifts_first(self.inner.capabilities.feedback):
            self._insist(lift, f"the tip could not be {what}; the bias stays for the feedback")
        else:
            # Apart, so that the message tells a bias that stays on from a tip that stays down.
            self.zero()
            self._insist(
                lambda: self._lift_at_zero(lift), f"the tip could not be {what} without bias"
            )
        # An adapter's own lift must not have switched anything on again.
        self.zero()

    def _lift_at_zero(self, lift: Callable[[], None]) -> None:
        # Read back before each attempt: nobody knows what a lift that failed has left on.
        self._zero_once()
        lift()

    def _zero_once(self) -> None:
        self.inner.stop()
        state = self.inner.state()
        if not is_zero(state):
            raise InstrumentError(f"they read {_volts(state.bias)} and {_volts(state.drive)}")

    def _withdraw_once(self) -> None:
        self.inner.withdraw()
        tip = self.inner.state().tip
        if tip is not TipState.WITHDRAWN:
            raise InstrumentError(f"after a withdraw the tip reads as {tip}")

    def _insist(self, action: Callable[[], None], message: str) -> None:
        failure: Exception | None = None
        for wait in (0.0, *_WAITS):
            try:
                self.clock.sleep(wait)
                action()
            # On the way to safety whatever an adapter raises means "not done yet": try again.
            except Exception as exc:
                log.warning("making safe: %s", exc)
                failure = exc
            else:
                return
        raise SafetyStop(
            f"{message} ({failure}); look at the instrument, then clear it by name"
        ) from failure


def _volts(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.6g} V"
