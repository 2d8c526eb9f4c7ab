"""A segmenter in the run's own process, for tests: same files, no child."""

from collections import deque
from collections.abc import Mapping
from pathlib import Path

from ai_afm.image.scan_layout import LiveScan
from ai_afm.segment.base import Glimpse, Loaded, Segmenter
from ai_afm.store.segmentation_file import (
    Provenance,
    read_segmentation,
    segmentation_name,
    write_segmentation,
)


class InProcessGlimpses:
    """A `GlimpseService` that segments when it is asked.

    Parameters
    ----------
    segmenter, out
        What looks, and the folder of its segmentations.
    others
        Name -> what else may be asked to look.
    """

    def __init__(
        self, segmenter: Segmenter, out: Path, others: Mapping[str, Segmenter] | None = None
    ) -> None:
        self._segmenter, self._out = segmenter, out
        self._others = dict(others or {})
        self._loaded: Loaded | None = None
        self._begun: Path | None = None
        self._ready: deque[Glimpse] = deque()

    @property
    def model(self) -> str:
        """The model as "name@version"."""
        return self._segmenter.model

    @property
    def model_sha256(self) -> str:
        """Hash of the weights."""
        return self._segmenter.model_sha256

    def submit(self, scan: int, scan_file: Path, lines: int, final: bool = False) -> None:
        """Segment at once; see `GlimpseService`."""
        with LiveScan(scan_file) as live:
            frame = live.refresh()
            if self._begun != scan_file:
                self._segmenter.begin(frame)
                self._begun = scan_file
            segmentation = self._segmenter.glimpse(frame, lines, final)
        path = self._out / segmentation_name(scan_file, self.model_sha256)
        write_segmentation(path, segmentation, Provenance(scan, lines, final))
        stored = read_segmentation(path).segmentation
        self._ready.append(Glimpse(scan, lines, path, stored, 0.0, final))

    def poll(self, timeout: float = 0.0) -> Glimpse | None:
        """Return the next answer; see `GlimpseService`."""
        return self._ready.popleft() if self._ready else None

    def load(self, model: str) -> None:
        """Exchange the segmenter at once; see `GlimpseService`."""
        if model not in self._others:
            self._loaded = Loaded(model, f"no model {model!r}")
            return
        self._segmenter, self._begun = self._others[model], None
        self._loaded = Loaded(model)

    def loaded(self, timeout: float = 0.0) -> Loaded | None:
        """Return what became of it; see `GlimpseService`."""
        told, self._loaded = self._loaded, None
        return told

    def close(self) -> None:
        """Nothing has to be ended."""
