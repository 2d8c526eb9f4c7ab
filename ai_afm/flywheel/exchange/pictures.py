"""Labels as images: indexed PNG and TIFF of integers, exact both ways.

The size that a file declares is compared with the window before anything is decoded.
"""

import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from ai_afm.errors import BadInput
from ai_afm.flywheel.records import Label, check_label
from ai_afm.image.export.mask import PALETTE

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INDEXED = 3
_BROKEN = (OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError, MemoryError)


def read_png(content: bytes, shape: tuple[int, int], palette: Mapping[str, Sequence[int]]) -> Label:
    """Return the class codes in an indexed PNG.

    Parameters
    ----------
    content
        The file.
    shape
        (lines, pixels) that it must have.
    palette
        Class code -> colour, of the sidecar. A program that has put the colours into another order
        is understood by its colours; as long as the order is ours, the pixel value is the code.

    Raises
    ------
    BadInput
        When it is no sound indexed PNG, of another size, or shows a colour of no class.
    """
    if len(content) < 33 or not content.startswith(_SIGNATURE) or content[12:16] != b"IHDR":
        raise BadInput("no PNG file")
    width, height, depth, colour = struct.unpack(">IIBB", content[16:26])
    if (height, width) != shape:
        raise BadInput(f"the PNG has {height} lines of {width} px, the window {shape}")
    if colour != _INDEXED or depth > 8:
        raise BadInput(f"the PNG is not indexed with 8 bits (colour type {colour}, {depth} bits)")
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.load()
            index = np.asarray(image)
            colours = image.getpalette("RGB") or []
    except _BROKEN as exc:
        raise BadInput(f"the PNG is damaged: {exc}") from exc
    if index.shape != shape or index.dtype != np.uint8:
        raise BadInput("the PNG is damaged: it holds another image than it says")
    return check_label(_codes(index, np.reshape(colours, (-1, 3)), palette), shape)


def _codes(
    index: NDArray[np.uint8], colours: NDArray[Any], palette: Mapping[str, Sequence[int]]
) -> NDArray[Any]:
    """Return the class code of each pixel, by value where the palette is ours, else by colour."""
    own = {int(code): tuple(colour) for code, colour in (palette or _OWN).items()}
    shown = {i: tuple(int(c) for c in colour) for i, colour in enumerate(colours)}
    used = np.unique(index).tolist()
    if all(shown.get(i, own[i]) == own[i] for i in used if i in own) and set(used) & set(own):
        return index
    by_colour = {colour: code for code, colour in own.items()}
    table = np.zeros(256, np.int64)
    for value in used:
        if shown.get(value) not in by_colour:
            raise BadInput(f"the PNG has the unknown class {value} of colour {shown.get(value)}")
        table[value] = by_colour[shown[value]]
    return table[index]


_OWN = {str(int(code)): colour for code, colour in PALETTE.items()}
_PLAIN, _DEFLATE = 1, (8, 32946)
_TIFF_BROKEN = (
    *_BROKEN,
    tifffile.TiffFileError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
    ZeroDivisionError,
    RuntimeError,
    NotImplementedError,
)


def read_tiff(content: bytes, shape: tuple[int, int]) -> Label:
    """Return the class codes in a TIFF of integers, as napari writes labels.

    Raises
    ------
    BadInput
        When it is no sound TIFF of one page of integers, of another size, compressed with anything
        but deflate, unpacks to more than it says, or holds a value that is no class.
    """
    try:
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            page = file.pages[0]
            if not isinstance(page, tifffile.TiffPage):
                raise BadInput("the TIFF has no page")
            _check_page(page, content, shape)
            if _has_more(file):
                raise BadInput("the TIFF has several pages, a label is one")
            label = page.asarray()
    except BadInput:
        raise
    except _TIFF_BROKEN as exc:
        raise BadInput(f"no sound TIFF file: {str(exc)[:200]}") from exc
    return check_label(label, shape)


def _has_more(file: tifffile.TiffFile) -> bool:
    try:
        file.pages[1]
    except IndexError:
        return False
    return True


def _check_page(page: tifffile.TiffPage, content: bytes, shape: tuple[int, int]) -> None:
    """Refuse a page by what it declares, before it is decoded."""
    if page.shape != shape:
        raise BadInput(f"the TIFF has the shape {page.shape}, the window {shape}")
    if page.dtype is None or page.dtype.kind not in "iu":
        raise BadInput(f"the TIFF holds {page.dtype} values, class codes are integers")
    if page.compression != _PLAIN and page.compression not in _DEFLATE:
        raise BadInput(f"the TIFF is compressed with {page.compression!s}; use deflate or none")
    chunk = int(np.prod(page.chunks, dtype=object)) * page.dtype.itemsize
    if chunk > 16 * max(shape[0] * shape[1], 1 << 16) * page.dtype.itemsize:
        raise BadInput(f"the TIFF declares pieces of {chunk} bytes")
    for offset, size in zip(page.dataoffsets, page.databytecounts, strict=True):
        if offset < 0 or size < 0 or offset + size > len(content):
            raise BadInput("the TIFF is cut off")
        if page.compression in _DEFLATE:
            unpacked = zlib.decompressobj().decompress(content[offset : offset + size], chunk + 1)
            if len(unpacked) > chunk:
                raise BadInput(f"the TIFF unpacks to more than the {chunk} bytes that it declares")


def write_tiff(path: Path, label: Label) -> None:
    """Write a label as int32, which napari takes for a labels layer."""
    tifffile.imwrite(path, label.astype(np.int32), compression="zlib", metadata=None)


def write_channel(path: Path, image: NDArray[np.float32]) -> None:
    """Write a channel for looking at: .tif as it is (float32), .png as 8-bit grey, 1 to 99 %."""
    if path.suffix == ".tif":
        tifffile.imwrite(path, image, compression="zlib", metadata=None)
        return
    known = image[np.isfinite(image)]
    low, high = np.percentile(known, (1, 99)) if known.size else (0.0, 1.0)
    grey = np.clip((np.nan_to_num(image, nan=low) - low) / (high - low or 1.0), 0, 1)
    Image.fromarray(np.rint(255 * grey).astype(np.uint8)).save(path)
