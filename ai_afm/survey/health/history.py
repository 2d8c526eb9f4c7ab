"""What detectors have said in a run, as the rows of its journal keep it.

A live detector writes a row when it begins to doubt and when it no longer does; a check of the
reference patch writes one each time. Every row carries what its detector had said before, so the
last one tells all, also after the run was killed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from typing import Any

from ai_afm.survey.health.check import Check, Verdict
from ai_afm.survey.health.suspect import AFTER_ITS_END, Doubt, Moment, Sighting, doubts_of, in_path

IN_A_ROW = 2
"""Suspect answers of one detector that make a doubt: a single one may be chance."""

Row = Mapping[str, Any]
"""Payload of a journal row "health", see `row_of`."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Where one detector stands.

    Parameters
    ----------
    good
        Its last good check, `None` where there was none.
    suspect
        Its suspect checks since then, the first and the last two.
    """

    good: Moment | None = None
    suspect: tuple[Moment, ...] = ()

    @property
    def doubts(self) -> bool:
        """Whether its suspect checks are enough for a doubt."""
        return len(self.suspect) >= IN_A_ROW

    def after(self, verdict: Verdict, at: Moment) -> "Tally":
        """Return where it stands after one more check; what cannot tell changes nothing."""
        if verdict is Verdict.GOOD:
            return Tally(at)
        if verdict is Verdict.SUSPECT:
            return Tally(self.good, (*self.suspect[:IN_A_ROW], at))
        return self


def row_of(check: Check, before: Tally, at: Moment, window: int, source: str) -> dict[str, Any]:
    """Return the journal row of a check.

    Parameters
    ----------
    check
        What the detector says; a score that is NaN is kept as `None`.
    before
        Where it stood.
    at
        When.
    window
        How many lines (sweeps) up to then it has looked at: those a good check vouches for.
    source
        "live" or "patch".
    """
    now = before.after(check.verdict, at)
    cannot_tell = check.verdict is Verdict.CANNOT_TELL
    row = {
        "detector": check.detector,
        "source": source,
        "verdict": check.verdict.value,
        "score": None if cannot_tell else check.score,
        "limit": check.limit,
        "meaning": check.meaning,
        "advice": check.advice,
        "scan": at.scan,
        "lines": at.line,
        "window": window,
        "good": None if before.good is None else _kept(before.good),
        "suspect": [_kept(m) for m in now.suspect],
    }
    return row | ({"path": at.path, "sweeps": at.sweep} if at.path else {})


def _kept(moment: Moment) -> list[int]:
    """Return a moment as a row keeps it: path and sweep only where there are any."""
    return list(astuple(moment)) if moment.path else [moment.scan, moment.line]


def moment_of(row: Row) -> Moment:
    """Return when a row's detector looked."""
    path, sweeps = row.get("path", 0), row.get("sweeps", 0)
    return Moment(int(row["scan"]), int(row["lines"]), int(path), int(sweeps))


def tallies(rows: Iterable[Row]) -> dict[str, Tally]:
    """Return where each detector stands after the rows (oldest first)."""
    found: dict[str, Tally] = {}
    for row in rows:
        at = moment_of(row)
        if row["verdict"] == Verdict.GOOD:
            found[row["detector"]] = Tally(at)
        elif row["verdict"] == Verdict.SUSPECT:
            found[row["detector"]] = _tally(row)
    return found


def _tally(row: Row) -> Tally:
    good = None if row["good"] is None else Moment(*row["good"])
    return Tally(good, tuple(Moment(*m) for m in row["suspect"]))


def doubts_in(rows: Iterable[Row]) -> tuple[Doubt, ...]:
    """Return the stretches of a run that its journal's rows (oldest first) say to doubt."""
    return doubts_of(_sightings(rows), IN_A_ROW)


def _sightings(rows: Iterable[Row]) -> Iterable[Sighting]:
    for row in rows:
        detector, at = row["detector"], moment_of(row)
        if row["verdict"] == Verdict.SUSPECT:
            tally = _tally(row)
            live = row["source"] == "live"
            # the first look at a patch and what live detectors find good have no rows
            if tally.good is not None and (live or len(tally.suspect) == 1):
                yield Sighting(detector, Verdict.GOOD, tally.good)
            if live:  # nor has their first suspect look
                yield from (Sighting(detector, Verdict.SUSPECT, m) for m in tally.suspect[:-1])
        if row["verdict"] == Verdict.GOOD:  # what it has looked at was good already
            yield Sighting(detector, Verdict.GOOD, _before(at, int(row["window"])))
        yield Sighting(detector, Verdict(row["verdict"]), at)


def _before(at: Moment, window: int) -> Moment:
    """Return the moment so many lines (or sweeps of a path) before another."""
    if at.path:
        return replace(at, sweep=max(at.sweep - window, 0))
    return replace(at, line=max(at.line - window, 0))


def advice_in(rows: Iterable[Row], doubt: Doubt) -> str:
    """Return what was advised when a doubt was raised."""
    for row in rows:
        if row["detector"] == doubt.detector and row["advice"] and moment_of(row) >= doubt.seen:
            return str(row["advice"])
    return ""


def doubted(doubts: Iterable[Doubt], scan: int, lines: int) -> tuple[Doubt, ...]:
    """Return the doubts that touch any of the first `lines` lines of a scan."""
    return doubted_between(doubts, Moment(scan, 0), Moment(scan, lines))


def doubted_between(doubts: Iterable[Doubt], begin: Moment, end: Moment) -> tuple[Doubt, ...]:
    """Return the doubts that touch what was recorded from `begin` to `end`."""
    return tuple(
        d
        for d in doubts
        if (d.after is None or d.after < end) and (d.until is None or d.until > begin)
    )


def laid_over(doubts: Iterable[Doubt], last_scan: int, last_path: int = 0) -> tuple[Doubt, ...]:
    """Return the doubts that lie over what was done after a scan (0: before the first).

    Parameters
    ----------
    doubts
        Of the run.
    last_scan, last_path
        The last of each that was begun before; 0 for none.
    """
    at = Moment(last_scan, AFTER_ITS_END)
    if last_path:
        at = in_path(last_scan, last_path, AFTER_ITS_END)
    return tuple(d for d in doubts if d.covers(at))
