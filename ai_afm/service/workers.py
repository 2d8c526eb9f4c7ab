"""The segmenter as a child process: its death costs one glimpse, never a line."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ai_afm.errors import ModelError
from ai_afm.segment.base import Glimpse, Loaded
from ai_afm.store.segmentation_file import read_segmentation

log = logging.getLogger(__name__)

START_DEADLINE = 60.0
"""Seconds until the child has loaded its model."""
LOAD_DEADLINE = 20.0
"""Seconds that a child which runs may take to load another model."""


class SegmenterProcess:
    """A `GlimpseService` that runs `python -m ai_afm.service.segmenter`, spawned, never forked.

    A child that dies is started again, three times in a run; then `ModelError` says so.
    """

    def __init__(
        self, model: str | None, threads: int, segmentations: Path, models: Sequence[Path]
    ) -> None:
        self._command = [sys.executable, "-m", "ai_afm.service.segmenter"]
        self._command += ["--threads", str(threads), "--out", str(segmentations)]
        for folder in models:
            self._command += ["--models", str(folder)]
        self._deaths = 0
        self._asked, self._since = "", 0.0
        self._start(model)

    def _start(self, model: str | None) -> None:
        self._answers: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._loads: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._child = subprocess.Popen(
            [*self._command, *(["--model", model] if model else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(
            target=self._read, args=(self._child, self._answers, self._loads), daemon=True
        )
        self._reader.start()
        try:
            hello = self._next(START_DEADLINE)
            if hello is None:
                raise ModelError(f"the segmenter did not start within {START_DEADLINE:.0f} s")
            if "error" in hello:
                raise ModelError(hello["error"])
        except ModelError:
            self._end(0.0)
            raise
        self.model, self.model_sha256 = str(hello["model"]), str(hello["model_sha256"])

    @staticmethod
    def _read(
        child: "subprocess.Popen[str]",
        answers: SimpleQueue[dict[str, Any] | None],
        loads: SimpleQueue[dict[str, Any] | None],
    ) -> None:
        assert child.stdout is not None
        for line in child.stdout:
            answer = json.loads(line)
            (loads if "loaded" in answer else answers).put(answer)
        answers.put(None)
        loads.put(None)

    def _next(self, timeout: float) -> dict[str, Any] | None:
        """Return the next answer; `None` after the time-out.

        Raises
        ------
        ModelError
            When the child has ended.
        """
        try:
            answer = self._answers.get(timeout=max(timeout, 1e-3))
        except Empty:
            return None
        if answer is None:
            code = self._child.wait(5.0)
            raise ModelError(f"the segmenter process ended with exit code {code}")
        return answer

    @property
    def pid(self) -> int:
        """Number of the child process."""
        return self._child.pid

    def submit(self, scan: int, scan_file: Path, lines: int, final: bool = False) -> None:
        """Say that `lines` rows are durable; see `GlimpseService`."""
        if self._child.poll() is not None:
            self._restart()
        request = {"scan": scan, "file": str(scan_file), "lines": lines, "final": final}
        self._write(request)

    def _write(self, request: dict[str, Any]) -> None:
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(request) + "\n")
            self._child.stdin.flush()
        except OSError as exc:
            raise ModelError(f"the segmenter process does not listen: {exc}") from exc

    def _restart(self) -> None:
        self._deaths += 1
        if self._deaths > 3:
            raise ModelError("the segmenter process died more than 3 times; it stays off")
        self._end(0.0)
        pinned = self.model_sha256
        log.warning("the segmenter process died; it is started again (%d of 3)", self._deaths)
        self._start(self.model)
        if self.model_sha256 != pinned:
            raise ModelError("the model on disk is not the one that the run was looked at with")

    def poll(self, timeout: float = 0.0) -> Glimpse | None:
        """Return the next answer; see `GlimpseService`."""
        deadline = time.monotonic() + timeout
        answer = self._next(timeout)
        # what the model before has said of a scan is not kept: its file may be gone
        while answer is not None and answer.get("model_sha256", "") not in {"", self.model_sha256}:
            answer = self._next(deadline - time.monotonic())
        if answer is None:
            return None
        if "error" in answer:
            raise ModelError(answer["error"])
        path = Path(answer["path"])
        return Glimpse(
            scan=int(answer["scan"]),
            lines=int(answer["lines"]),
            path=path,
            segmentation=read_segmentation(path).segmentation,
            milliseconds=float(answer["ms"]),
            final=bool(answer["final"]),
        )

    def load(self, model: str) -> None:
        """Begin to exchange the model; see `GlimpseService`."""
        if self._child.poll() is not None:
            self._restart()
        self._asked, self._since = model, time.monotonic()
        self._write({"load": model})

    def loaded(self, timeout: float = 0.0) -> Loaded | None:
        """Return what became of the model; see `GlimpseService`.

        A child that dies of a model, or hangs, is started again with the one before.
        """
        try:
            answer = self._loads.get(timeout=max(timeout, 1e-3))
        except Empty:
            if time.monotonic() - self._since < LOAD_DEADLINE:
                return None
            return self._failed(f"was not loaded within {LOAD_DEADLINE:.0f} s")
        if answer is None:
            return self._failed("ended the segmenter process when it was loaded")
        if "error" in answer:
            return Loaded(self._asked, str(answer["error"]))
        self.model, self.model_sha256 = str(answer["model"]), str(answer["model_sha256"])
        return Loaded(self._asked)

    def _failed(self, how: str) -> Loaded:
        said = f"{self._asked} {how}"
        try:
            self._restart()
        except ModelError as exc:
            return Loaded(self._asked, f"{said}; {exc}")
        return Loaded(self._asked, said)

    def close(self) -> None:
        """End the child."""
        self._end(2.0)

    def _end(self, grace: float) -> None:
        """Close the child's stdin, give it `grace` seconds to end, and clean up after it."""
        child = self._child
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(OSError):  # a dead child's pipe is broken
            child.stdin.close()
        try:
            child.wait(grace)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(5.0)
        self._reader.join(5.0)
        child.stdout.close()
