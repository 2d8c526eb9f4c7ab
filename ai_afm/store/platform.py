"""What the store asks of the operating system, each call with its Windows twin.

Everything that writes raw bytes goes through this module, so that a test can make any single call
fail.
"""

import errno
import os
import shutil
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from ai_afm.errors import StoreError

LOCKED = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
"""Errors of a write into a range that another process has locked (mandatory on Windows only)."""

BLOCK = 1 << 20
REPLACE_DEADLINE = 2.0
_LINUX, _BSD = "hhqqi0q", "qqihh"
"""`struct flock` of fcntl(2): type, whence, start, length, process; on BSD type and whence last."""


def open_write(path: Path) -> int:
    """Open an existing file for raw writing; takes no lock and lets others read."""
    flags = os.O_RDWR
    if sys.platform == "win32":
        flags |= os.O_BINARY | os.O_NOINHERIT
    return os.open(path, flags)


def pwrite(fd: int, content: bytes | memoryview, offset: int) -> None:
    """Write all of `content` (bytes, or a view of bytes) at `offset`.

    Raises
    ------
    OSError
        When the system could not write everything.
    """
    size = len(content)
    done = 0
    while done < size:
        rest = content[done:] if done else content
        if sys.platform == "win32":
            os.lseek(fd, offset + done, os.SEEK_SET)
            written = os.write(fd, rest)
        else:
            written = os.pwrite(fd, rest, offset + done)
        if written <= 0:
            raise OSError(errno.EIO, "the system wrote nothing")
        done += written


def fdatasync(fd: int) -> None:
    """Wait until the file's bytes are on the disk (FlushFileBuffers on Windows)."""
    if sys.platform == "win32" or not hasattr(os, "fdatasync"):
        os.fsync(fd)
    else:
        os.fdatasync(fd)


def preallocate(fd: int, size: int) -> None:
    """Reserve `size` bytes (from the file's start) on the disk, so that later writes find room.

    Without a system call for it (Windows, macOS), zeros are written behind the present end instead.

    Raises
    ------
    OSError
        ENOSPC when there is no room.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, size)
        return
    zeros = bytes(BLOCK)
    for offset in range(os.fstat(fd).st_size, size, BLOCK):
        pwrite(fd, zeros[: min(BLOCK, size - offset)], offset)


def fsync_directory(folder: Path) -> None:
    """Make renames and new names in a folder durable.

    Windows has no such call for folders: NTFS journals its names by itself, nothing is done there.
    """
    if sys.platform != "win32":
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def replace(source: Path, target: Path) -> None:
    """Rename over `target` in one step (MoveFileEx with replacement on Windows).

    Windows refuses while a reader has the target open; readers of ours hold small files for
    milliseconds, so it is tried again for up to `REPLACE_DEADLINE` seconds there.
    """
    if sys.platform == "win32":
        deadline = time.monotonic() + REPLACE_DEADLINE
        while True:
            try:
                os.replace(source, target)
                return
            except PermissionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
    else:
        os.replace(source, target)


def free_space(folder: Path) -> int:
    """Return the bytes that this user can still write on the folder's disk."""
    return shutil.disk_usage(folder).free


def write_atomically(path: Path, content: bytes) -> None:
    """Write a small file so that a reader sees the old one or the new one, also after a power cut.

    Raises
    ------
    StoreError
        When the disk refuses; the old file is untouched and no half file is left.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.touch()
        fd = open_write(temporary)
        try:
            os.ftruncate(fd, 0)
            pwrite(fd, content, 0)
            os.fsync(fd)
        finally:
            os.close(fd)
        replace(temporary, path)
        fsync_directory(path.parent)
    except OSError as exc:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StoreError(f"{path.name} could not be written: {exc}") from exc


class FolderLock:
    """The right to run in a folder, held by one process; the system releases it when that dies.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with FolderLock(Path(name) / "run.lock"):
    ...         FolderLock.is_held(Path(name) / "run.lock")
    True
    """

    def __init__(self, path: Path) -> None:
        try:
            self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as exc:
            raise StoreError(f"{path} cannot be opened: {exc}") from exc
        try:
            _lock(self._fd)
            _show(self._fd)
        except OSError as exc:
            self.release()
            raise StoreError(
                f"{path.parent} is in use by another process; wait or use `ai-afm ctl`"
            ) from exc

    @staticmethod
    def is_held(path: Path) -> bool:
        """Tell whether some process holds the lock, without taking it; no file is created.

        Where the system cannot be asked, the lock is taken for an instant.
        """
        try:
            fd = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise StoreError(f"{path} cannot be opened: {exc}") from exc
        try:
            return _is_locked(fd)
        except OSError:
            return _cannot_be_taken(path)
        finally:
            os.close(fd)

    def release(self) -> None:
        """Give the right back."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _lock(fd: int) -> None:
    """Take the OS lock of an open file without waiting; raises OSError when another holds it."""
    if sys.platform == "win32":
        import msvcrt

        # a byte of its own: only one that is there can be read, which is how others see the lock
        if os.fstat(fd).st_size == 0:
            os.write(fd, b"\0")
        os.lseek(fd, 0, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _show(fd: int) -> None:
    """Let others see the lock that was taken, where the system does not show it by itself.

    Linux answers no question about a lock of `flock`, but it does about one of an open file
    description, which ends with the file as that one does.
    """
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # `flock` holds, whatever a file system makes of this
            fcntl.fcntl(fd, fcntl.F_OFD_SETLK, struct.pack(_LINUX, fcntl.F_WRLCK, 0, 0, 1, 0))


def _is_locked(fd: int) -> bool:
    """Ask the system whether another open file holds the lock; raises OSError where it cannot."""
    if sys.platform == "win32":
        try:
            os.read(fd, 1)
        except PermissionError:  # a locked byte cannot be read
            return True
        return False
    elif sys.platform == "linux":
        import fcntl

        asked = struct.pack(_LINUX, fcntl.F_WRLCK, 0, 0, 1, 0)
        answer = struct.unpack(_LINUX, fcntl.fcntl(fd, fcntl.F_OFD_GETLK, asked))
        return bool(answer[0] != fcntl.F_UNLCK)
    else:  # macOS and BSD keep both kinds of locks in one list
        import fcntl

        asked = struct.pack(_BSD, 0, 1, 0, fcntl.F_WRLCK, 0)
        answer = struct.unpack(_BSD, fcntl.fcntl(fd, fcntl.F_GETLK, asked))
        return bool(answer[3] != fcntl.F_UNLCK)


def _cannot_be_taken(path: Path) -> bool:
    try:
        FolderLock(path).release()
    except StoreError:
        return True
    return False
