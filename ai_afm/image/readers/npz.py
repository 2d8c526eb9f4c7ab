"""NumPy archives (.npz) with the keys of the reference maps: channels, mask, pixel_size_m, ...

No pickle is ever loaded, and an array is only made when the archive really holds its bytes.
"""

import io
import lzma
import math
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.errors import BadInput
from ai_afm.image.readers.base import (
    MAX_BYTES,
    NAN,
    RawChannel,
    RawScan,
    bad,
    check_size,
    make_frame,
    truncated,
)
from ai_afm.types import Frame, Measurement, SlowDirection
from ai_afm.types.codec import loads

_ARRAYS = {"channels", "mask", "mask_band", "labels", "ignore", "pixel_size_m", "center_m"}
_MAX_MEMBERS = 1000
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A scan with a reference map of its walls or boundaries, all in one orientation.

    Parameters
    ----------
    frame
        The scan.
    mask, mask_band
        (lines, pixels) bool: the wall as a line of 1 px and of 3 px.
    labels
        (lines, pixels) int32: domains (-1, 1) or grains (1..n), 0 unknown; class codes where
        `kind` is "classes".
    ignore
        (lines, pixels) bool: where the reference is unsure.
    kind, use, how
        "domain_wall" or "grain_boundary"; "full" or "recall_only"; how it was made.
    """

    frame: Frame
    mask: NDArray[np.bool_]
    mask_band: NDArray[np.bool_]
    labels: NDArray[np.int32]
    ignore: NDArray[np.bool_]
    kind: str
    use: str
    how: str


class NpzReader:
    """Reads archives with the keys of the reference maps."""

    name = "NumPy archive with channels (.npz)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins as a zip archive."""
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def read(self, path: Path) -> Frame:
        """Read the channels of an archive; for the maps see `read_reference`."""
        return _frame(read_arrays(path), path)


def read_reference(path: Path) -> Reference:
    """Read a scan with its reference map.

    Without `mask_band` the band is the line and its neighbours; without `labels` or `ignore`
    nothing is labelled or ignored.

    Raises
    ------
    BadInput
        When the archive is damaged, has no `mask` or `kind`, or its arrays do not fit each other.
    """
    arrays = read_arrays(path)
    frame = _frame(arrays, path)
    for key in ("mask", "kind"):
        if key not in arrays:
            raise bad(path, f"the key {key!r} is missing; a reference map needs it")
    nothing = np.zeros(frame.shape, np.uint8)
    band = ndimage.binary_dilation(np.asarray(arrays["mask"], np.bool_), np.ones((3, 3), np.bool_))
    arrays = {"mask_band": band, "labels": nothing, "ignore": nothing} | arrays
    maps = {}
    for key in ("mask", "mask_band", "labels", "ignore"):
        if arrays[key].shape != frame.shape:
            raise bad(
                path,
                f"{key} has the shape {arrays[key].shape}, the scan {frame.shape}; "
                "both must be the same image",
            )
        maps[key] = arrays[key]
    labels = maps.pop("labels")
    if not np.issubdtype(labels.dtype, np.integer):
        raise bad(path, f"labels are {labels.dtype}, integers are needed")
    return Reference(
        frame,
        maps["mask"].astype(np.bool_),
        maps["mask_band"].astype(np.bool_),
        labels.astype(np.int32),
        maps["ignore"].astype(np.bool_),
        *(_text(arrays, key) for key in ("kind", "use", "how")),
    )


