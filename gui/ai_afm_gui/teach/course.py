"""A round of training as its folder tells it: plan, curve, how long it will take. No Qt, no torch.

`rounds/KEY/plan.json` says what is done, `curve.jsonl` grows while it is done, `result.json` comes
at the end. A reader follows the curve byte by byte; a line that a kill has cut short is skipped.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ai_afm.store.platform import FolderLock

PLAN, CURVE, RESULT, LOCK = "plan.json", "curve.jsonl", "result.json", "train.lock"
RATE_OVER = 8
"""Reports over which the speed is measured."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a round does.

    Parameters
    ----------
    folder
        Of the round.
    model
        That comes out of it, "name@version".
    parent
        That it starts from.
    dataset
        Name of the frozen corrections.
    steps
        Number of them.
    batch, corrected
        Crops of a step, and how many of them are of corrections; the others are replayed.
    """

    folder: Path
    model: str
    parent: str
    dataset: str
    steps: int
    batch: int
    corrected: int

    @property
    def done(self) -> bool:
        """Whether it has ended with a candidate."""
        return (self.folder / RESULT).is_file()


@dataclass(frozen=True, slots=True)
class Course:
    """How far a round is.

    Parameters
    ----------
    steps, losses
        Of each report; a report without a finite loss is left out.
    step
        Steps done.
    cpu
        Seconds of processor time.
    skipped, went_back
        Steps that were left out, and how often it went back to a checkpoint.
    waits_for
        The live run that it waits for, empty while it does not.
    begun, finished
        Whether there was a first line, and a last one.
    """

    steps: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    step: int = 0
    cpu: float = 0.0
    skipped: int = 0
    went_back: int = 0
    waits_for: str = ""
    begun: bool = False
    finished: bool = False


def newest_round(lab: Path) -> Planned | None:
    """Return the round of a lab that was worked on last, `None` before any."""
    found = [p.parent for p in (lab / "rounds").glob(f"*/{PLAN}")]
    for folder in sorted(found, key=_touched, reverse=True):
        planned = read_plan(folder)
        if planned is not None:
            return planned
    return None


def read_plan(folder: Path) -> Planned | None:
    """Return what a round does, `None` where its plan cannot be read."""
    try:
        told = json.loads((folder / PLAN).read_text("utf-8"))
        task = told["task"]
        settings = task["settings"]
        return Planned(
            folder,
            str(told["model"]),
            str(task["parent"]),
            str(task["dataset_name"]),
            int(settings["steps"]),
            int(settings["batch"]),
            int(settings["corrected"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_under_way(planned: Planned) -> bool:
    """Return whether some process trains in the lab of a round that has not ended."""
    return not planned.done and FolderLock.is_held(planned.folder.parent / LOCK)


def _touched(folder: Path) -> int:
    curve = folder / CURVE
    return max(p.stat().st_mtime_ns for p in (folder / PLAN, curve) if p.exists())


class CourseReader:
    """Follows the curve of one round; each look reads only what is new.

    Parameters
    ----------
    folder
        Of the round.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.course = Course()
        self._at = 0

    def look(self) -> Course:
        """Return the course now; the same object when nothing is new."""
        try:
            with (self.folder / CURVE).open("rb") as file:
                file.seek(self._at)
                content = file.read()
        except OSError:
            return self.course
        whole = content.rfind(b"\n") + 1
        self._at += whole
        for line in content[:whole].splitlines():
            event = _event(line)
            if event is not None:
                self.course = after(self.course, event)
        return self.course


def _event(line: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def after(course: Course, event: Mapping[str, Any]) -> Course:
    """Return the course after one line of the curve."""
    match event.get("event"):
        case "begun":
            return replace(course, begun=True, waits_for="")
        case "resumed":
            kept = sum(step <= event["step"] for step in course.steps)
            return replace(
                course,
                begun=True,
                step=int(event["step"]),
                steps=course.steps[:kept],
                losses=course.losses[:kept],
                waits_for="",
            )
        case "steps":
            return _told(course, event)
        case "paused":
            return replace(course, waits_for=str(event.get("run", "")))
        case "goes_on":
            return replace(course, waits_for="")
        case "finished":
            return replace(course, finished=True, waits_for="")
    return course


def _told(course: Course, event: Mapping[str, Any]) -> Course:
    steps, losses = course.steps, course.losses
    if event.get("loss") is not None:
        steps, losses = (*steps, int(event["step"])), (*losses, float(event["loss"]))
    return replace(
        course,
        begun=True,
        steps=steps,
        losses=losses,
        step=int(event["step"]),
        cpu=float(event["cpu_s"]),
        skipped=int(event.get("skipped", 0)),
        went_back=int(event.get("went_back", 0)),
        waits_for="",
    )


def smoothed(losses: Sequence[float], over: int = 9) -> list[float]:
    """Return the running mean of losses over the reports before each one.

    Examples
    --------
    >>> smoothed([1.0, 3.0, 2.0], over=2)
    [1.0, 2.0, 2.5]
    """
    found: list[float] = []
    for k in range(len(losses)):
        part = losses[max(k + 1 - over, 0) : k + 1]
        found.append(sum(part) / len(part))
    return found


class Pace:
    """How fast a training goes, by the clock of whoever looks; waiting does not count."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, int]] = []

    def see(self, now: float, course: Course) -> None:
        """Take note of a look at a time, s."""
        if course.waits_for or (self._seen and course.step < self._seen[-1][1]):
            self._seen = []
            return
        if not self._seen or course.step > self._seen[-1][1]:
            self._seen = [*self._seen[-RATE_OVER:], (now, course.step)]

    def left(self, course: Course, steps: int) -> float | None:
        """Return the seconds that are left, `None` while nobody can tell."""
        if course.finished or course.waits_for or len(self._seen) < 2:
            return None
        (begun, first), (ended, last) = self._seen[0], self._seen[-1]
        return (ended - begun) / (last - first) * max(steps - course.step, 0)
