"""Segment an archive with several child processes; what is done already is not done again."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from ai_afm.errors import AfmError, BadInput, ModelError, StoreError
from ai_afm.service.folder.frame import Job
from ai_afm.service.folder.record import FileRecord, Recipe, done, read_record
from ai_afm.service.folder.scans import Scan, digest

_GRACE = 5.0
"""Seconds that a child has to end once its stdin is closed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file.

    Parameters
    ----------
    scan
        The file.
    record
        Its results, `None` where it could not be used.
    error
        Why not.
    fresh
        False where an earlier call had done it.
    """

    scan: Scan
    record: FileRecord | None
    error: str | None = None
    fresh: bool = True


class Hand(Protocol):
    """Segments files somewhere else, one at a time."""

    @property
    def model(self) -> str:
        """The model as "name@version"."""
        ...

    @property
    def model_sha256(self) -> str:
        """Hash of its weights."""
        ...

    def segment(self, job: Job) -> None:
        """Segment a file and write its results and their record.

        Raises
        ------
        BadInput
            When the file cannot be used.
        StoreError
            When the disk refuses: no other file will fare better.
        """
        ...

    def interrupt(self) -> None:
        """Give up the file under way; called from another thread."""
        ...

    def close(self) -> None:
        """End."""
        ...


class Child:
    """A `Hand` that runs `python -m ai_afm.service.folder.worker`, spawned, never forked.

    Parameters
    ----------
    model
        "name@version"; `None` is the active one.
    models
        Folders to look for it.
    out
        Folder of the archive.
    threads
        Threads of the network.
    files
        Files of the archive: with many, the fastest engine is looked for.
    """

    def __init__(
        self,
        model: str | None,
        models: Sequence[Path],
        out: Path,
        threads: int = 1,
        files: int = 1,
    ) -> None:
        self._command = [sys.executable, "-m", "ai_afm.service.folder.worker"]
        self._command += ["--out", str(out), "--threads", str(threads), "--files", str(files)]
        self._command += ["--model", model] if model else []
        for folder in models:
            self._command += ["--models", str(folder)]
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        hello = self._read()
        if hello is None:
            code = self._process.wait(_GRACE)
            self.close()
            raise ModelError(f"the process that segments ended at its start, exit code {code}")
        if "error" in hello:
            self.close()
            raise ModelError(hello["error"])
        self.model, self.model_sha256 = str(hello["model"]), str(hello["model_sha256"])

    def segment(self, job: Job) -> None:
        """Let the process segment a file; see `Hand`."""
        if self._process.poll() is not None:
            self._restart()
        request = {
            "file": str(job.scan.file),
            "key": job.scan.key,
            "sha256": job.sha256,
            "channels": job.channels,
        }
        assert self._process.stdin is not None
        with suppress(OSError):  # that it does not listen shows as no answer
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        said = self._read()
        if said is None:
            code = self._process.wait(_GRACE)
            name = job.scan.file.name
            raise BadInput(f"{name}: the process that segmented it ended with exit code {code}")
        if "error" in said:
            raise (StoreError if said["fatal"] else BadInput)(said["error"])

    def _restart(self) -> None:
        pinned = self.model_sha256
        self.close()
        self._start()
        if self.model_sha256 != pinned:
            raise ModelError("the model on disk is not the one that the archive was begun with")

    def _read(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None

    def interrupt(self) -> None:
        """End the process in the middle of a file: what waits for it sees its end."""
        self._process.terminate()

    def close(self) -> None:
        """End the process."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):
            process.stdin.close()
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_GRACE)
        process.stdout.close()


@dataclass(frozen=True, slots=True)
class Archive:
    """Where results go and which channels may be used (`None`: all that a file has)."""

    out: Path
    channels: tuple[str, ...] | None = None


def segment_archive(
    scans: Sequence[Scan], archive: Archive, start: Callable[[], Hand], jobs: int
) -> Iterator[Outcome]:
    """Segment files side by side; yield what became of each, in order of completion.

    A file whose record names the same content, model and channels is not segmented again. A broken
    file becomes an outcome with an error. Closing the generator ends the children.

    Parameters
    ----------
    scans
        From `find_scans`.
    archive
        Where to, and from which channels.
    start
        Makes a process; called once for each of `jobs`, when there is work for it.
    jobs
        Files at a time.

    Raises
    ------
    ModelError
        When the model cannot be loaded.
    StoreError
        When the disk refuses.
    """
    if not scans:
        return
    first = start()  # says which model it is, which decides what is done already
    work = _Work(archive, Recipe(first.model_sha256, archive.channels), start, scans)
    hands = [first, *[None] * (min(jobs, len(scans)) - 1)]
    threads = [threading.Thread(target=work.go_on, args=(h,), daemon=True) for h in hands]
    for thread in threads:
        thread.start()
    try:
        for _ in scans:
            outcome = work.outcomes.get()
            if isinstance(outcome, AfmError):
                raise outcome
            yield outcome
    finally:
        work.stop()
        for thread in threads:
            thread.join()


class _Work:
    """Files that wait, and what became of the others; shared by threads with a process each."""

    def __init__(
        self, archive: Archive, recipe: Recipe, start: Callable[[], Hand], scans: Sequence[Scan]
    ) -> None:
        self._archive, self._recipe, self._start = archive, recipe, start
        self._waiting: SimpleQueue[Scan] = SimpleQueue()
        for scan in scans:
            self._waiting.put(scan)
        self.outcomes: SimpleQueue[Outcome | AfmError] = SimpleQueue()
        self._stopped = threading.Event()
        self._hands: list[Hand] = []

    def go_on(self, hand: Hand | None) -> None:
        """Take files until none is left; a thread's target."""
        if hand is not None:
            self._hands.append(hand)
        try:
            while not self._stopped.is_set():
                scan = self._waiting.get_nowait()
                record = self._earlier(scan)
                if isinstance(record, str) and hand is None:
                    hand = self._start()
                    self._hands.append(hand)
                if isinstance(record, str):
                    assert hand is not None
                    record = self._segment(scan, record, hand)
                self.outcomes.put(record)
        except Empty:
            return
        except AfmError as exc:
            self.outcomes.put(exc)
        finally:
            if hand is not None:
                hand.close()

    def _earlier(self, scan: Scan) -> Outcome | str:
        """Return what an earlier call made of a file, else the hash of its content."""
        try:
            sha256 = digest(scan.file)
        except BadInput as exc:
            return Outcome(scan, None, str(exc))
        record = done(self._archive.out, scan.key, sha256, self._recipe)
        return sha256 if record is None else Outcome(scan, record, fresh=False)

    def _segment(self, scan: Scan, sha256: str, hand: Hand) -> Outcome:
        try:
            hand.segment(Job(scan, sha256, self._archive.channels))
        except BadInput as exc:
            name = scan.file.name
            return Outcome(scan, None, str(exc) if name in str(exc) else f"{name}: {exc}")
        record = read_record(self._archive.out, scan.key)
        if record is None:
            raise StoreError(f"the record of {scan.key} cannot be read back; is the disk full?")
        return Outcome(scan, record)

    def stop(self) -> None:
        """Take no further file, and give up those under way."""
        self._stopped.set()
        for hand in list(self._hands):
            hand.interrupt()
