"""Snapshots of a training on the disk: data, never code; the newest two, each named by its hash."""

import hashlib
import json
import logging
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from ai_afm.errors import StoreError
from ai_afm.flywheel.rounds.course import Progress, Snapshot
from ai_afm.store import platform

log = logging.getLogger(__name__)

KEPT = 2
"""So many of the newest stay: where one is damaged there is the one before."""
_WEIGHT, _MOMENT = "weight.", "moment."
_DIGITS = 16
"""Hexadecimal digits of the hash in a name."""


class Checkpoints:
    """The checkpoints of one training: `STEP-HASH.safetensors` in a folder of its own.

    Parameters
    ----------
    folder
        Made when the first one is written.
    training
        What tells this training from others; checkpoints of another one are not taken.
    """

    def __init__(self, folder: Path, training: str) -> None:
        self.folder, self._training = folder, training

    def write(self, snapshot: Snapshot) -> Path:
        """Write a snapshot; it is on the disk when this returns, and older ones are deleted.

        Raises
        ------
        StoreError
            When the disk refuses; the earlier ones are untouched then.
        """
        from safetensors.torch import save

        tensors = {_WEIGHT + n: t.contiguous() for n, t in snapshot.weights.items()}
        tensors |= {_MOMENT + n: t.contiguous() for n, t in snapshot.moments.items()}
        about = {"training": self._training, "progress": json.dumps(asdict(snapshot.progress))}
        content = save(tensors, about)
        digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
        path = self.folder / f"{snapshot.progress.step:08d}-{digest}.safetensors"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreError(f"{self.folder} could not be made: {exc}") from exc
        platform.write_atomically(path, content)
        self._prune()
        return path

    def newest(self) -> Snapshot | None:
        """Return the newest whole snapshot of this training, `None` without one."""
        for path in reversed(self._all()):
            try:
                return self._read(path)
            except StoreError as exc:
                log.warning("%s; the one before it is used", exc)
        return None

    def clear(self) -> None:
        """Delete all: the training has ended."""
        for path in [*self._all(), *self.folder.glob("*.tmp")]:
            path.unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()

    def _all(self) -> list[Path]:
        return sorted(self.folder.glob("*-*.safetensors"))

    def _prune(self) -> None:
        for path in [*self._all()[:-KEPT], *self.folder.glob("*.tmp")]:
            path.unlink(missing_ok=True)

    def _read(self, path: Path) -> Snapshot:
        from safetensors import SafetensorError
        from safetensors.torch import load

        try:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest()[:_DIGITS] != path.stem.split("-")[-1]:
                raise StoreError(f"checkpoint {path.name} is damaged")
            # the safetensors format: the length of the header in 8 bytes, the header as JSON
            length = int.from_bytes(content[:8], "little")
            about = json.loads(content[8 : 8 + length])["__metadata__"]
            if about["training"] != self._training:
                raise StoreError(f"checkpoint {path.name} is of another training")
            progress = Progress(**json.loads(about["progress"]))
            tensors = load(content)
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as exc:
            raise StoreError(f"checkpoint {path.name} cannot be read: {exc}") from exc
        weights, moments = (
            {n.removeprefix(kind): t for n, t in tensors.items() if n.startswith(kind)}
            for kind in (_WEIGHT, _MOMENT)
        )
        return Snapshot(progress, weights, moments)
