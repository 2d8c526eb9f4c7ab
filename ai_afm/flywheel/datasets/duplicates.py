"""Which corrections belong together: same sample, same run, same frame, or the same place again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ai_afm.flywheel.datasets.manifest import Entry
from ai_afm.flywheel.datasets.pictures import Look, Match, likeness, look_at
from ai_afm.flywheel.records import FrameRecord
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.geometry import overlap_area
from ai_afm.types import UNKNOWN, ScanRegion

SHARED_AREA = 0.01
"""Part of the smaller of two windows of a sample from which both show the same place."""


@dataclass(frozen=True, slots=True)
class Comparer:
    """Compares frames of a store; each is read and coarsened once.

    Parameters
    ----------
    store
        Of the lab.
    """

    store: FlywheelStore
    _looks: dict[str, Look] = field(default_factory=dict)
    _records: dict[str, FrameRecord] = field(default_factory=dict)

    def reason(self, a: Entry, b: Entry) -> str:
        """Return why two entries show the same place, in words; empty where they do not."""
        if a.frame == b.frame:
            shared = a.window.overlap(b.window)
            return "the same pixels of the same frame" if shared else "another crop of its frame"
        if self._share_ground(a, b):
            return "the same place of the sample, scanned again"
        found = self.likeness(a.frame, b.frame)
        if found.is_same:
            return f"another frame that looks the same (correlation {found.correlation:.2f})"
        return ""

    def likeness(self, a: str, b: str) -> Match:
        """Return how well two frames fit at the best shift."""
        return likeness(self._look(a), self._look(b))

    def _share_ground(self, a: Entry, b: Entry) -> bool:
        """Tell whether the windows of two frames of one sample and microscope overlap."""
        if a.sample in ("", UNKNOWN) or (a.sample, a.microscope) != (b.sample, b.microscope):
            return False
        one, other = (e.window.region(*self._place(e.frame)) for e in (a, b))
        smaller = min(r.size[0] * r.size[1] for r in (one, other))
        return overlap_area(one, other) > SHARED_AREA * smaller

    def _place(self, sha256: str) -> tuple[ScanRegion, tuple[int, int]]:
        record = self._records.get(sha256)
        if record is None:
            record = self._records[sha256] = self.store.require_frame(sha256)
        return record.region, record.shape

    def _look(self, sha256: str) -> Look:
        if sha256 not in self._looks:
            self._looks[sha256] = look_at(self.store.images(sha256))
        return self._looks[sha256]


def groups(entries: Sequence[Entry], comparer: Comparer) -> list[list[Entry]]:
    """Return entries in groups that must not be torn apart, each by revision.

    Two entries are in one group when they are of one sample, of one run, of one frame, or of frames
    that look the same; and so is whatever is in a group with either. All entries whose sample is
    not known are one group: any two of them may be of the same sample.
    """
    parent = list(range(len(entries)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    known: dict[tuple[str, str], int] = {}
    for n, entry in enumerate(entries):
        for key in _names(entry):
            parent[root(n)] = root(known.setdefault(key, n))
    frames = list({entry.frame: n for n, entry in enumerate(entries)}.values())
    for k, n in enumerate(frames):
        for m in frames[:k]:
            if root(n) == root(m):
                continue
            if comparer.likeness(entries[n].frame, entries[m].frame).is_same:
                parent[root(n)] = root(m)
    found: dict[int, list[Entry]] = {}
    for n, entry in enumerate(entries):
        found.setdefault(root(n), []).append(entry)
    return list(found.values())


def _names(entry: Entry) -> Iterable[tuple[str, str]]:
    """Yield what an entry shares with others of its group."""
    yield "frame", entry.frame
    yield "sample", entry.sample or UNKNOWN
    if entry.run:
        yield "run", entry.run
