"""Files named by the SHA-256 of what they hold: written once, never changed, checked when read."""

import hashlib
import os
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ai_afm.errors import StoreError
from ai_afm.store import platform

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blobs:
    """A folder of such files; any number of processes may read and write it at once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     blobs = Blobs(Path(folder))
    ...     blobs.get(blobs.put(b"wall"))
    b'wall'
    """

    folder: Path

    def path(self, sha256: str) -> Path:
        """Return where such a file lies or will lie.

        Raises
        ------
        StoreError
            When the name is no SHA-256: it could lead out of the folder.
        """
        if not _HASH.fullmatch(sha256):
            raise StoreError(f"{sha256[:80]!r} is no SHA-256")
        return self.folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Store bytes; they are on the disk when this returns.

        Returns
        -------
        str
            Their SHA-256. The same bytes are stored once.

        Raises
        ------
        StoreError
            When the disk refuses; no half file has the name then.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True)
                platform.fsync_directory(self.folder)
            if not path.exists():
                _write_new(path, content)
            # also when another process has just renamed it: its name may not be durable yet
            platform.fsync_directory(path.parent)
        except OSError as exc:
            raise StoreError(f"blob {sha256[:12]} could not be written: {exc}") from exc
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes of such a file.

        Raises
        ------
        StoreError
            When it is missing or holds other bytes than its name says.
        """
        try:
            content = self.path(sha256).read_bytes()
        except OSError as exc:
            raise StoreError(f"blob {sha256[:12]} cannot be read: {exc}") from exc
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(f"blob {sha256[:12]} has been damaged; restore it from a backup")
        return content


def _write_new(path: Path, content: bytes) -> None:
    # one name a thread, so that two writers of the same bytes do not write into each other's file
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        temporary.touch()
        fd = platform.open_write(temporary)
        try:
            os.ftruncate(fd, 0)
            platform.pwrite(fd, content, 0)
            os.fsync(fd)
        finally:
            os.close(fd)
        platform.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
