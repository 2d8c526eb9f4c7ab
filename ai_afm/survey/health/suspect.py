"""Which data to doubt: everything since the last good check, detector by detector."""

from collections.abc import Iterable
from dataclasses import dataclass

from ai_afm.survey.health.check import Verdict

AFTER_ITS_END = 2**31
"""Line of what came after a scan."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A moment of a run: number of the scan, and how many of its lines had come.

    Clocks begin anew when a run is resumed, scans are counted on. What lies between two scans (a
    probe, a path) comes after the last line of the first, `AFTER_ITS_END`; there the number of the
    path counts on, and how many of its sweeps had come.

    Parameters
    ----------
    scan, line
        Of the scan that was under way, or was the last.
    path, sweep
        Of the path; 0 where there has been none since that scan began.

    Examples
    --------
    >>> Moment(3, 64) < Moment(3, AFTER_ITS_END) < Moment(4, 16)
    True
    >>> in_path(3, 2, 16) < in_path(3, 2, AFTER_ITS_END) < Moment(4, 16)
    True
    """

    scan: int
    line: int
    path: int = 0
    sweep: int = 0


def in_path(scan: int, path: int, sweep: int) -> Moment:
    """Return a moment within a path: the last scan before it, its number, and its sweeps so far."""
    return Moment(scan, AFTER_ITS_END, path, sweep)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a detector said at a moment, as a run's journal keeps it."""

    detector: str
    verdict: Verdict
    at: Moment


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch of a run whose data are suspect.

    Parameters
    ----------
    detector
        Who says so.
    after
        The last good check before: data up to it are good. `None`: there was none, doubt everything
        from the start.
    seen
        When the fault was first seen.
    until
        The good check that ended it; `None` while it lasts.
    """

    detector: str
    after: Moment | None
    seen: Moment
    until: Moment | None = None

    def covers(self, moment: Moment) -> bool:
        """Tell whether data of a moment are suspect.

        The fault may have come right after the last good check, and gone right before the next.
        """
        begun = self.after is None or moment > self.after
        return begun and (self.until is None or moment < self.until)


def doubts_of(history: Iterable[Sighting], in_a_row: int = 1) -> tuple[Doubt, ...]:
    """Return the stretches to doubt, in order of when they were first seen.

    Parameters
    ----------
    history
        Sightings in order of time, of any number of detectors.
    in_a_row
        Suspect checks (of one detector) that it takes: a single one may be chance. What cannot tell
        neither adds to them nor breaks them.

    Notes
    -----
    A check that cannot tell is no good check: it ends no doubt, and it does not move the last good
    check on.
    """
    found: list[Doubt] = []
    by_detector: dict[str, list[Sighting]] = {}
    for sighting in history:
        by_detector.setdefault(sighting.detector, []).append(sighting)
    for detector, sightings in by_detector.items():
        found += _of_one(detector, sightings, in_a_row)
    return tuple(sorted(found, key=lambda doubt: doubt.seen))


def _of_one(detector: str, sightings: list[Sighting], in_a_row: int) -> list[Doubt]:
    found: list[Doubt] = []
    good: Moment | None = None
    row: list[Moment] = []
    for sighting in sightings:
        if sighting.verdict is Verdict.SUSPECT:
            row.append(sighting.at)
        elif sighting.verdict is Verdict.GOOD:
            if len(row) >= in_a_row:
                found.append(Doubt(detector, good, row[0], sighting.at))
            good, row = sighting.at, []
    if len(row) >= in_a_row:
        found.append(Doubt(detector, good, row[0]))
    return found
