"""What the stop bar shows, and which buttons it lets be pressed; without Qt."""

from collections.abc import Callable
from dataclasses import dataclass

from ai_afm_gui.shell.glance import Glance, Life
from ai_afm_gui.stop_bar.commander import Told
from ai_afm_gui.words import translate

LONGEST = 110
"""Characters of a reason; the journal has them all."""
SLOW = 1.0
"""s without an answer after which the bar says so."""


@dataclass(frozen=True, slots=True)
class BarView:
    """What is shown.

    Parameters
    ----------
    title
        Name of the run.
    level, word
        Of the link's lamp: "good", "warn", "bad" or "unknown".
    message
        What came of the last command, or what the run does.
    urgent
        Whether the message is about a command that was not obeyed.
    steers
        Whether *Pause after line* and *Stop, stay* can do anything; STOP + WITHDRAW can always be
        pressed.
    """

    title: str
    level: str
    word: str
    message: str
    urgent: bool
    steers: bool


class BarPresenter:
    """Turns glances, presses and answers into what is shown.

    Parameters
    ----------
    title
        Name of the run.
    clock
        s, monotonic.
    """

    def __init__(self, title: str, clock: Callable[[], float]) -> None:
        self._title, self._clock = title, clock
        self._glance: Glance | None = None
        self._told: Told | None = None
        self._pressed: tuple[str, float] | None = None

    def saw(self, glance: Glance | None) -> None:
        """Take the newest glance."""
        self._glance = glance

    def pressed(self, do: str) -> None:
        """Note that a command was sent."""
        self._pressed, self._told = (do, self._clock()), None

    def heard(self, told: Told) -> None:
        """Take an answer; one to an older command does not hide that a newer one is waited for."""
        if self._pressed is not None and told.do != self._pressed[0]:
            if told.do != "withdraw":
                return
        else:
            self._pressed = None
        self._told = told

    def view(self) -> BarView:
        """Return what is to be shown now."""
        level, word = self._lamp()
        message, urgent = self._message()
        life = self._glance.life if self._glance is not None else Life.STARTING
        return BarView(self._title, level, word, message, urgent, life in (Life.LIVE, Life.SILENT))

    def _lamp(self) -> tuple[str, str]:
        if self._glance is None:
            return "unknown", translate("StopBar", "looking for the run")
        match self._glance.life:
            case Life.LIVE if self._glance.doing.get("state") == "paused":
                return "warn", translate("StopBar", "linked, run is paused")
            case Life.LIVE:
                return "good", translate("StopBar", "linked")
            case Life.STARTING:
                return "unknown", translate("StopBar", "run is starting")
            case Life.ENDED:
                return "unknown", translate("StopBar", "run has ended")
            case Life.SILENT:
                return "bad", translate("StopBar", "run does not answer")
            case _:
                return "bad", translate("StopBar", "no such run")

    def _message(self) -> tuple[str, bool]:
        if self._pressed is not None:
            do, begun = self._pressed
            waited = self._clock() - begun
            if waited < SLOW:
                return translate("StopBar", "{command} sent").format(command=command(do)), False
            text = translate("StopBar", "{command}: no answer for {seconds:.0f} s")
            return text.format(command=command(do), seconds=waited), True
        if self._told is not None:
            return self._answer(self._told)
        return "", False

    def _answer(self, told: Told) -> tuple[str, bool]:
        time = duration(told.seconds)
        if told.do == "withdraw":
            if told.ok:
                text = translate(
                    "StopBar",
                    "Tip withdrawn, bias off ({time}). It stays up until a person clears it.",
                )
                return text.format(time=time), False
            text = translate(
                "StopBar", "NOT WITHDRAWN ({time}): {reason}. Use the instrument's own controls."
            )
            return text.format(time=time, reason=self._reason(told)), True
        if told.ok:
            text = translate("StopBar", "{command}: the run obeys between two lines ({time})")
        else:
            text = translate("StopBar", "{command} not obeyed ({time}): {reason}")
        shown = text.format(command=command(told.do), time=time, reason=self._reason(told))
        return shown, not told.ok

    def _reason(self, told: Told) -> str:
        if self._glance is not None and self._glance.life is Life.ENDED:
            return translate("StopBar", "the run has ended, nobody listens")
        return told.text.rstrip(".")[:LONGEST]


def command(do: str) -> str:
    """Return what is written on the button of a command."""
    words = {
        "pause": translate("StopBar", "Pause after line"),
        "stop": translate("StopBar", "Stop, stay"),
        "withdraw": translate("StopBar", "STOP + WITHDRAW"),
    }
    return words.get(do, do)


def duration(seconds: float) -> str:
    """Return a time with its unit.

    Examples
    --------
    >>> duration(0.0341), duration(2.5)
    ('34 ms', '2.5 s')
    """
    return f"{seconds * 1e3:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
