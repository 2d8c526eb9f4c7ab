"""Filling and emptying the log beside a scan file (see `ai_afm.image.redo_log`)."""

import errno
import os
from pathlib import Path

from ai_afm.image import redo_log
from ai_afm.store import platform


def append(scan_file: Path, content: bytes, offset: int) -> None:
    """Keep a write that belongs at `offset` of the scan file; it is on the disk when this returns.

    Raises
    ------
    OSError
        When the system refuses.
    """
    with redo_log.log_path(scan_file).open("ab", buffering=0) as file:
        platform.pwrite(file.fileno(), redo_log.pack(offset, content), file.tell())
        os.fsync(file.fileno())


def apply(scan_file: Path) -> int:
    """Write the entries of a scan file's redo log into it and remove the log; may be repeated.

    Returns
    -------
    int
        Number of entries; 0 when there is no log.

    Raises
    ------
    OSError
        When the system refuses; log and file stay as they are valid.
    """
    log = redo_log.log_path(scan_file)
    if not log.exists():
        return 0
    fd = platform.open_write(scan_file)
    try:
        size = os.fstat(fd).st_size
        count = 0
        for offset, content in redo_log.entries(log.read_bytes()):
            if offset + len(content) > size:
                raise OSError(errno.EINVAL, f"{log.name} points beyond the end of {scan_file.name}")
            platform.pwrite(fd, content, offset)
            count += 1
        os.fsync(fd)
    finally:
        os.close(fd)
    log.unlink()
    platform.fsync_directory(log.parent)
    return count
