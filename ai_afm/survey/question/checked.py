"""The checks for charge that a run has made, joined to one verdict."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ai_afm.survey.question.charge import (
    ChargeVerdict,
    Clue,
    ac_clue,
    read_clue,
    retention_clue,
    verdict,
)
from ai_afm.survey.question.gathered import Gathered, Probed, Station
from ai_afm.survey.question.names import CHECK, LOOP, PULSE, read_name
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, Spectrum, Waveform

Read = Callable[[int], Spectrum | None]
"""Returns what a probe has recorded, by its number; `None` where it cannot be read."""


def charge_verdict(
    survey: Survey, gathered: Gathered, usual: Waveform, read: Read
) -> ChargeVerdict | None:
    """Return what the checks say, `None` where none were made.

    Parameters
    ----------
    survey, gathered
        Of the run.
    usual
        Waveform of the run's loops: the checks change its AC amplitude or its read bias.
    read
        Reads the loops.
    """
    loops: list[Probed] = []
    dots: list[Probed] = []
    for station in gathered.of(CHECK):
        for probed in gathered.at(station.name):
            (loops if probed.name.kind == LOOP else dots).append(probed)
    if not loops and not dots:
        return None
    spectra = [s for p in loops if (s := read(p.observation.number)) is not None]
    drives = [s for s in spectra if _waveform(s).read_bias == usual.read_bias]
    reads = [s for s in spectra if _waveform(s).drive == usual.drive]
    clues: list[Clue] = []
    if len(drives) > 1:
        clues.append(ac_clue(drives))
    if len(reads) > 1:
        clues.append(read_clue(reads))
    kept = _retention(survey, gathered)
    if kept is not None:
        clues.append(kept)
    return verdict(clues)


def _waveform(spectrum: Spectrum) -> Waveform:
    waveform = spectrum.request.waveform
    return Waveform(0.0) if waveform is None else waveform


def _retention(survey: Survey, gathered: Gathered) -> Clue | None:
    """Compare the dots' contrast in the two images after, pair by pair; `None` without both."""
    early: list[float] = []
    late: list[float] = []
    ages: list[tuple[float, float]] = []
    for station in gathered.of(CHECK):
        dots = [p for p in gathered.at(station.name) if p.name.kind == PULSE]
        if station.after is None or station.late is None or not dots:
            continue
        first, second = _signed(station.after), _signed(station.late)
        for plus, minus in zip(_of(dots, 1), _of(dots, -1), strict=False):
            pair = str(plus.name), str(minus.name)
            if all(name in values for name in pair for values in (first, second)):
                early.append(first[pair[1]] - first[pair[0]])
                late.append(second[pair[1]] - second[pair[0]])
        ages.append(_ages(survey, station, dots))
    if not early:
        return None
    old = np.array(ages).mean(axis=0)
    return retention_clue(early, late, (float(old[0]), float(old[1])))


def _of(dots: Sequence[Probed], domain: int) -> list[Probed]:
    return sorted((p for p in dots if p.name.domain == domain), key=lambda p: p.name.block)


def _signed(after: Observation) -> dict[str, float]:
    """Return the signed response at each dot that was really written."""
    events: Sequence[Mapping[str, Any]] = (after.notes or {}).get("events") or ()
    return {
        str(e["site"]): float(e["signed"])
        for e in events
        if e.get("signed") is not None and read_name(e["site"]) is not None
    }


def _ages(survey: Survey, station: Station, dots: Sequence[Probed]) -> tuple[float, float]:
    """Return the mean age of the dots in the middle of the two images, s of instrument time."""
    clock, ended = 0.0, {}
    for observation in survey.observations:
        clock += observation.seconds
        ended[id(observation)] = clock - observation.seconds / 2
    written = float(np.mean([ended[id(d.observation)] for d in dots]))
    assert station.after is not None
    assert station.late is not None
    return ended[id(station.after)] - written, ended[id(station.late)] - written
