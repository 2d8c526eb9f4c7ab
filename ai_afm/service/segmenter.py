"""The child process that segments: reads growing scan files, answers with segmentations.

It is told one JSON line `{"scan", "file", "lines", "final"}` at a time on stdin and answers one
line
`{"scan", "lines", "path", "ms", "final"}` or `{"error"}` on stdout. Of several waiting requests
only the
newest is worth an answer. It ends when stdin closes, so it never outlives its run.
"""

import argparse
import json
import math
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ai_afm.errors import AfmError
from ai_afm.image.normalise import NormaliseState
from ai_afm.image.scan_layout import LiveScan
from ai_afm.segment.model_file import load_model
from ai_afm.segment.predict import UnetSegmenter
from ai_afm.store.segmentation_file import Provenance, segmentation_name, write_segmentation

REFRESHED = 32
"""Rows behind the front that each glimpse looks at again; older ones are settled when they can be.

Of labels 32 to 64 rows behind the front, 0.3 % would change on real scans (docs/perception.md).
"""


class _Worker:
    """Keeps the scan under way open and the network's row cache warm."""

    def __init__(self, segmenter: UnetSegmenter, threads: int, out: Path) -> None:
        self._segmenter, self._threads, self._out = segmenter, threads, out
        self._live: LiveScan | None = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        begun = time.perf_counter()
        scan, lines, final = request["scan"], request["lines"], request["final"]
        file = Path(request["file"])
        frame = self._open(file).refresh()
        segmentation = self._segmenter.glimpse(frame, lines, final)
        path = self._out / segmentation_name(file, segmentation.model_sha256)
        milliseconds = 1e3 * (time.perf_counter() - begun)
        provenance = Provenance(
            scan=scan,
            lines=lines,
            final=final,
            torch=version("torch"),
            dtype=self._segmenter.dtype,
            threads=self._threads,
            milliseconds=milliseconds,
            normalisation=_levels(self._segmenter.normalisation),
        )
        write_segmentation(path, segmentation, provenance)
        return {
            "scan": scan,
            "lines": lines,
            "path": str(path),
            "ms": milliseconds,
            "final": final,
        }

    def _open(self, file: Path) -> LiveScan:
        if self._live is None or file != self._live.path:
            if self._live is not None:
                self._live.close()
            self._live = LiveScan(file)
            self._segmenter.begin(self._live.refresh())
        return self._live


def _levels(state: NormaliseState | None) -> dict[str, Any]:
    """Return the levels that the input was divided by, as JSON; those never seen are left out."""
    if state is None:
        return {}
    levels = {"height_scale": state.height_scale, "amplitude_level": state.amplitude_level}
    return {"lines": state.lines} | {k: v for k, v in levels.items() if math.isfinite(v)}


def _read_requests(requests: SimpleQueue[dict[str, Any] | None]) -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    requests.put(None)


def _newest(requests: SimpleQueue[dict[str, Any] | None]) -> dict[str, Any] | None:
    request = requests.get()
    while request is not None and not request["final"]:
        try:
            newer = requests.get_nowait()
        except Empty:
            return request
        request = newer
    return request


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until stdin closes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model")
    parser.add_argument("--models", type=Path, action="append", default=[])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        model = load_model(arguments.model, arguments.models)
        segmenter = UnetSegmenter(model, arguments.threads, band=REFRESHED)
    except AfmError as exc:
        _say({"error": str(exc)})
        return
    worker = _Worker(segmenter, arguments.threads, arguments.out)
    requests: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    _say({"model": segmenter.model, "model_sha256": segmenter.model_sha256})
    while (request := _newest(requests)) is not None:
        try:
            _say(worker.answer(request))
        except AfmError as exc:
            _say({"error": str(exc)})


if __name__ == "__main__":
    main()
