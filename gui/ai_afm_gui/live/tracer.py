"""Draws the lines of a frame in a thread of its own, always for the newest segmentation."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ai_afm.errors import AfmError
from ai_afm.survey.walls import extract_network
from ai_afm.types import ScanRegion, Segmentation, WallNetwork
from ai_afm_gui.client.state import Seen
from ai_afm_gui.live.overlay import Line, lines_of

log = logging.getLogger(__name__)

Extract = Callable[[Segmentation, ScanRegion], WallNetwork]


@dataclass(frozen=True, slots=True)
class Traced:
    """The lines of a segmentation: of which file and version, and where."""

    path: Path
    version: int
    lines: tuple[Line, ...]

    def of(self, seen: Seen) -> bool:
        """Tell whether these are the lines of what a model sees."""
        return (self.path, self.version) == (seen.path, seen.version)


class Tracer:
    """Traces one segmentation at a time; what came meanwhile, but the newest, is left out.

    Parameters
    ----------
    extract
        Draws the walls and boundaries.
    """

    def __init__(self, extract: Extract = extract_network) -> None:
        self._extract = extract
        self._threads = ThreadPoolExecutor(1, "trace lines")
        self._task: Future[Traced | None] | None = None
        self._newest: Traced | None = None
        self._tried: tuple[Path, int] | None = None

    def lines(self, seen: Seen | None, region: ScanRegion) -> Traced | None:
        """Return the newest lines of a frame, and have them traced where there are newer ones.

        Lines of an earlier look at the same frame are shown until those of the newest are there.
        """
        if self._task is not None and self._task.done():
            self._newest, self._task = self._task.result() or self._newest, None
        if seen is None:
            return None
        if self._task is None and self._tried != (seen.path, seen.version):
            self._tried = seen.path, seen.version
            self._task = self._threads.submit(self._trace, seen, region)
        newest = self._newest
        return newest if newest is not None and newest.path == seen.path else None

    @property
    def busy(self) -> bool:
        """Whether lines are being traced."""
        return self._task is not None and not self._task.done()

    def close(self) -> None:
        """Trace no more; waits for what is under way."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _trace(self, seen: Seen, region: ScanRegion) -> Traced | None:
        try:
            network = self._extract(seen.segmentation, region)
        except AfmError as exc:
            log.warning("%s: its lines cannot be drawn: %s", seen.path.name, exc)
            return None
        return Traced(seen.path, seen.version, lines_of(network, region))
