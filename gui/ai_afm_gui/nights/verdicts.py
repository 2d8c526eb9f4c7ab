r"""What a person says about the probes of a night: a file of JSON lines in the run's folder. No Qt.

`review.jsonl` is only ever added to; the last line about a probe counts. A line is on the disk
before it is shown as said. One that a crash has cut short is passed over.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from ai_afm.errors import StoreError

FILE = "review.jsonl"
FORMAT = 1


class Says(StrEnum):
    """A verdict."""

    ACCEPT = "accept"
    REJECT = "reject"
    OPEN = "open"
    """A verdict that was taken back."""


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict on a probe: by whom and when (ISO 8601)."""

    probe: int
    verdict: Says
    who: str
    when: str


def _now() -> datetime:
    return datetime.now(UTC)


class Verdicts:
    """The verdicts on the probes of one run.

    Parameters
    ----------
    run
        Folder of the run.
    wall
        Clock for the time that a verdict carries.

    Raises
    ------
    StoreError
        When the file is there and cannot be read.
    """

    def __init__(self, run: Path, wall: Callable[[], datetime] = _now) -> None:
        self.file = run / FILE
        self._wall = wall
        self._said = dict(_read(self.file))

    @property
    def said(self) -> Mapping[int, Said]:
        """The verdict on each probe that has one."""
        return {n: s for n, s in self._said.items() if s.verdict is not Says.OPEN}

    def verdict(self, probe: int) -> Says:
        """Return what is said about a probe."""
        said = self._said.get(probe)
        return Says.OPEN if said is None else said.verdict

    def say(self, probe: int, verdict: Says, who: str) -> Said:
        """Write a verdict down; it is on the disk when this returns.

        Raises
        ------
        StoreError
            When the disk refuses; then nothing has changed.
        """
        said = Said(probe, verdict, who, self._wall().isoformat())
        line = json.dumps(
            {
                "v": FORMAT,
                "kind": "probe",
                "number": probe,
                "verdict": verdict.value,
                "who": who,
                "when": said.when,
            }
        )
        try:
            with self.file.open("ab+") as file:
                torn = file.tell() and (file.seek(-1, 2), file.read(1))[1] != b"\n"
                file.write(b"\n" * bool(torn) + line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as exc:
            raise StoreError(f"{self.file} could not be written: {exc}") from exc
        self._said[probe] = said
        return said


def _read(file: Path) -> list[tuple[int, Said]]:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as exc:
        raise StoreError(f"{file} cannot be read: {exc}") from exc
    found = [_said(line) for line in content.splitlines()]
    return [(said.probe, said) for said in found if said is not None]


def _said(line: bytes) -> Said | None:
    try:
        told: dict[str, Any] = json.loads(line)
        if told["kind"] != "probe":
            return None
        verdict = Says(told["verdict"])
        return Said(int(told["number"]), verdict, str(told["who"]), str(told["when"]))
    except (ValueError, KeyError, TypeError):
        return None
