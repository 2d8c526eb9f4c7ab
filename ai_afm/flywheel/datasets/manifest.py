"""A dataset as a value, and as the bytes that it is named by."""

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ai_afm.errors import StoreError
from ai_afm.flywheel.records import Place, Window

FORMAT = "ai-afm dataset 1"


class Kind(StrEnum):
    """What a dataset is for."""

    TRAINING = "training"
    GOLDEN = "golden"


class Side(StrEnum):
    """What an entry is used for: to learn from, to stop by, or only ever to be judged by."""

    TRAIN = "train"
    VALIDATION = "validation"
    GOLDEN = "golden"


@dataclass(frozen=True, slots=True)
class Entry:
    """One correction of a dataset.

    Parameters
    ----------
    frame
        Hash of the frame: its pictures and its place.
    window
        What was corrected of it.
    revision
        Of the correction.
    label
        Hash of the label that the correction ended with.
    annotator
        Who says so.
    sample, run, microscope, mode
        On what, in which run, by what and how it was measured; a frame of no run has the run "".
    codes
        Classes in the label, ascending, without 255.
    random
        Whether its crop was drawn by lot.
    side
        What it is used for.
    """

    frame: str
    window: Window
    revision: int
    label: str
    annotator: str
    sample: str
    run: str
    microscope: str
    mode: str
    codes: tuple[int, ...]
    random: bool
    side: Side

    @property
    def place(self) -> Place:
        """What it is about."""
        return Place(self.frame, self.window)


@dataclass(frozen=True, slots=True)
class Slice:
    """What a golden set is judged by separately: a sample, a microscope, a class."""

    sample: str
    microscope: str
    code: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """A frozen list of corrections.

    Parameters
    ----------
    kind
        What it is for.
    seed
        Of the split; 0 for a golden set.
    validation
        Share of the corrections that was asked for to validate on.
    entries
        By revision.

    Examples
    --------
    >>> dataset = Dataset(Kind.TRAINING, 1, 0.2, ())
    >>> Dataset.read(dataset.content) == dataset
    True
    """

    kind: Kind
    seed: int
    validation: float
    entries: tuple[Entry, ...]

    @property
    def content(self) -> bytes:
        """The bytes that it is named by: equal lists are equal bytes."""
        stored = {"format": FORMAT} | asdict(self)
        text = json.dumps(stored, allow_nan=False, ensure_ascii=False, sort_keys=True, indent=1)
        return text.encode()

    @property
    def sha256(self) -> str:
        """Its name."""
        return hashlib.sha256(self.content).hexdigest()

    def of(self, side: Side) -> tuple[Entry, ...]:
        """Return the entries of a side."""
        return tuple(e for e in self.entries if e.side is side)

    def slices(self) -> dict[Slice, tuple[Entry, ...]]:
        """Return the entries of each sample, microscope and class but background."""
        found: dict[Slice, list[Entry]] = {}
        for entry in self.entries:
            for code in entry.codes:
                if code:
                    part = Slice(entry.sample, entry.microscope, code)
                    found.setdefault(part, []).append(entry)
        order = sorted(found, key=lambda s: (s.sample, s.microscope, s.code))
        return {part: tuple(found[part]) for part in order}

    @classmethod
    def read(cls, content: bytes) -> "Dataset":
        """Return the dataset in such bytes.

        Raises
        ------
        StoreError
            When they are none, or of a newer format.
        """
        try:
            stored = json.loads(content)
            if stored.pop("format") != FORMAT:
                raise StoreError("the dataset was written by a newer ai-afm; use that one")
            entries = tuple(_entry(e) for e in stored.pop("entries"))
            kind = Kind(stored.pop("kind"))
            return cls(kind, int(stored["seed"]), float(stored["validation"]), entries)
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise StoreError(f"the blob is no dataset: {exc!r}") from exc


def _entry(stored: dict[str, Any]) -> Entry:
    return Entry(
        **{
            **stored,
            "window": Window(**stored["window"]),
            "codes": tuple(stored["codes"]),
            "side": Side(stored["side"]),
        }
    )
