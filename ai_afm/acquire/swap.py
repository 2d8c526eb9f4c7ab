"""Another model in a live run: a person asks for it, it looks from the next line on."""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass

from ai_afm.acquire.session import Command, Session
from ai_afm.errors import ConfigError, ModelError
from ai_afm.events import Commanded, Event
from ai_afm.segment.base import Loaded
from ai_afm.store.looking import NOT_SWAPPED, SWAPPED, Eyes

REFUSED = "refused: "
"""How the answer to a command begins that was not carried out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a run something happens: after so many rows of a scan; between two without one."""

    scan: int | None = None
    rows: int | None = None

    def words(self) -> str:
        """Return it for a sentence."""
        return "now" if self.scan is None else f"line {self.rows} of scan {self.scan}"


class Swapping:
    """The models that a person has asked for: one after the other is loaded, then it looks.

    The scan goes on meanwhile, and so does the run, with the model before, when one is refused.
    """

    def __init__(self) -> None:
        self._waiting: deque[Command] = deque()
        self._begun = False

    @property
    def loading(self) -> bool:
        """Whether a model is being loaded."""
        return bool(self._waiting)

    def has(self, command: Command) -> bool:
        """Tell whether a command is about a model that is still being loaded."""
        return any(waiting is command for waiting in self._waiting)

    def ask(self, session: Session, command: Command) -> str:
        """Have the model of a command loaded; return what to say about it until that is over.

        Raises
        ------
        ConfigError
            When the command does not name a model.
        ModelError
            When the run has no segmenter, or the model looks already.
        """
        name = command.args.get("name")
        if not isinstance(name, str) or command.args.keys() - {"name", "reason"}:
            raise ConfigError("a model is asked for by its name, NAME@VERSION, and a reason")
        if session.glimpses is None:
            raise ModelError("this run has no model that could be exchanged")
        if name == session.glimpses.model and not self._waiting:
            raise ModelError(f"{name} looks already")
        self._waiting.append(command)
        return f"{name} is being loaded; until it is there {session.glimpses.model} looks"

    def settle(self, session: Session, at: Place, waits: bool) -> Generator[Event]:
        """Write down what has become of the models that were asked for.

        Parameters
        ----------
        session
            Of the run.
        at
            Where the run is.
        waits
            Whether to wait until all of them are loaded or refused.
        """
        while self._waiting:
            name = str(self._waiting[0].args["name"])
            before = _eyes(session)
            try:
                outcome = self._outcome(session, name, waits)
            except ModelError as exc:
                outcome = Loaded(name, str(exc))
            if outcome is None:
                return
            command = self._waiting.popleft()
            self._begun = False
            said = _written(session, command, (before, outcome), at)
            yield Commanded(command.do, said)
            command.answer(said)

    def _outcome(self, session: Session, name: str, waits: bool) -> Loaded | None:
        """Begin with a model where that was not done yet; return what became of it, if known."""
        service = session.glimpses
        assert service is not None
        if not self._begun:
            service.load(name)
            self._begun = True
        outcome = service.loaded(1.0 if waits else 0.0)
        while waits and outcome is None:
            outcome = service.loaded(1.0)
        return outcome


def _eyes(session: Session) -> Eyes:
    assert session.glimpses is not None
    return Eyes(session.glimpses.model, session.glimpses.model_sha256)


def _written(session: Session, command: Command, change: tuple[Eyes, Loaded], at: Place) -> str:
    """Write down how an exchange has ended; return it in words."""
    before, outcome = change
    reason = str(command.args.get("reason") or "")
    if outcome.refused is not None:
        row = {"model": outcome.asked, "message": outcome.refused, "reason": reason}
        session.journal.append(NOT_SWAPPED, row, actor="person")
        return f"{REFUSED}{outcome.refused}; {before.model} goes on"
    now = _eyes(session)
    session.journal.append(
        SWAPPED,
        {
            "model": now.model,
            "model_sha256": now.sha256,
            "before": before.model,
            "before_sha256": before.sha256,
            "scan": at.scan,
            "rows": at.rows,
            "reason": reason,
        },
        actor="person",
    )
    return f"{now.model} looks from {at.words()} on"
