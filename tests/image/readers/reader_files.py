"""Scan files of every format, written by hand or by the format's own package, for the tests."""

import struct
from pathlib import Path

import gsffile
import gwyfile.objects
import h5py
import numpy as np

LINES, PIXELS = 5, 7
WIDTH, HEIGHT = 7e-6, 10e-6


def height_image() -> np.ndarray:
    """Nothing symmetric in it: every pixel tells its row and column, (5, 7) float32, m."""
    row, column = np.mgrid[:LINES, :PIXELS]
    return ((row * 10 + column + 1) * 1e-9).astype(np.float32)


def phase_image_deg() -> np.ndarray:
    row, column = np.mgrid[:LINES, :PIXELS]
    return np.where(column > row, 170.0, -10.0).astype(np.float32)


def write_ibw(path: Path, order: str = "<", note: str = "", dtype: str = "f4") -> None:
    """An Asylum-like wave of version 5: [x, y upwards, channel], pitch = size / (N - 1)."""
    layers = [height_image(), phase_image_deg()]
    stack = np.stack([im[::-1].T for im in layers], axis=-1).astype(order + dtype)
    pixels, lines, channels = stack.shape
    note = note or (
        "ScanSize: 6e-06\rXOffset: 2e-06\rYOffset: -3e-06\rScanAngle: 90\rScanDown: 0\r"
        "ScanRate: 1.25\rImagingMode:PFM Mode\rDFRTOn: 1\rDriveFrequency: 300000\r"
        "DriveFrequency1: 310000\rDriveAmplitude: 2\rMicroscopeModel:Cypher\r"
    )
    text = note.encode("latin-1")
    names = [b"", b"HeightRetrace", b"Phase1Retrace"]
    labels = b"".join(n.ljust(32, b"\0") for n in names)
    data = stack.tobytes(order="F")
    header = bytearray(384)
    struct.pack_into(order + "h", header, 0, 5)
    sizes = [320 + len(data), 0, len(text), 0, 0, 0, 0, 0, 0, 0, len(labels), 0, 0, 0, 0]
    struct.pack_into(order + "15i", header, 4, *sizes)
    struct.pack_into(order + "i", header, 64 + 12, stack.size)
    struct.pack_into(order + "h", header, 64 + 16, {"f4": 2, "f8": 4}[dtype])
    struct.pack_into(order + "4i", header, 64 + 68, pixels, lines, channels, 0)
    struct.pack_into(order + "4d", header, 64 + 84, 1e-6, 2e-6, 1, 1)
    header[64 + 148 : 64 + 149] = b"m"
    header[64 + 152 : 64 + 153] = b"m"
    header[64 + 156 : 64 + 157] = b"m"
    path.write_bytes(with_checksum(header, order) + data + text + labels)


def with_checksum(header: bytearray, order: str = "<") -> bytes:
    struct.pack_into(order + "h", header, 2, 0)
    total = int(np.frombuffer(bytes(header), order + "i2").sum(dtype=np.int16))
    struct.pack_into(order + "h", header, 2, ((-total + 32768) % 65536) - 32768)
    return bytes(header)


