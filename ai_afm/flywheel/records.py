"""The records of the flywheel as values: what was looked at, what a model saw, what a person says.

Labels are (lines, pixels) uint8 class codes, as everywhere.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.errors import BadInput, StoreError
from ai_afm.types import ClassCode, Frame, ScanRegion
from ai_afm.types.codec import encode

Label = NDArray[np.uint8]
_Number = TypeVar("_Number", bound=np.generic)
_CODES = np.array([int(c) for c in ClassCode], np.uint8)


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of a frame, px: its first line and pixel, and how many of both it has.

    Examples
    --------
    >>> Window(0, 0, 128, 192).overlap(Window(64, 96, 128, 192))
    0.25
    """

    top: int
    left: int
    lines: int
    pixels: int

    @property
    def shape(self) -> tuple[int, int]:
        """(lines, pixels)."""
        return self.lines, self.pixels

    def fits(self, shape: tuple[int, int]) -> bool:
        """Tell whether it lies within a frame of (lines, pixels)."""
        inside = 0 <= self.top <= shape[0] - self.lines and 0 <= self.left <= shape[1] - self.pixels
        return inside and self.lines > 0 and self.pixels > 0

    def of(self, image: NDArray[_Number]) -> NDArray[_Number]:
        """Return the part of an image, (..., lines, pixels), that lies in it (a view)."""
        rows = slice(self.top, self.top + self.lines)
        return image[..., rows, self.left : self.left + self.pixels]

    def region(self, region: ScanRegion, shape: tuple[int, int]) -> ScanRegion:
        """Return where it lies, given where its frame of (lines, pixels) lies."""
        row, column = self.top + (self.lines - 1) / 2, self.left + (self.pixels - 1) / 2
        x, y = geometry.pixel_to_sample(region, shape, row, column)
        width, height = region.size
        size = width * self.pixels / shape[1], height * self.lines / shape[0]
        return ScanRegion((float(x), float(y)), size, region.angle)

    def overlap(self, other: "Window") -> float:
        """Return the shared area as a fraction of the smaller of the two."""
        down = min(self.top + self.lines, other.top + other.lines) - max(self.top, other.top)
        right = min(self.left + self.pixels, other.left + other.pixels) - max(self.left, other.left)
        smaller = min(self.lines * self.pixels, other.lines * other.pixels)
        return max(down, 0) * max(right, 0) / smaller


@dataclass(frozen=True, slots=True)
class Source:
    """Where a frame came from.

    Parameters
    ----------
    run
        Hash of the first row of the run's journal: it stays when the folder moves. Empty for a
        frame of no run.
    kind, number
        "scan" or "map" and its number in the run, or "file" and 0.
    file
        Where it lay when it was taken over.
    """

    run: str
    kind: str
    number: int
    file: str


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """A stored frame.

    Parameters
    ----------
    sha256
        Its name: see `frame_hash`.
    blob
        Hash of the .npz with its channels.
    shape
        (lines, pixels).
    region
        Where it lies.
    channels
        Names.
    mode, instrument, sample
        How and on what it was measured, "unknown" where that is not known.
    source
        Where it came from.
    """

    sha256: str
    blob: str
    shape: tuple[int, int]
    region: ScanRegion
    channels: tuple[str, ...]
    mode: str
    instrument: str
    sample: str
    source: Source


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model saw in a frame: `blob` is the segmentation file as the run has stored it."""

    id: int
    frame: str
    model: str
    model_sha256: str
    blob: str
    settled: int
    ood: bool
    ood_score: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """What a correction is about: a window of a frame."""

    frame: str
    window: Window


@dataclass(frozen=True, slots=True)
class Draft:
    """A correction that is to be stored.

    Parameters
    ----------
    place
        What it is about.
    after
        (lines, pixels of the window) uint8: the label as it should be, 255 where nobody can tell.
    annotator
        Who says so.
    seconds
        Time spent.
    parent
        Revision that it started from, `None` for the model's own label.
    prediction
        Number of the prediction that was shown, `None` where none was.
    item
        Number of the item of the review queue that it answers.
    reason
        In words.
    """

    place: Place
    after: Label
    annotator: str
    seconds: float
    parent: int | None = None
    prediction: int | None = None
    item: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A stored correction; `before`, `after` and `strokes` are hashes of blobs.

    `branch` says that, when it came, its parent was no longer the newest version of its annotator.
    """

    revision: int
    place: Place
    prediction: int | None
    before: str
    after: str
    strokes: str | None
    annotator: str
    seconds: float
    reason: str
    parent: int | None
    branch: bool
    item: int | None
    added: str


class CorrectionConflict(StoreError):
    """A correction started from a version that is no longer the newest of its annotator.

    Nothing is lost: it is stored as a branch, `revision`; `newest` is what it should have started
    from.
    """

    def __init__(self, revision: int, newest: int) -> None:
        super().__init__(
            f"revision {revision} is kept as a branch: the version that it started from was "
            f"replaced by revision {newest} meanwhile; start from that one and save again"
        )
        self.revision, self.newest = revision, newest


def frame_hash(frame: Frame) -> str:
    """Return the SHA-256 of a frame's geometry and of the bytes of its channels.

    Line rate, drive and so on are not in it: it names the picture and its place.

    Parameters
    ----------
    frame
        With images (lines, pixels); whatever the bits of a NaN, it counts as the same.
    """
    images = {f"{n}_{d}": image for (n, d), image in sorted(frame.data.items())}
    head = {
        "region": encode(frame.region),
        "shape": list(frame.shape),
        "slow_direction": frame.request.slow_direction.value,
        "channels": {name: image.shape for name, image in images.items()},
    }
    digest = hashlib.sha256(json.dumps(head, allow_nan=False, sort_keys=True).encode())
    for image in images.values():
        plain = np.where(np.isnan(image), np.float32(np.nan), image)
        digest.update(np.ascontiguousarray(plain, "<f4").tobytes())
    return digest.hexdigest()


def check_label(label: NDArray[Any], shape: tuple[int, int]) -> Label:
    """Return a label as uint8 after a look at its shape and codes.

    Raises
    ------
    BadInput
        When its shape is not the window's, or a value is no class code.
    """
    if label.shape != shape:
        raise BadInput(f"the label has the shape {label.shape}, the window {shape}")
    if label.dtype.kind not in "iu":
        raise BadInput(f"the label holds {label.dtype} values, class codes are integers")
    unknown = np.setdiff1d(label, _CODES)
    if len(unknown):
        raise BadInput(f"the label has the unknown class {int(unknown[0])}")
    return np.ascontiguousarray(label, np.uint8)


def pack_label(label: Label) -> bytes:
    """Return a label as the bytes of a .npy file: equal labels are equal bytes, for ever."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(label), (1, 0), allow_pickle=False)
    return stream.getvalue()


def unpack_label(content: bytes) -> Label:
    """Return the label that `pack_label` was given."""
    label: Label = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return label
