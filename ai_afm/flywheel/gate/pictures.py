"""What both models draw on the newest corrections, beside what the person drew: for a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.gate import scores
from ai_afm.flywheel.gate.cases import Case
from ai_afm.flywheel.gate.lab import Hearing, looker_of
from ai_afm.flywheel.gate.tally import Looker, tally
from ai_afm.flywheel.records import Label


@dataclass(frozen=True, slots=True, eq=False)
class SideBySide:
    """One crop: channels, and 1-px lines of class codes by three hands.

    Parameters
    ----------
    frame
        Hash of its frame.
    channels
        Name -> (lines, pixels), those that were recorded.
    before, after, person
        (lines, pixels) uint8 class codes of the active model, the candidate and the person; 255
        in the person's where nothing was said.
    f1_before, f1_after
        Of the crop; NaN where the person drew nothing that was asked.
    """

    frame: str
    channels: Mapping[str, NDArray[np.floating[Any]]]
    before: Label
    after: Label
    person: Label
    f1_before: float
    f1_after: float

    @property
    def gain(self) -> float:
        """F1 won on it."""
        return self.f1_after - self.f1_before


def side_by_side(hearing: Hearing, most: int) -> list[SideBySide]:
    """Return crops of the newest corrections, by what was won: the most and the least included.

    Parameters
    ----------
    hearing
        From `lab.hear`.
    most
        Number of crops; evenly spread over all of them, in the order of the gain.
    """
    lookers = looker_of(hearing.active), looker_of(hearing.candidate)
    found = [_row(case, lookers) for case in hearing.own]
    # crops without a line that is asked have no gain: they come in the middle, as 0
    found.sort(key=lambda row: -float(np.nan_to_num(row.gain)))
    chosen = np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int))
    return [found[k] for k in chosen]


def _row(case: Case, lookers: tuple[Looker, Looker]) -> SideBySide:
    drawn = [looker.codes(looker(case)) for looker in lookers]
    counts = [tally(looker, [case]).sum(axis=0) for looker in lookers]
    asked = bool(scores.column(counts[0], "line.true") > 0)
    before, after = (float(scores.f1(c)) if asked else float("nan") for c in counts)
    crop = case.crop
    person = np.where(crop.ignore, np.uint8(255), crop.label).astype(np.uint8)
    channels = {name: crop.channels[name] for name in case.shown}
    return SideBySide(case.group, channels, drawn[0], drawn[1], person, before, after)
