"""Small HDF5 files that are written in one go: built in memory, then put in place by a rename."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from ai_afm import __version__
from ai_afm.store import platform


def write(path: Path, file_format: str, version: int, fill: Callable[[h5py.File], None]) -> None:
    """Write an HDF5 file so that a reader sees the old one, or the new one, and never a part.

    Parameters
    ----------
    path
        Where; replaced when it exists.
    file_format, version
        Root attributes `format` and `format_version`.
    fill
        Puts groups, datasets and attributes into the open file.

    Raises
    ------
    StoreError
        When the disk refuses; the old file is untouched.
    """
    with h5py.File(path.name, "w", driver="core", backing_store=False, libver="earliest") as file:
        file.attrs.update({"NX_class": "NXroot", "default": "entry"})
        file.attrs["format"] = np.bytes_(file_format)
        file.attrs.update({"format_version": version, "creator": f"ai-afm {__version__}"})
        file.create_group("entry").attrs["NX_class"] = "NXentry"
        fill(file)
        file.flush()
        image = file.id.get_file_image()
    platform.write_atomically(path, image)


def put_text(file: h5py.File, name: str, content: str) -> None:
    """Store a text of any length as a scalar dataset of /entry."""
    raw = content.encode()
    kind = h5py.string_dtype("utf-8", max(len(raw), 1))
    file["entry"].create_dataset(name, data=np.array(raw, kind))
