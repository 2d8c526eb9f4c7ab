"""A run is its folder: where everything lies, and who may write it."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ai_afm.errors import StoreError
from ai_afm.store import platform
from ai_afm.store.journal import Journal
from ai_afm.store.platform import FolderLock

_NUMBER = re.compile(r"(\d{6,})\.h5")


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run; made by `RunFolder.create` or `RunFolder.open`.

    Readers need no lock. Whoever runs, resumes or recovers takes `lock()` first.
    """

    path: Path

    @classmethod
    def create(
        cls,
        path: Path,
        config_toml: str,
        wall: Callable[[], datetime] = _wall_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> "RunFolder":
        """Make a run folder with its resolved configuration and an empty journal.

        Parameters
        ----------
        path
            Must be absent or an empty folder.
        config_toml
            The resolved configuration.
        wall, monotonic
            Clocks.

        Raises
        ------
        StoreError
            When the folder holds something, or the disk refuses.
        """
        folder = cls(path.absolute())
        try:
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise StoreError(f"{path} is not empty; a run needs a folder of its own")
            for part in folder.parts:
                part.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreError(f"run folder {path} could not be made: {exc}") from exc
        Journal.create(folder.journal_file, wall, monotonic).close()
        # The configuration comes last: with it, the folder is a run.
        platform.write_atomically(folder.config_file, config_toml.encode())
        return folder

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """Open the folder of a run that exists, whoever runs it.

        Raises
        ------
        StoreError
            When it is not the folder of a run.
        """
        folder = cls(path.absolute())
        for needed in (folder.config_file, folder.journal_file, folder.scans):
            if not needed.exists():
                raise StoreError(f"{path} is not the folder of a run: it has no {needed.name}")
        return folder

    @property
    def config_file(self) -> Path:
        """The resolved configuration."""
        return self.path / "config.toml"

    @property
    def journal_file(self) -> Path:
        """Everything that was decided and done."""
        return self.path / "journal.sqlite"

    @property
    def scans(self) -> Path:
        """Folder of the scan files."""
        return self.path / "scans"

    @property
    def paths(self) -> Path:
        """Folder of the paths: files like those of scans, one row a sweep."""
        return self.path / "paths"

    @property
    def maps(self) -> Path:
        """Folder of the maps that were drawn from paths and scans of an area."""
        return self.path / "maps"

    @property
    def parts(self) -> tuple[Path, ...]:
        """All folders that a run has."""
        return (
            self.path, self.scans, self.paths, self.maps, self.probes, self.segmentations
        )  # fmt: skip

    @property
    def probes(self) -> Path:
        """Folder of the point measurements."""
        return self.path / "probes"

    @property
    def segmentations(self) -> Path:
        """Folder of what models saw."""
        return self.path / "segmentations"

    @property
    def report_file(self) -> Path:
        """The report."""
        return self.path / "report.html"

    @property
    def steering_file(self) -> Path:
        """Port and token of the live run."""
        return self.path / "steering.json"

    @property
    def dose_file(self) -> Path:
        """What the sample has received so far, for the guard of a run that goes on."""
        return self.path / "dose.json"

    @property
    def flywheel_log(self) -> Path:
        """What was done with the run for its lab while it went on, a line each; failures, too."""
        return self.path / "flywheel.log"

    @property
    def lock_file(self) -> Path:
        """File whose OS lock the running process holds."""
        return self.path / "run.lock"

    def config_toml(self) -> str:
        """Return the text of the resolved configuration."""
        try:
            return self.config_file.read_text("utf-8")
        except (OSError, ValueError) as exc:
            raise StoreError(f"{self.config_file} cannot be read: {exc}") from exc

    def scan_file(self, number: int) -> Path:
        """Return where scan `number` lies or will lie."""
        return self.scans / f"{number:06d}.h5"

    def path_file(self, number: int) -> Path:
        """Return where path `number` lies or will lie."""
        return self.paths / f"{number:06d}.h5"

    def map_file(self, number: int) -> Path:
        """Return where map `number` lies or will lie."""
        return self.maps / f"{number:06d}.h5"

    def probe_file(self, number: int) -> Path:
        """Return where probe `number` lies or will lie."""
        return self.probes / f"{number:06d}.h5"

    def segmentation_file(self, number: int, model_sha256: str) -> Path:
        """Return where a model's segmentation of scan `number` lies or will lie."""
        return self.segmentations / f"{number:06d}-{model_sha256[:12]}.h5"

    def scan_numbers(self) -> list[int]:
        """Return the numbers of all stored scans, ascending."""
        return _numbers(self.scans)

    def path_numbers(self) -> list[int]:
        """Return the numbers of all stored paths, ascending."""
        return _numbers(self.paths)

    def probe_numbers(self) -> list[int]:
        """Return the numbers of all stored probes, ascending."""
        return _numbers(self.probes)

    def next_scan_number(self) -> int:
        """Return the number after the largest; numbers are never used again."""
        return max(self.scan_numbers(), default=0) + 1

    def next_path_number(self) -> int:
        """Return the number after the largest."""
        return max(self.path_numbers(), default=0) + 1

    def next_probe_number(self) -> int:
        """Return the number after the largest."""
        return max(self.probe_numbers(), default=0) + 1

    def lock(self) -> FolderLock:
        """Take the right to write this run; the system releases it when the process dies.

        Raises
        ------
        StoreError
            When another process holds it.
        """
        return FolderLock(self.lock_file)

    @property
    def is_running(self) -> bool:
        """Whether some process holds the right to write this run."""
        return FolderLock.is_held(self.lock_file)


def _numbers(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []  # of a run that began before there were such files
    matches = (_NUMBER.fullmatch(p.name) for p in folder.iterdir())
    return sorted(int(m[1]) for m in matches if m)
