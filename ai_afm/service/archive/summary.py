"""The table of an archive: one row a frame, in the order of the files, while results come in any.

Rows wait only for those before them, so that the table of a million scans needs no memory.
"""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from ai_afm.errors import StoreError
from ai_afm.service.archive.results import put_in_place
from ai_afm.service.archive.task import ScanResult

TABLE = "summary.csv"
COLUMNS = (
    "file", "frame", "lines", "pixels", "size_fast_m", "size_slow_m",
    "wall_undetermined_length_m", "wall_180_length_m", "wall_ferroelastic_length_m",
    "wall_length_m", "boundary_length_m", "ood_score", "ood_limit", "ood",
    "model", "model_sha256", "result", "result_sha256",
)  # fmt: skip


class Table:
    """`summary.csv` as it grows; it appears, or replaces the old one, when it is finished.

    A context that closes it.

    Parameters
    ----------
    out
        Folder of the results.
    session
        Where it grows.
    """

    def __init__(self, out: Path, session: Path) -> None:
        self._target, self._scratch = out / TABLE, session / TABLE
        self._waiting: dict[int, Sequence[ScanResult]] = {}
        self._next = 0
        try:
            self._file = self._scratch.open("w", newline="", encoding="utf-8", errors="replace")
        except OSError as exc:
            raise StoreError(f"{TABLE} could not be written: {exc}") from exc
        self._rows = csv.DictWriter(self._file, COLUMNS)
        self._rows.writeheader()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.close()

    def add(self, number: int, found: Sequence[ScanResult]) -> None:
        """Add what became of a batch; `number` counts the batches from 0."""
        self._waiting[number] = found
        while self._next in self._waiting:
            self._write(self._waiting.pop(self._next))
            self._next += 1

    def finish(self) -> Path:
        """Write what is left, of an interrupted session with gaps, and put the table in place.

        Raises
        ------
        StoreError
            When the disk refuses.
        """
        for number in sorted(self._waiting):
            self._write(self._waiting.pop(number))
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as exc:
            raise StoreError(f"{TABLE} could not be written: {exc}") from exc
        self._file.close()
        put_in_place(self._scratch, self._target)
        return self._target

    def _write(self, found: Sequence[ScanResult]) -> None:
        for result in found:
            for row in result.rows:
                cells = {"file": result.file, **row, "ood": str(row["ood"]).lower()}
                try:
                    self._rows.writerow(cells)
                except OSError as exc:
                    raise StoreError(f"{TABLE} could not be written: {exc}") from exc
