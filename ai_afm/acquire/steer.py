"""What a person's commands do to a run: pause, stop, park, withdraw, wishes, limits, models."""

import time
from collections.abc import Generator, Mapping
from typing import Any

from ai_afm.acquire.authority import Answer, Leave, change_authority
from ai_afm.acquire.session import Command, Session
from ai_afm.acquire.stream import Stream
from ai_afm.acquire.swap import REFUSED, Place, Swapping
from ai_afm.config import narrowed, parse_region
from ai_afm.control.frames import wish_frame
from ai_afm.errors import AfmError, ConfigError, OutOfRange
from ai_afm.events import AuthorityChanged, Awaited, Commanded, Event
from ai_afm.survey.survey import Survey, Wish
from ai_afm.types import Authority, ScanRegion
from ai_afm.types.codec import encode

NARROWED = "limits narrowed"
"""What the answer to an accepted narrowing says; a run that goes on narrows again."""
FORBIDDEN = "forbidden from the next move on; what is under way goes on"
"""What the answer to forbidden ground says; it stays so in a run that goes on."""
WITHDRAWN = "withdrawn; latched until a person clears it"


def _note(session: Session, command: Command, detail: str) -> None:
    """Write a command and what became of it into the journal."""
    said = {"do": command.do, "args": dict(command.args), "detail": detail}
    session.journal.append("command", said, actor="person")


class Helm:
    """How a person has set the run; obeyed between lines and between requests."""

    def __init__(self) -> None:
        self.held = False
        self.stopping: str | None = None
        self._leave = Leave()
        self._wishes: list[Wish] = []
        self._forbidden: list[ScanRegion] = []
        self.models = Swapping()

    def obey(
        self, session: Session, stream: Stream | None = None, at: Place | None = None
    ) -> Generator[Event]:
        """Carry out all waiting commands; each is a journal row.

        Parameters
        ----------
        session
            Of the run.
        stream
            The scan or path under way; it goes on while a model is loaded. Without one, that is
            waited for.
        at
            Scan and rows under way, for the journal.
        """
        while (command := session.steering.take()) is not None:
            try:
                detail = self._carry_out(session, stream, command)
            except AfmError as exc:
                detail = f"{REFUSED}{exc}"
            _note(session, command, detail)
            yield Commanded(command.do, detail)
            if command.do == "authority":
                yield AuthorityChanged(session.authority)
            if not self.models.has(command):
                command.answer(detail)
        if self.models.loading:
            waits = stream is None or session.lockstep
            yield from self.models.settle(session, at or Place(), waits)

    def hear_the_rest(self, session: Session) -> None:
        """Write down what came when the run had ended: all but a withdrawal is refused."""
        while (command := session.steering.take()) is not None:
            detail = WITHDRAWN if command.do == "withdraw" else f"{REFUSED}the run has ended"
            _note(session, command, detail)
            command.answer(detail)

    def wait_while_held(self, session: Session) -> Generator[Event]:
        """Between two requests: wait until a person lets the run go on, or stops it.

        A run whose authority is "watch" waits, too, from its beginning on. Waiting costs nothing of
        the budget, which is time of the instrument at work.
        """
        while (self.held or session.authority is Authority.WATCH) and not self.stopping:
            yield from self.obey(session)
            time.sleep(0.05)

    def wait_for_approval(self, session: Session, row: int) -> Generator[Event, None, bool]:
        """With authority "advise", wait until a person approves the proposed move.

        Parameters
        ----------
        session
            Of the run.
        row
            Of the journal, with the move.

        Returns
        -------
        may
            Whether it may be made; false when something else comes first: the run is stopped, told
            to watch, or a person wishes for something.

        Raises
        ------
        OutOfRange
            When the person declines it.
        """
        if session.authority is not Authority.ADVISE:
            return True
        self._leave.put(row)
        yield Awaited(row)
        while self.held or (self._leave.answer is None and session.authority is Authority.ADVISE):
            if self.stopping or self._wishes or self._forbidden:
                break
            yield from self.obey(session)
            time.sleep(0.05)
        answer, why = self._leave.answer, self._leave.why
        self._leave.put(None)
        yield Awaited(None)
        if self.stopping or self._wishes or self._forbidden:
            return False
        if answer is Answer.NO:
            raise OutOfRange(f"a person declined it{f': {why}' if why else ''}")
        return answer is Answer.GO or session.authority.exceeds(Authority.ADVISE)

    def tell(self, session: Session, survey: Survey) -> Survey:
        """Return the survey with what a person has said since: forbidden ground, and wishes.

        Each wish is a row of the journal.
        """
        while self._forbidden:
            survey = survey.forbid(self._forbidden.pop(0))
        while self._wishes:
            wish = self._wishes.pop(0)
            session.journal.append(
                "wish", {"name": wish.name, "region": encode(wish.region)}, actor="person"
            )
            survey = survey.wish(wish)
        return survey

    def _carry_out(self, session: Session, stream: Stream | None, command: Command) -> str:
        match command.do:
            case "pause" | "resume":
                return self._hold(stream, command.do == "pause")
            case "stop" | "park" | "withdraw":
                return self._end(session, stream, command.do)
            case "approve" | "decline":
                answer = Answer.GO if command.do == "approve" else Answer.NO
                return self._leave.hear(answer, command.args)
            case "authority":
                return change_authority(session, command.args)
            case "limits" | "forbid":
                return self._narrow(session, command)
            case "wish":
                return self._wish(session, command.args)
            case "model":
                return self.models.ask(session, command)
        raise ConfigError(f"unknown command {command.do!r}")

    def _end(self, session: Session, stream: Stream | None, do: str) -> str:
        self.stopping = f"a person asked to {do}"
        if do != "withdraw":
            return "stops after the line under way and parks"
        if stream is not None:
            stream.stop()
        session.microscope.withdraw()
        return WITHDRAWN

    def _hold(self, stream: Stream | None, held: bool) -> str:
        self.held = held
        if stream is not None:
            stream.hold(held)
        return "holds after the line under way" if held else "goes on"

    def _wish(self, session: Session, args: Mapping[str, Any]) -> str:
        region = parse_region({k: v for k, v in args.items() if k != "name"})
        number = 1 + sum(1 for _ in session.journal.rows("wish")) + len(self._wishes)
        wish = Wish(str(args.get("name") or f"wish {number}"), region)
        session.microscope.check_form(wish_frame(session.config, session.empty_survey(), wish))
        self._wishes.append(wish)
        return f"{wish.name} is queued"

    def _narrow(self, session: Session, command: Command) -> str:
        microscope = session.microscope
        if command.do == "limits":
            microscope.narrow(narrowed(microscope.limits, command.args))
            return NARROWED
        region = parse_region(command.args)
        microscope.forbid(region)
        self._forbidden.append(region)
        return FORBIDDEN