def write_sxm(path: Path, up: bool = False, unscanned: int = 0) -> None:
    """A Nanonis scan: acquisition order, backward mirrored, the last `unscanned` rows NaN."""
    header = (
        ":NANONIS_VERSION:\n2\n:SCANIT_TYPE:\n              FLOAT            MSBFIRST\n"
        f":REC_TEMP:\n      290.0\n:SCAN_PIXELS:\n       {PIXELS}       {LINES}\n"
        f":SCAN_TIME:\n  3.0E-1  1.0E-1\n:SCAN_RANGE:\n  {WIDTH:E}  {HEIGHT:E}\n"
        ":SCAN_OFFSET:\n  1.0E-6  -2.0E-6\n:SCAN_ANGLE:\n  3.0E+1\n"
        f":SCAN_DIR:\n{'up' if up else 'down'}\n:Z-Controller>Setpoint:\n50E-12\n"
        ":DATA_INFO:\n\tChannel\tName\tUnit\tDirection\tCalibration\tOffset\n"
        "\t14\tZ\tm\tboth\t1.0\t0.0\n\t16\tPhase\tdeg\tforward\t1.0\t0.0\n\n"
        ":SCANIT_END:\n\n\n"
    )
    blocks = []
    for image, backward in (
        (height_image(), False),
        (height_image(), True),
        (phase_image_deg(), False),
    ):
        acquired = image[::-1].copy() if up else image.copy()
        acquired[LINES - unscanned :] = np.nan
        blocks.append(acquired[:, ::-1] if backward else acquired)
    path.write_bytes(header.encode() + b"\x1a\x04" + np.stack(blocks).astype(">f4").tobytes())


def write_gwy(path: Path) -> None:
    container = gwyfile.objects.GwyContainer()
    for i, (title, image, unit) in enumerate(
        [("Height", height_image(), "m"), ("Phase", phase_image_deg(), "deg")]
    ):
        field = gwyfile.objects.GwyDataField(image.astype(float), WIDTH, HEIGHT, 1e-6, 2e-6)
        field["si_unit_xy"] = gwyfile.objects.GwySIUnit(unitstr="m")
        field["si_unit_z"] = gwyfile.objects.GwySIUnit(unitstr=unit)
        container[f"/{i}/data"] = field
        container[f"/{i}/data/title"] = title
    container.tofile(str(path))


def write_gsf(path: Path) -> None:
    facts = {"XReal": WIDTH, "YReal": HEIGHT, "XYUnits": "m", "ZUnits": "m", "Title": "Height"}
    target = path if path.suffix == ".gsf" else path.with_suffix(".gsf")
    gsffile.write_gsf(target, height_image(), facts)
    target.rename(path)


def write_npz(path: Path, **more: object) -> None:
    shape = (LINES, PIXELS)
    keys: dict[str, object] = {
        "channels": np.stack([height_image(), phase_image_deg()]),
        "channel_names": np.array(["HeightRetrace", "PhaseRetrace"]),
        "mask": np.eye(*shape, dtype=bool),
        "mask_band": np.ones(shape, bool),
        "labels": np.ones(shape, np.int16),
        "ignore": np.zeros(shape, bool),
        "pixel_size_m": np.array([HEIGHT / LINES, WIDTH / PIXELS]),
        "kind": "domain_wall",
        "use": "full",
        "how": "drawn",
    }
    with path.open("wb") as file:
        np.savez(file, **(keys | more))  # type: ignore[arg-type]


def write_nsid(path: Path, order: str = "xy") -> None:
    """An NSID file; `order` says which dimension comes first."""
    with h5py.File(path, "w") as file:
        for i, (name, image, unit) in enumerate(
            [("HeightTrace", height_image(), "m"), ("PhaseTrace", phase_image_deg(), "deg")]
        ):
            group = file.create_group(f"Measurement_000/Channel_{i}/Channel_{i}")
            # y points up: the first y is the lowest line.
            values = image[::-1].T if order == "xy" else image[::-1]
            data = group.create_dataset(f"Channel_{i}", data=values)
            for key, text in (("quantity", name), ("units", unit), ("data_type", "IMAGE")):
                data.attrs[key] = text
            axes = {"x": np.arange(PIXELS) * 1e-6, "y": np.arange(LINES) * 2e-6}
            for axis, label in enumerate(order):
                scale = group.create_dataset(label, data=axes[label])
                scale.make_scale(label)
                data.dims[axis].attach_scale(scale)
                data.dims[axis].label = label


WRITERS = {
    "ibw": write_ibw,
    "sxm": write_sxm,
    "gwy": write_gwy,
    "gsf": write_gsf,
    "npz": write_npz,
    "nsid": write_nsid,
}
