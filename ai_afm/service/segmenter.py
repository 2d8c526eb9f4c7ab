"""The child process that segments: reads growing scan files, answers with segmentations.

It is told one JSON line `{"scan", "file", "lines", "final"}` at a time on stdin and answers one
line
`{"scan", "lines", "path", "ms", "final", "model_sha256"}` or `{"error"}` on stdout. Of several
waiting requests only the newest is worth an answer. `{"load": "name@version"}` is answered with
`{"loaded", "model", "model_sha256"}`, and what comes after it is looked at by that model, or with
`{"loaded", "error"}`, and nothing has changed. It ends when stdin closes, so it never outlives its
run.
"""

import argparse
import json
import math
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ai_afm.errors import AfmError
from ai_afm.image.normalise import NormaliseState
from ai_afm.image.scan_layout import LiveScan
from ai_afm.segment.model_file import load_model
from ai_afm.segment.predict import UnetSegmenter
from ai_afm.segment.processor import processor
from ai_afm.service.lab import check_usable
from ai_afm.store.segmentation_file import Provenance, segmentation_name, write_segmentation

REFRESHED = 32
"""Rows behind the front that each glimpse looks at again; older ones are settled when they can be.

Of labels 32 to 64 rows behind the front, 0.3 % would change on real scans (docs/perception.md).
"""


class _Worker:
    """Keeps the scan under way open and the network's row cache warm."""

    def __init__(
        self, segmenter: UnetSegmenter, threads: int, out: Path, search: Sequence[Path]
    ) -> None:
        self._segmenter, self._threads, self._out = segmenter, threads, out
        self._search = search
        self._live: LiveScan | None = None
        self._provisional: tuple[Path, Path] | None = None

    def load(self, spec: str) -> dict[str, Any]:
        """Look with another model from now on; the one before stays where it cannot be used."""
        try:
            check_usable(spec, self._search)
            model = load_model(spec, self._search)
            self._segmenter = UnetSegmenter(model, self._threads, band=REFRESHED)
        except AfmError as exc:
            return {"loaded": spec, "error": str(exc)}
        self._close()  # its rows are those of the model before
        return {"loaded": spec, "model": model.spec, "model_sha256": model.sha256}

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
            cpu=processor(),
        )
        write_segmentation(path, segmentation, provenance)
        self._forget_other(file, path, final)
        return {
            "scan": scan,
            "lines": lines,
            "path": str(path),
            "ms": milliseconds,
            "final": final,
            "model_sha256": segmentation.model_sha256,
        }

    def _forget_other(self, file: Path, path: Path, final: bool) -> None:
        """Remove what the model before said of part of this scan: all of it is looked at anew."""
        if self._provisional is not None and self._provisional[0] == file:
            before = self._provisional[1]
            if before != path:
                before.unlink(missing_ok=True)
        self._provisional = None if final else (file, path)

    def _open(self, file: Path) -> LiveScan:
        if self._live is None or file != self._live.path:
            self._close()
            self._live = LiveScan(file)
            self._segmenter.begin(self._live.refresh())
        return self._live

    def _close(self) -> None:
        if self._live is not None:
            self._live.close()
        self._live = None


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


def _waiting(
    requests: SimpleQueue[dict[str, Any] | None],
) -> list[dict[str, Any] | None]:
    """Wait for requests; return those that are worth an answer, in order of arrival."""
    found = [requests.get()]
    while True:
        try:
            found.append(requests.get_nowait())
        except Empty:
            break
    return [r for n, r in enumerate(found) if not any(map(partial(_replaces, r), found[n + 1 :]))]


def _replaces(request: dict[str, Any] | None, newer: dict[str, Any] | None) -> bool:
    """Tell whether a glimpse need not be taken because a newer one was asked for."""
    glimpses = request is not None and "lines" in request and not request["final"]
    return glimpses and (newer is None or "lines" in newer)


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
    worker = _Worker(segmenter, arguments.threads, arguments.out, arguments.models)
    requests: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    _say({"model": segmenter.model, "model_sha256": segmenter.model_sha256})
    while True:
        for request in _waiting(requests):
            if request is None:
                return
            _say(_answered(worker, request))


def _answered(worker: _Worker, request: dict[str, Any]) -> dict[str, Any]:
    if "load" in request:
        return worker.load(str(request["load"]))
    try:
        return worker.answer(request)
    except AfmError as exc:
        return {"error": str(exc)}


if __name__ == "__main__":
    main()
