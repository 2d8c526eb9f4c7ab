"""What a person's commands do to a run: pause, stop, park, withdraw, wishes, limits, models."""

import time
from collections.abc import Generator, Mapping
from typing import Any

from ai_afm.acquire.session import Command, Session
from ai_afm.acquire.stream import Stream
from ai_afm.acquire.swap import REFUSED, Place, Swapping
from ai_afm.config import narrowed, parse_region
from ai_afm.errors import AfmError, ConfigError
from ai_afm.events import Commanded, Event
from ai_afm.survey.survey import Survey, Wish
from ai_afm.types.codec import encode

NARROWED = "limits narrowed"
"""What the answer to an accepted narrowing says; a run that goes on narrows again."""


class Helm:
    """How a person has set the run; obeyed between lines and between requests."""

    def __init__(self) -> None:
        self.held = False
        self.stopping: str | None = None
        self._approved = False
        self._wishes: list[Wish] = []
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
            session.journal.append(
                "command",
                {"do": command.do, "args": dict(command.args), "detail": detail},
                actor="person",
            )
            yield Commanded(command.do, detail)
            if not self.models.has(command):
                command.answer(detail)
        if self.models.loading:
            waits = stream is None or session.lockstep
            yield from self.models.settle(session, at or Place(), waits)

    def wait_while_held(self, session: Session) -> Generator[Event]:
        """Between two requests: wait until a person resumes or stops the run."""
        while self.held and not self.stopping:
            yield from self.obey(session)
            time.sleep(0.05)

    def wait_for_approval(self, session: Session) -> Generator[Event, None, bool]:
        """Wait until a person approves the proposed move (authority "advise").

        Return whether it may be made; false when the run is stopped or a wish comes first.
        """
        self._approved = False
        while not (self._approved or self.stopping or self._wishes):
            yield from self.obey(session)
            time.sleep(0.05)
        return self._approved

    def grant_wishes(self, session: Session, survey: Survey) -> Survey:
        """Put what a person asked for into the survey; each wish is a row of the journal."""
        while self._wishes:
            wish = self._wishes.pop(0)
            session.journal.append(
                "wish", {"name": wish.name, "region": encode(wish.region)}, actor="person"
            )
            survey = survey.wish(wish)
        return survey

    def _carry_out(self, session: Session, stream: Stream | None, command: Command) -> str:
        match command.do:
            case "pause":
                return self._hold(stream, True)
            case "resume":
                return self._hold(stream, False)
            case "approve":
                self._approved = True
                return "approved"
            case "stop" | "park":
                self.stopping = f"a person asked to {command.do}"
                return "stops after the line under way and parks"
            case "withdraw":
                self.stopping = "a person asked to withdraw"
                if stream is not None:
                    stream.stop()
                session.microscope.withdraw()
                return "withdrawn; latched until a person clears it"
            case "limits":
                limits = narrowed(session.microscope.limits, command.args)
                session.microscope.narrow(limits)
                return NARROWED
            case "wish":
                return self._wish(session, command.args)
            case "model":
                return self.models.ask(session, command)
        raise ConfigError(f"unknown command {command.do!r}")

    def _hold(self, stream: Stream | None, held: bool) -> str:
        self.held = held
        if stream is not None:
            stream.hold(held)
        return "holds after the line under way" if held else "goes on"

    def _wish(self, session: Session, args: Mapping[str, Any]) -> str:
        region = parse_region({k: v for k, v in args.items() if k != "name"})
        number = 1 + sum(1 for _ in session.journal.rows("wish")) + len(self._wishes)
        name = str(args.get("name") or f"wish {number}")
        self._wishes.append(Wish(name, region))
        return f"{name} is queued"
