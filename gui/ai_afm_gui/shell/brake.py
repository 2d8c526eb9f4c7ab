"""STOP + WITHDRAW from the window: the stop bar's way, past all pages."""

from collections.abc import Callable
from pathlib import Path

from qtpy.QtCore import QCoreApplication

from ai_afm_gui.context import Context
from ai_afm_gui.shell.companion import Companion
from ai_afm_gui.stop_bar.commander import Commander
from ai_afm_gui.stop_bar.presenter import duration


class Brake:
    """Sends the command in a thread of its own, and says what came of it.

    Parameters
    ----------
    context
        Whose run is meant; what came of it is said there.
    companion
        Opens stop bars; `None` for none.
    clock
        s, monotonic.
    """

    def __init__(
        self, context: Context, companion: Companion | None, clock: Callable[[], float]
    ) -> None:
        self._context, self._companion, self._clock = context, companion, clock
        self._commander: Commander | None = None

    def withdraw(self) -> None:
        """Withdraw the tip of the run that is shown, now."""
        run = self._context.run
        if run is None:
            self._context.failed.emit(
                QCoreApplication.translate("Brake", "No run is shown; nothing was withdrawn.")
            )
            return
        if self._commander is None or self._commander.run != run:
            self._commander = Commander(run, self._clock)
        self._commander.press("withdraw")
        self._context.said.emit(QCoreApplication.translate("Brake", "STOP + WITHDRAW sent"))

    def tick(self) -> None:
        """Say what was answered, and when the stop bar is not there."""
        self._look_after_bar()
        told = self._commander.answer() if self._commander is not None else None
        if told is None:
            return
        if told.ok:
            text = QCoreApplication.translate("Brake", "Tip withdrawn, bias off ({time}).")
            self._context.said.emit(text.format(time=duration(told.seconds)))
            return
        text = QCoreApplication.translate(
            "Brake", "NOT WITHDRAWN ({time}): {reason}. Use the instrument's own controls."
        )
        reason = told.text.rstrip(".")
        self._context.failed.emit(text.format(time=duration(told.seconds), reason=reason))

    def _look_after_bar(self) -> None:
        failed = self._companion.failed() if self._companion is not None else None
        if failed is not None:
            text = QCoreApplication.translate(
                "Brake",
                "The stop bar of {run} has ended with code {code}. Ctrl+. still withdraws, as long "
                "as this window answers.",
            )
            self._context.failed.emit(text.format(run=failed[0].name, code=failed[1]))

    def accompany(self, run: Path) -> None:
        """Have a stop bar beside a live run."""
        if self._companion is not None:
            self._companion.accompany(run)

    def open_bar(self) -> None:
        """Open the stop bar of the run that is shown, also when it was closed before."""
        if self._context.run is not None and self._companion is not None:
            self._companion.open(self._context.run)

    def leave(self, run: Path) -> None:
        """Close the stop bar of a run that is over."""
        if self._companion is not None:
            self._companion.close(run)
