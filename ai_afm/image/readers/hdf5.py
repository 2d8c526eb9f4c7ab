"""HDF5 files: our own scans, NSID files (pycroscopy) such as converters write, and JPK movies.

In an NSID file each image is a dataset with dimension scales; whether rows or columns come first,
and which end is the top, is read from the scales' names and values: y points up, x to the right.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ai_afm.image import safe_hdf5
from ai_afm.image.readers import asylum, jpk_movie
from ai_afm.image.readers.base import NAN, RawChannel, RawScan, bad, check_size, make_frame
from ai_afm.types import Frame, Measurement

FloatArray = NDArray[np.float64]

_MAGIC = b"\x89HDF\r\n\x1a\n"
_MAX_OBJECTS = 10_000
_MARKS = {"quantity", "units", "data_type"}


class Hdf5Reader:
    """Reads our own scan files, NSID images, and JPK movies."""

    name = "HDF5: ai-afm scan, NSID (.h5) or JPK movie (.h5-jpk)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with the HDF5 signature."""
        return head.startswith(_MAGIC)

    def read(self, path: Path) -> Frame:
        """Read a scan of ours, all NSID images of one shape, or the first frame of a movie."""
        with safe_hdf5.opened(path) as file:
            if jpk_movie.is_movie(file):
                return next(jpk_movie.read_movie(file, path))
            own = isinstance(file.get("entry"), h5py.Group) and "records" in file["entry"]
            if not own:
                return _read_nsid(file, path)
        from ai_afm.image.scan_layout import read_scan

        frame = read_scan(path).frame
        if all(np.isnan(image).all() for image in frame.data.values()):
            raise bad(path, "no line was scanned into this file; give another scan")
        return frame

    def read_frames(self, path: Path) -> Iterator[Frame]:
        """Yield the frames of a JPK movie, the oldest first; of other files the one scan."""
        with safe_hdf5.opened(path) as file:
            if jpk_movie.is_movie(file):
                yield from jpk_movie.read_movie(file, path)
                return
        yield self.read(path)


def _read_nsid(file: h5py.File, path: Path) -> Frame:
    images = list(_images(file, iter(range(_MAX_OBJECTS)), path))
    check_size(path, sum(int(image.nbytes) for image in images))
    if not images:
        raise bad(
            path,
            "the HDF5 file holds neither an ai-afm scan nor NSID images; "
            "convert it to .gwy or NSID",
        )
    header = _header(images[0])
    channels, sizes = [], []
    for dataset in images:
        channel, size = _channel(dataset, header, path)
        channels.append(channel)
        sizes.append(size)
    first = channels[0].image.shape
    same = [i for i, c in enumerate(channels) if c.image.shape == first]
    center, angle, slow, rate = asylum.placement(header)
    if "MicroscopeModel" in header or "ScanSize" in header:
        described = asylum.measurement(header)
    else:
        described = Measurement(extra=tuple(header.items()))
    raw = RawScan(
        tuple(channels[i] for i in same), sizes[same[0]], described, center, angle, slow, rate
    )
    return make_frame(raw, path)


def _images(group: h5py.Group, budget: Iterator[int], path: Path) -> Iterator[h5py.Dataset]:
    """Yield the NSID images: two dimensions, marked with `quantity`, `units` and `data_type`."""
    for key in sorted(group, key=lambda k: (len(k), k)):
        if next(budget, None) is None:
            raise bad(path, f"the HDF5 file has more than {_MAX_OBJECTS} objects; export one scan")
        link = group.get(key, getlink=True)
        # A link out of the file could read any file of the computer; it is never followed.
        if isinstance(link, h5py.ExternalLink):
            raise bad(path, f"{key!r} is a link to another file; copy the data in (h5repack)")
        item = group[key] if isinstance(link, h5py.HardLink) else None
        if isinstance(item, h5py.Group):
            yield from _images(item, budget, path)
        elif isinstance(item, h5py.Dataset) and set(item.attrs) >= _MARKS and item.ndim == 2:
            yield item


def _header(dataset: h5py.Dataset) -> dict[str, str]:
    original = dataset.parent.get("original_metadata")
    if not isinstance(original, h5py.Group):
        return {}
    return {str(key): _text(value) for key, value in original.attrs.items()}


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _channel(
    dataset: h5py.Dataset, header: dict[str, str], path: Path
) -> tuple[RawChannel, tuple[float, float]]:
    _check_stored(dataset, path)
    image = dataset[()]
    scales = _scales(dataset)
    names = [name for name, _ in scales]
    if not np.issubdtype(image.dtype, np.floating) and not np.issubdtype(image.dtype, np.integer):
        raise bad(path, f"{dataset.name} holds {image.dtype}, real numbers are needed")
    if names[0].lower().startswith("x"):
        image, scales = image.T, scales[::-1]
    (_, y), (_, x) = scales
    if y.size > 1 and y[-1] > y[0]:
        image = image[::-1]
    if x.size > 1 and x[-1] < x[0]:
        image = image[:, ::-1]
    name = _text(dataset.attrs["quantity"])
    unit = asylum.channel_unit(name, header) if "ScanSize" in header else "arb"
    # The converter writes metres for every channel that it does not know; Asylum's names tell more.
    if unit == "arb":
        unit = _text(dataset.attrs["units"]) or "arb"
    lines, pixels = image.shape
    return RawChannel(name, unit, image), (pixels * _pitch(x), lines * _pitch(y))


def _check_stored(dataset: h5py.Dataset, path: Path) -> None:
    if dataset.is_virtual or dataset.id.get_create_plist().get_external_count():
        raise bad(
            path,
            f"{dataset.name} is stored in another file; such data are not read, "
            "copy them into the file (h5repack)",
        )
    allocated = dataset.id.get_storage_size()
    if dataset.chunks is None and allocated < dataset.nbytes:
        raise bad(
            path,
            f"{dataset.name} declares {dataset.nbytes} bytes, {allocated} are stored; "
            "the file is damaged, copy it again",
        )


def _scales(dataset: h5py.Dataset) -> list[tuple[str, FloatArray]]:
    """Return name and values of both axes; an empty array where the file has no scale for one.

    NSID keeps the scales beside the image under the axes' names. They are found by name, since the
    HDF5 library's own functions for scales crash the process on damaged files.
    """
    labels = [_text(label) for label in np.ravel(dataset.attrs.get("DIMENSION_LABELS", ()))]
    if len(labels) != 2 or not all(labels):
        labels = ["y", "x"]
    scales = []
    for label, count in zip(labels, dataset.shape, strict=True):
        scale = dataset.parent.get(label)
        usable = isinstance(scale, h5py.Dataset) and scale.shape == (count,)
        if usable and not scale.is_virtual and not scale.id.get_create_plist().get_external_count():
            scales.append((label, np.asarray(scale[()], np.float64)))
        else:
            scales.append((label, np.empty(0)))
    return scales


def _pitch(scale: FloatArray) -> float:
    pitch = abs(float(scale[-1] - scale[0])) / (scale.size - 1) if scale.size > 1 else NAN
    return pitch if math.isfinite(pitch) and pitch > 0 else NAN
