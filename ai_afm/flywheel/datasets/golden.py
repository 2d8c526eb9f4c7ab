"""Whether a training set shows what a golden set shows."""

from dataclasses import dataclass

from ai_afm.flywheel.datasets.duplicates import Comparer
from ai_afm.flywheel.datasets.manifest import Dataset, Entry


@dataclass(frozen=True, slots=True)
class Leak:
    """An entry that shows what an entry of a golden set shows.

    Parameters
    ----------
    entry
        Of the dataset.
    golden
        Of the golden set; the first one that was found.
    reason
        In words.
    """

    entry: Entry
    golden: Entry
    reason: str


def leaks(dataset: Dataset, golden: Dataset, comparer: Comparer) -> list[Leak]:
    """Return the entries of a dataset that a model must not have seen, were it judged by another.

    Those are crops of the same frame, overlapping or not; the same place of the same sample and
    microscope in another scan; and any crop of a frame that looks like a frame of the golden set at
    some shift, whatever its name, sample and place are said to be.

    Parameters
    ----------
    dataset
        What a model learns from, or has learned from.
    golden
        What it is judged by.
    comparer
        Of the store that both are in.

    Returns
    -------
    list of Leak
        At most one an entry, in the order of the dataset; empty when the two are clean.
    """
    found: list[Leak] = []
    for entry in dataset.entries:
        for judge in golden.entries:
            reason = comparer.reason(entry, judge)
            if reason:
                found.append(Leak(entry, judge, reason))
                break
    return found