def read_arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return all arrays of an archive, none of them an object array, 2 GiB together at most."""
    try:
        check_size(path, path.stat().st_size, "is")
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            check_size(path, sum(m.file_size for m in members))
            if len(members) > _MAX_MEMBERS:
                raise bad(path, f"{len(members)} members, {_MAX_MEMBERS} is the limit")
            return {
                m.filename.removesuffix(".npy"): _array(archive, m, path)
                for m in members
                if m.filename.endswith(".npy")
            }
    except _BROKEN as exc:
        raise bad(
            path, f"not a sound npz archive ({exc}): it is truncated or damaged; copy it again"
        ) from exc
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read ({exc.strerror or exc}); check the path") from exc


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> NDArray[np.generic]:
    with archive.open(member) as stream:
        content = stream.read(MAX_BYTES + 1)
    buffer = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(buffer)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read_header(buffer)
    except (
        ValueError,
        KeyError,
        SyntaxError,
        TypeError,
        UnicodeDecodeError,
        RecursionError,
    ) as exc:
        raise bad(path, f"{member.filename} is no sound array ({exc}); copy it again") from exc
    if dtype.hasobject:
        raise bad(
            path,
            f"{member.filename} holds Python objects (pickle); they are never loaded, "
            "save plain numbers and texts",
        )
    if any(n < 0 for n in shape):
        raise bad(path, f"{member.filename} has the shape {shape}; copy it again")
    need = math.prod(shape) * dtype.itemsize
    check_size(path, need)
    if need > len(content) - buffer.tell():
        raise truncated(path, need, len(content) - buffer.tell(), f"{member.filename} {shape}")
    if need == 0:
        return np.empty(shape, dtype)
    flat = np.frombuffer(content, dtype, math.prod(shape), buffer.tell())
    return flat.reshape(shape, order="F" if fortran else "C")


def _frame(arrays: dict[str, NDArray[np.generic]], path: Path) -> Frame:
    missing = {"channels", "channel_names"} - set(arrays)
    if missing:
        raise bad(
            path,
            f"the keys {', '.join(sorted(missing))} are missing; a scan needs channels "
            "(C, lines, pixels) and channel_names (C,)",
        )
    stack, names = arrays["channels"], [str(n) for n in np.ravel(arrays["channel_names"])]
    if not (np.issubdtype(stack.dtype, np.floating) or np.issubdtype(stack.dtype, np.integer)):
        raise bad(path, f"channels are {stack.dtype}, real numbers are needed")
    if stack.ndim != 3 or len(stack) != len(names):
        raise bad(
            path,
            f"channels have the shape {stack.shape} with {len(names)} names; "
            "(C, lines, pixels) with C names is needed",
        )
    units = [str(u) for u in np.ravel(arrays["units"])] if "units" in arrays else []
    units += ["arb"] * (len(names) - len(units))
    dy, dx = _numbers(arrays, "pixel_size_m", 2, path) or (NAN, NAN)
    x, y = _numbers(arrays, "center_m", 2, path) or (0.0, 0.0)
    (angle,) = _numbers(arrays, "angle_rad", 1, path) or (0.0,)
    (rate,) = _numbers(arrays, "line_rate_hz", 1, path) or (NAN,)
    _, lines, pixels = stack.shape
    up = _text(arrays, "slow_direction") == SlowDirection.UP
    facts = tuple(
        (key, str(value)) for key, value in arrays.items() if value.ndim == 0 and key not in _ARRAYS
    )
    raw = RawScan(
        tuple(RawChannel(n, u, i) for n, u, i in zip(names, units, stack, strict=False)),
        (pixels * dx, lines * dy),
        _measurement(arrays, facts),
        (x, y),
        angle,
        SlowDirection.UP if up else SlowDirection.DOWN,
        rate if rate > 0 else NAN,
    )
    return make_frame(raw, path)


def _measurement(
    arrays: dict[str, NDArray[np.generic]], facts: tuple[tuple[str, str], ...]
) -> Measurement:
    try:
        stored = loads(_text(arrays, "measurement"))
    except BadInput:
        stored = None
    return stored if isinstance(stored, Measurement) else Measurement(extra=facts)


def _numbers(
    arrays: dict[str, NDArray[np.generic]], key: str, count: int, path: Path
) -> tuple[float, ...] | None:
    if key not in arrays:
        return None
    values = np.ravel(arrays[key])
    if values.size != count or not np.issubdtype(values.dtype, np.number):
        raise bad(path, f"{key} is {values}, {count} number(s) are needed")
    return tuple(float(v) for v in values.astype(float))


def _text(arrays: dict[str, NDArray[np.generic]], key: str) -> str:
    return str(arrays[key]) if key in arrays and arrays[key].ndim == 0 else "unknown"
