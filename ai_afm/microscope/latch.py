"""The guard's latch: why nothing moves until a person clears it, and the ways to safety."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from ai_afm.errors import SafetyStop
from ai_afm.microscope.base import Microscope, TipState
from ai_afm.microscope.permits import check_person
from ai_afm.microscope.safe_order import SafeOrder, is_zero, lifts_first
from ai_afm.microscope.simulated.clock import Clock

log = logging.getLogger(__name__)


class Latch:
    """Brings an instrument to safety, and holds it there when that is what it takes.

    `reason` is why nothing moves until a person clears it, `None` when all is well.

    Raises
    ------
    ConfigError
        When the feedback mode is unknown.
    """

    def __init__(self, inner: Microscope, clock: Clock) -> None:
        self._lifts_first = lifts_first(inner.capabilities.feedback)
        self._inner = inner
        self._order = SafeOrder(inner, clock)
        self.reason: str | None = None
        # Safe sequences must not interleave when a person stops while the acquisition thread
        # cleans up.
        self._safety = threading.RLock()

    def hold(self, reason: str) -> None:
        """Let nothing move from now on; an earlier reason stays."""
        self.reason = self.reason or reason

    def check(self) -> None:
        """Raise `SafetyStop` when it holds."""
        if self.reason is not None:
            raise SafetyStop(f"{self.reason}; a person has to clear it before anything moves")

    def trip(self, reason: str | None) -> None:
        """Hold and raise `SafetyStop` when there is a reason."""
        if reason is not None:
            self.hold(reason)
            raise SafetyStop(f"{reason}; bias and drive are off, look at tip and sample")

    def release(self, person: str) -> None:
        """Let things move again in the name of a person; raises `OutOfRange` without a name."""
        check_person(person, "clear a safety stop")
        self._inner.clear()
        log.warning("cleared by %s: %s", person, self.reason)
        self.reason = None

    def tidy(self) -> None:
        """Take a bias away that is left over: it must not be dragged to the next place."""
        if not self._lifts_first and self.reason is None and not is_zero(self._inner.state()):
            self._safely(self._order.zero)

    def end(self, *, faulty: bool) -> None:
        """Leave a safe state behind after a scan or probe."""
        # With current feedback the bias stays while the tip does, unless something went wrong.
        if not self._lifts_first:
            self._safely(self._order.zero)
        elif faulty:
            self.hold("the tip was withdrawn after a fault")
            self._safely(self._order.withdraw)

    def stop(self) -> None:
        """Take bias and drive away; the tip stays, but not with current feedback."""
        if self._lifts_first:
            self.hold("the tip was withdrawn by a stop with current feedback")
        self._safely(self._order.calm)

    def park(self) -> None:
        """Take bias and drive away and lift a little; withdrawn stays withdrawn."""
        self._safely(self._order.zero if self._is_withdrawn() else self._order.park)

    def withdraw(self) -> None:
        """Withdraw the tip and hold."""
        # Latched first: nothing new may begin even when the lift fails.
        self.hold("the tip was withdrawn")
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
                self.reason = str(exc)
                raise
