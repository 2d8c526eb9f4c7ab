"""What a segmenter is, for whoever feeds it lines."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ai_afm.types import Frame, Segmentation


class Segmenter(Protocol):
    """Turns a growing frame into a segmentation; keeps what it can of earlier lines."""

    @property
    def model(self) -> str:
        """The model as "name@version"."""
        ...

    @property
    def model_sha256(self) -> str:
        """Hash of the weights."""
        ...

    def begin(self, frame: Frame) -> None:
        """Start a new frame; its buffers grow while the scan runs."""
        ...

    def glimpse(self, frame: Frame, lines: int, final: bool = False) -> Segmentation:
        """Segment the first `lines` rows (in order of arrival) of the frame that was begun.

        With `final`, nothing more will come: all scanned rows are settled.
        """
        ...


@dataclass(frozen=True, slots=True)
class Glimpse:
    """An answer of a `GlimpseService`: the stored segmentation of scan `scan` up to `lines`."""

    scan: int
    lines: int
    path: Path
    segmentation: Segmentation
    milliseconds: float
    final: bool


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a model that a `GlimpseService` was asked to look with.

    Parameters
    ----------
    asked
        "name@version" that was asked for.
    refused
        Why the service goes on with the model before; `None` where the new one looks now.
    """

    asked: str
    refused: str | None = None


class GlimpseService(Protocol):
    """A segmenter seen from the run: it reads scan files by itself and never makes the run wait."""

    @property
    def model(self) -> str:
        """The model as "name@version"."""
        ...

    @property
    def model_sha256(self) -> str:
        """Hash of the weights."""
        ...

    def submit(self, scan: int, scan_file: Path, lines: int, final: bool = False) -> None:
        """Say that `lines` rows, in order of arrival, are durable; replaces older requests."""
        ...

    def poll(self, timeout: float = 0.0) -> Glimpse | None:
        """Return the next answer, waiting up to `timeout` seconds; `None` when there is none.

        Raises
        ------
        ModelError
            When the service died or failed; the run goes on without it.
        """
        ...

    def load(self, model: str) -> None:
        """Begin to exchange the model; what is submitted from now on is for the new one.

        The rows of a scan under way are looked at again by it, from the first. One at a time:
        `loaded` tells when it is over.

        Raises
        ------
        ModelError
            When the service died.
        """
        ...

    def loaded(self, timeout: float = 0.0) -> Loaded | None:
        """Return, once, what became of the model; `None` while it is being loaded.

        From then on `model` and `model_sha256` are those of the new one, and glimpses of the one
        before, which were asked for earlier, are dropped. A model that is missing, corrupt or
        refused changes nothing.
        """
        ...

    def close(self) -> None:
        """End the service."""
        ...
