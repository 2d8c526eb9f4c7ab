"""What a live run is likely to look at next: its own ranking, worked out again beside it."""

import logging
import math
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from ai_afm.acquire.rebuild import stored_observation, surveys
from ai_afm.config import RunConfig
from ai_afm.control.candidates import Candidate
from ai_afm.control.ladder import Target, targets
from ai_afm.control.sightings import ranked, sightings
from ai_afm.control.zoom import REPEAT
from ai_afm.errors import AfmError
from ai_afm.image.instrument_time import InstrumentTimes, line_seconds
from ai_afm.store.journal import Journal, Row
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, Role, ScanRegion, ScanRequest
from ai_afm.types.codec import decode
from ai_afm_gui.client.named import place_words
from ai_afm_gui.client.values import Facts, Waiting

log = logging.getLogger(__name__)

MOST_FRAMES = 300
"""Observations up to which a run is gone through; beyond them nothing is foretold."""


def foretells(config: RunConfig) -> bool:
    """Tell whether a run chooses its places by a ranking that can be worked out again."""
    chooses = config.run.controller == "targets" and bool(config.targets.count)
    return chooses and config.area is None and config.sequence is None


class Planner:
    """Ranks the places that a run knows, in a thread, whenever it has decided something.

    Parameters
    ----------
    folder, config
        The run, one that `foretells`.
    """

    def __init__(self, folder: RunFolder, config: RunConfig) -> None:
        self._folder, self._config = folder, config
        self._threads = ThreadPoolExecutor(1, "plan")
        self._task: Future[tuple[Waiting, ...]] | None = None
        self._wanted, self._done = 0, 0
        self._waiting: tuple[Waiting, ...] = ()
        self._ended = threading.Event()
        self._seen: dict[int, Observation] = {}

    def waiting(self, row: int, facts: Facts) -> tuple[Waiting, ...]:
        """Return what was likely to come next after the newest decision that was worked out.

        Parameters
        ----------
        row
            Of the newest decision.
        facts
            Of the run.
        """
        if self._task is not None and self._task.done():
            self._waiting, self._task, self._done = self._task.result(), None, self._wanted
        if self._task is None and row > self._done:
            self._wanted = row
            self._task = self._threads.submit(self._rank, row, facts)
        return self._waiting

    def close(self) -> None:
        """Rank no more."""
        self._ended.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _rank(self, until: int, facts: Facts) -> tuple[Waiting, ...]:
        try:
            with Journal.read(self._folder.journal_file) as journal:
                rows = [r for r in journal.rows() if r.sequence <= until]
            if sum(r.kind == "observed" for r in rows) > MOST_FRAMES:
                return ()
            survey = self._survey(rows, facts)
            return () if survey is None else tuple(coming(survey, self._config, facts.times, rows))
        except (AfmError, OSError, KeyError, ValueError) as exc:
            log.warning("what comes next cannot be told: %s", exc)
            return ()

    def _survey(self, rows: list[Row], facts: Facts) -> Survey | None:
        """Return what the run knew at its last decision; frames are gone through only once."""
        empty = Survey(facts.limits, facts.consent, self._config.run.seed)
        numbers = iter([r.sequence for r in rows if r.kind == "observed"])
        known: Survey | None = None
        for _, survey in surveys(empty, rows, lambda payload: self._look(next(numbers), payload)):
            if self._ended.is_set():
                return None
            known = survey
        return known

    def _look(self, row: int, payload: object) -> Observation:
        if row not in self._seen:
            assert isinstance(payload, dict)
            self._seen[row] = stored_observation(self._folder, payload)
        return self._seen[row]


def coming(
    survey: Survey, config: RunConfig, times: InstrumentTimes, rows: list[Row]
) -> Iterator[Waiting]:
    """Yield the places that the ranking would have looked at next, best first.

    Parameters
    ----------
    survey
        What the run knows.
    config
        Its configuration.
    times
        Of the cost model.
    rows
        Of its journal; the place in hand is no longer waiting.
    """
    settings = config.targets
    begun = targets(survey, config)
    taken = [t.anchor for t in begun] + [t.candidate.position for t in begun if t.candidate]
    names = {t.name for t in begun}
    in_hand = _in_hand(rows)
    if in_hand is not None and in_hand.target not in names:
        taken.append(in_hand.region.center)
        names.add(str(in_hand.target))
    number = len(names)
    known = ranked(sightings(survey, settings), settings)
    worth = {c.kind: _worth(c, begun) for c in known}
    frame = settings.lines * line_seconds(settings.line_rate_hz, times)
    for place in sorted(known, key=lambda c: -c.score * worth[c.kind]):
        score = place.score * worth[place.kind]
        near = any(math.dist(place.position, other) < settings.min_distance for other in taken)
        if number >= settings.count or score <= 0:
            return
        if near:
            continue
        taken.append(place.position)
        number += 1
        size = max(settings.ladder)
        region = ScanRegion(place.position, (size, size), config.overview.region.angle)
        seconds = frame * len(settings.ladder)
        yield Waiting(f"T{number}", region, False, score, place_words(place.kind), seconds)


def _in_hand(rows: list[Row]) -> ScanRequest | None:
    """Return the closer frame that was decided last, `None` where it is something else."""
    decided = next((r for r in reversed(rows) if r.kind == "decision"), None)
    request = None if decided is None else decode(decided.payload["request"])
    zooms = isinstance(request, ScanRequest) and request.role is Role.ZOOM
    return request if zooms and isinstance(request, ScanRequest) and request.target else None


def _worth(place: Candidate, begun: tuple[Target, ...]) -> float:
    """Return what one more place of a kind is worth, as the run itself weighs it."""
    tried = [t for t in begun if t.candidate and t.candidate.kind is place.kind]
    confirmed = sum(t.confirmed for t in tried)
    return float(REPEAT**confirmed * (confirmed + 1) / (len(tried) + 1))
