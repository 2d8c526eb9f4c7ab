"""Files of instrument makers' formats, written from the published layouts, for the tests."""

import math
import struct
from pathlib import Path

import h5py
import numpy as np

LINES, PIXELS = 5, 7
FRAMES = 3


def steps(offset: int = 0) -> np.ndarray:
    """Nothing symmetric in it: every pixel tells its row and column; (5, 7) int16, image order."""
    row, column = np.mgrid[:LINES, :PIXELS]
    return (row * 10 + column + 1 + offset).astype(np.int16)


def write_nanoscope(path: Path, version: str = "0x05310001", **changes: str) -> None:
    """Height (trace) and phase (retrace), rows from the bottom; 10 V x 20 nm/V over 2^16 steps."""
    wide = int(version, 16) >= 0x09200000
    dtype = "<i4" if wide else "<i2"
    start, size = 2048, LINES * PIXELS * (4 if wide else 2)
    lists = {
        "": [
            f"\\Version: {version}",
            "\\*Equipment list",
            "\\Microscope: D3100",
            "\\*Scanner list",
            "\\@Sens. Zscan: V 20.00000 nm/V",
            "\\*Ciao scan list",
            "\\Scan size: 7 ~m",
            "\\X offset: 2000 nm",
            "\\Y offset: -3 ~m",
            "\\Rotate Ang.: 0.5",
            "\\Scan rate: 1.25",
            f"\\Lines: {LINES}",
            '\\@InterleaveList: S [InterleaveOffMode] "Disabled"',
            '\\@MicroscopeList: S [TMMode] "Tapping"',
            "\\@Sens. Phase: V 1.000000 ",
            "\\@2:Drive frequency: V (0.0000058208 kHz/LSB) 300.0000 kHz",
            "\\@2:Drive amplitude: V (0.6103516 mV/LSB) 500.0000 mV",
        ]
    }
    scales = [
        ('S [Height] "Height"', "V [Sens. Zscan] (0.006713765 V/LSB) 10.00000 V", "Trace"),
        ('S [Phase] "Phase"', "V [Sens. Phase] (0.005493164 º/LSB) 360.0000 º", "Retrace"),
    ]
    text = ["\\*File list", *lists[""]]
    for i, (name, scale, way) in enumerate(scales):
        text += [
            "\\*Ciao image list",
            f"\\Data offset: {start + i * size}",
            f"\\Data length: {size}",
            "\\Bytes/pixel: 2",
            "\\Frame direction: Up",
            f"\\Samps/line: {PIXELS}",
            f"\\Number of lines: {LINES}",
            "\\Scan size: 7 10 ~m",
            "\\Scan line: Main",
            f"\\Line direction: {way}",
            f"\\@2:Image Data: {name}",
            f"\\@2:Z scale: {scale}",
        ]
    header = "\r\n".join([*text, "\\*File list end", ""])
    for old, new in changes.items():
        header = header.replace(OLD[old], new)
    content = header.encode("latin-1") + b"\x1a"
    images = b"".join(image[::-1].astype(dtype).tobytes() for image in (steps(), steps(100)))
    path.write_bytes(content.ljust(start, b"\0") + images)


OLD = {
    "size": "\\Scan size: 7 10 ~m",
    "scale": "V [Sens. Zscan] (0.006713765 V/LSB) 10.00000 V",
    "soft": "V 20.00000 nm/V",
    "line": "\\Scan line: Main",
    "interleave": 'S [InterleaveOffMode] "Disabled"',
    "images": "\\*Ciao image list",
    "pixels": f"\\Samps/line: {PIXELS}",
}


def write_jpk(path: Path, reflected: int = 0, order: str = ">", **slot: object) -> None:
    """Height trace and retrace, rows from the bottom, 2 nm a step and 1 um on top."""
    thumbnail = {
        0x8000: "6.0.41",
        0x8001: 2.0,
        0x8003: "2017-01-16 16:00:32.334 GMT",
        0x8030: "contact",
        0x8040: 2e-6,
        0x8041: -3e-6,
        0x8042: 7e-6,
        0x8043: 10e-6,
        0x8044: 0.5,
        0x8045: reflected,
        0x8049: 1.25,
    }
    slots: dict[int, object] = {
        0x8080: 2,
        0x8081: "nominal",
        0x8090: "raw",
        0x80A3: "NullScaling",
        0x80C0: "nominal",
        0x80D2: "m",
        0x80D3: slot.get("scaling", "LinearScaling"),
        0x80D4: 2e-9,
        0x80D5: 1e-6,
    }
    pages = [
        (thumbnail, np.zeros((2, 3), np.uint8)),
        ({0x8050: "height", 0x8051: 0, 0x8052: "Height", **slots}, steps()),
        ({0x8050: "height", 0x8051: 1, 0x8052: "Height", **slots}, steps(100)),
    ]
    stored = [(tags, image if reflected else image[::-1]) for tags, image in pages]
    path.write_bytes(tiff([(t, i.astype(i.dtype.newbyteorder(order))) for t, i in stored], order))


def tiff(pages: list[tuple[dict[int, object], np.ndarray]], order: str = ">") -> bytes:
    """Pages in two strips each, the first directory right behind the file's head."""
    out = bytearray((b"MM\0*" if order == ">" else b"II*\0") + struct.pack(f"{order}I", 8))
    link = 4
    for tags, image in pages:
        out += b"\0" * (len(out) % 2)
        struct.pack_into(f"{order}I", out, link, len(out))
        lines, pixels = image.shape
        first = lines // 2
        every: dict[int, object] = {
            256: pixels,
            257: lines,
            258: image.dtype.itemsize * 8,
            259: 1,
            273: (0, 0),
            277: 1,
            278: first,
            279: (first * pixels * image.dtype.itemsize, (lines - first) * pixels * image.itemsize),
            339: 2 if image.dtype.kind == "i" else 1,
            **tags,
        }
        at = len(out)
        link = at + 2 + 12 * len(every)
        out += struct.pack(f"{order}H", len(every)) + bytes(12 * len(every) + 4)
        starts = (len(out), len(out) + first * pixels * image.dtype.itemsize)
        out += image.tobytes()
        for place, tag in enumerate(sorted(every)):
            value = starts if tag == 273 else every[tag]
            code, count, raw = _packed(value, order)
            entry = at + 2 + 12 * place
            struct.pack_into(f"{order}HHI", out, entry, tag, code, count)
            if len(raw) <= 4:
                out[entry + 8 : entry + 8 + len(raw)] = raw
            else:
                struct.pack_into(f"{order}I", out, entry + 8, len(out))
                out += raw
    return bytes(out)


def _packed(value: object, order: str) -> tuple[int, int, bytes]:
    if isinstance(value, str):
        raw = value.encode() + b"\0"
        return 2, len(raw), raw
    if isinstance(value, bytes):
        return 1, len(value), value
    if isinstance(value, float):
        return 12, 1, struct.pack(f"{order}d", value)
    numbers = value if isinstance(value, tuple) else (value,)
    return 4, len(numbers), struct.pack(f"{order}{len(numbers)}I", *numbers)


def write_jpk_movie(path: Path, **changes: object) -> None:
    """Three frames of height and phase, rows from the bottom."""
    with h5py.File(path, "w") as file:
        file.attrs["file-format-info"] = np.bytes_("JPK SCAN")
        group = file.create_group("Measurement_000")
        grid = {
            "ilength": PIXELS,
            "jlength": LINES,
            "ulength": 7e-6,
            "vlength": 10e-6,
            "xcenter": 2e-6,
            "ycenter": -3e-6,
            "theta": 0.5,
            "reflect": np.bytes_("false"),
            "unit.unit": np.bytes_("m"),
        }
        for key, value in grid.items():
            group.attrs[f"position-pattern.grid.{key}"] = changes.get(key, value)
        group.attrs["timing-settings.scanRate"] = 40.0
        group.attrs["start-time"] = np.bytes_("2025-05-28 14:41:58.548 +0100")
        for i, (name, unit, times) in enumerate([("height", "m", 2e-9), ("phase", "deg", 1.0)]):
            channel = group.create_group(f"Channel_{i:03d}")
            texts = {
                "channel.name": name,
                "retrace": "false",
                "net-encoder.scaling.type": changes.get("scaling", "linear"),
                "net-encoder.scaling.unit.unit": unit,
            }
            for key, value in texts.items():
                channel.attrs[key] = np.bytes_(str(value))
            channel.attrs["net-encoder.scaling.multiplier"] = times
            channel.attrs["net-encoder.scaling.offset"] = 0.0
            columns = [steps(100 * n)[::-1].ravel().astype("<i4") for n in range(FRAMES)]
            channel.create_dataset("thumbnail", data=np.zeros((4, 1), "<i4"))
            channel.create_dataset(name.title(), data=np.stack(columns, axis=1))


def write_asd(path: Path, version: int = 0, **changes: float) -> None:
    """A blank frame and two recorded ones of topography and phase; 5 V bipolar over 12 bits."""
    f = {"bits": 12, "range": 0x40000, "frames": FRAMES, "phase": 0.0, "header": 32} | changes
    name, comment = b"someone\0", b"mica"
    whole = (f["range"], f["bits"])
    if version == 0:
        fixed = struct.pack("<i2s2s", 0, b"TP", b"PH")
        head = struct.pack("<iiiii", 131, f["header"], len(name), 88, len(comment))
        head += struct.pack("<hhhhfffIi", PIXELS, LINES, 7000, 10000, 20.0, 45.0, 2.0, *whole)
        head += struct.pack("<?ihhBBBBBB", True, 1, 0, 2022, 7, 15, 16, 8, 30, 15)
        head += struct.pack("<ff12xiiih", 9900.0, 4500.0, FRAMES, f["frames"], 0, 1)
        head += name + struct.pack("<ffi", 0.0, f["phase"], 10) + bytes(88) + comment
        size = 131 + 88 + len(comment)
        content = (fixed + head).ljust(size, b"\0")[:size]
    else:
        head = struct.pack("<iiii", f["header"], 932, len(name), len(comment))
        head += struct.pack("<4s4siiii", b"TP", b"PH", FRAMES, f["frames"], 1, 1)
        head += struct.pack("<iiii?i", PIXELS, LINES, 7000, 10000, True, 1)
        head += struct.pack("<iiiiiiii", 2022, 7, 15, 16, 8, 30, 10, 1)
        head += struct.pack("<fffi12xi", 20.0, 0.0, f["phase"], 0, 2)
        head += struct.pack("<Iiffffff", *whole, 867.0, 3345.0, 8.67, 33.45, 45.0, 2.0)
        tail = name + comment + (bytes(40) if version == 2 else b"")
        content = struct.pack("<ii", version, 8 + len(head) + len(tail)) + head + tail
    blank = np.zeros((LINES, PIXELS), "<i2")
    for offset in (0, 1000):
        for image in (blank, steps(offset), steps(offset + 100)):
            content += bytes(32) + image.astype("<i2").tobytes()
    path.write_bytes(content)


def write_wsxm(path: Path, kind: str = "short", **changes: str) -> None:
    """Stored turned by half a turn; 100 nm from the smallest to the largest step."""
    image = steps()[::-1, ::-1]
    low, high = int(image.min()), int(image.max())
    types = {"short": "<i2", "integer": "<i4", "float": "<f4", "double": "<f8"}
    lines = [
        "WSxM file copyright UAM",
        "SxM Image file",
        "Image header size: 00000",
        "",
        "[Control]",
        "    Angle: 90",
        "    Set Point: -372 mV",
        "    X Amplitude: 7 µm",
        "    X Offset: -712.919 nm",
        "    X-Frequency: 1.25 Hz",
        "    Y Amplitude: 10000 nm",
        "[General Info]",
        "    Acquisition channel: Topography",
        f"    Image Data Type: {kind}",
        f"    Number of columns: {PIXELS}",
        f"    Number of rows: {LINES}",
        "    X scanning direction: Backward",
        "    Y scanning direction: Up",
        "    Z Amplitude: 100 nm",
        "[Miscellaneous]",
        f"    Maximum: {high}",
        f"    Minimum: {low}",
        "[Header end]",
        "",
    ]
    text = "\r\n".join(lines)
    for old, new in changes.items():
        text = text.replace({"type": "SxM Image file", "z": "100 nm"}[old], new)
    header = text.encode("latin-1")
    header = header.replace(b"00000", f"{len(header):05d}".encode())
    path.write_bytes(header + image.astype(types[kind]).tobytes())


def write_park(path: Path, version: int = 2, **changes: object) -> None:
    """Height, rows from the bottom; 2 nm a step with a gain of 0.5 and 1 um on top before it."""

    def text(value: str, size: int) -> bytes:
        return value.encode("utf-16-le").ljust(size, b"\0")

    f = {"unit": "um", "lines": LINES, "forward": 1, "kind": 1, "type": 0} | changes
    head = struct.pack("<I", f["type"]) + text("Z Height", 64) + text("Tapping", 16)
    head += struct.pack("<dIIIIdId", 0.0, 0, 0, PIXELS, f["lines"], math.degrees(0.5), 0, 0.0)
    head += struct.pack("<III", f["forward"], 1, 0)
    head += struct.pack("<dddddd", 7.0, 10.0, 2.0, -3.0, 1.25, 13.5) + text("nm", 16)
    head += struct.pack("<ddddd", 0.0, 0.0, 0.5, 4e-3, 1.0) + text(str(f["unit"]), 16)
    head += struct.pack("<iiiIII", 0, 0, 0, 0, 0, 0)
    if version == 2:
        head += struct.pack("<dd", 1.0, 1.0) + bytes(48) + struct.pack("<III", f["kind"], 0, 0)
        head += struct.pack("<dd", 25.0, 288e3) + text("NCHR", 32)
    dtype = {0: "<i2", 1: "<i4", 2: "<f4"}[int(f["kind"]) % 3 if version == 2 else 0]
    tags = {
        50432: 0x0E031301,
        50433: 0x1000000 + version,
        50434: steps()[::-1].astype(dtype).tobytes(),
        50435: head,
    }
    path.write_bytes(tiff([(tags, np.zeros((2, 3), np.uint8))], "<"))


def write_keysight(path: Path, kind: str = "BINARY_32", **changes: str) -> None:
    """Height (trace) and friction (retrace), rows from the bottom; 2 um and 10 V full range."""
    common = {
        "fileType": "Image",
        "version": "PicoView 1.12",
        "mode": "Contact AFM",
        "xPixels": f"{PIXELS}",
        "yPixels": f"{LINES}",
        "xOffset": "2e-6",
        "yOffset": "-3e-6",
        "xLength": "7e-6",
        "yLength": "1.0000000000000001e-005",
        "scanUp": "TRUE",
        "scanSpeed": "1.25",
        "scanAngle": f"{math.degrees(0.5)!r}",
    }
    lines = [f"{key:14s}{value}" for key, value in (common | changes).items()]
    for label, span, unit, way in (
        ("Topography", changes.get("range", "2.0"), "um", "Trace"),
        ("Friction", "10.0", "V", "Retrace"),
    ):
        lines += [f"bufferLabel   {label}", f"bufferRange   {span}", f"bufferUnit    {unit}"]
        lines += [f"trace         {way}", "  a line that continues another"]
    header = "\n".join([*lines, f"data          {kind}", ""])
    dtype = "<i2" if kind == "BINARY" else "<i4"
    images = b"".join(image[::-1].astype(dtype).tobytes() for image in (steps(), steps(100)))
    path.write_bytes(header.encode() + images)


def write_nanosurf(path: Path, bits: int = 32, sign: str = "Signed", **changes: str) -> None:
    """Height forward and backward, rows from the bottom; -5 um to 5 um full range."""
    facts = {
        "Points": f"{PIXELS}",
        "Lines": f"{LINES}",
        "Dim0Unit": "m",
        "Dim0Range": "7e-06",
        "Dim1Unit": "um",
        "Dim1Range": "10",
        "Dim2Name": "Z-Axis",
        "Dim2Unit": "um",
        "Dim2Range": "10",
        "Dim2Min": "-5",
        "SaveMode": "Binary",
        "SaveBits": f"{bits}",
        "SaveSign": sign,
        "SaveOrder": "Intel",
    } | changes
    lines = ["[DataSet]", "GroupCount=2", "Gr0-Count=2", "Gr0-Ch0=DataSet-0:0"]
    lines += ["Gr0-Ch1=DataSet-0:1", "Gr1-Ch0=DataSet-1:0", "", "[DataSet-Info]"]
    lines += ["Scan direction=Up", "Time/Line=400ms", "X-Pos=2um", "Y-Pos=-3e-6 m"]
    lines += [f"Rotation={math.degrees(0.5)!r}", "Head type=DriveAFM"]
    for group, frame in ((0, "Scan forward"), (1, "Scan backward")):
        lines += [f"[DataSet-{group}:0]", f"Frame={frame}"]
        lines += [f"{key}={value}" for key, value in facts.items()]
    dtype = f"<{'i' if sign == 'Signed' else 'u'}{bits // 8}"
    images = b"".join(image[::-1].astype(dtype).tobytes() for image in (steps(), steps(100)))
    path.write_bytes("\r\n".join([*lines, "", "#!"]).encode() + images)


def write_mdt(path: Path, kind: int = 106, number: int = -2, **changes: object) -> None:
    """A text frame, then height forward and backward, rows from the bottom; 2 nm a step + 1 um."""
    text = b"a note of the night"
    frames = [(3, text)]
    for title, offset in (("1F:Height", 0), ("1B:Height", 100)):
        calibrations = b"".join(
            _calibration(*calibration)
            for calibration in (
                (changes.get("unit", "um"), 0.0, 1.0, PIXELS - 1, 1),
                ("um", 0.0, -2.0, int(changes.get("lines", LINES)) - 1, 1),
                ("nm", 1000.0, 2.0, -1, number),
            )
        )
        axes = struct.pack("<IIQIII13x", 0, 33, LINES * PIXELS, 2, changes.get("axes", 2), 1)
        axes += calibrations
        comment = "<a><Technic>Contact</Technic></a>".encode("utf-16-le")
        head = struct.pack("<II36x6I2I", 76, 0, len(title), len(comment), 0, 4, 0, len(axes), 0, 0)
        body = head + title.encode() + comment + bytes(4) + axes
        frames.append((kind, body + steps(offset)[::-1].astype("<i2").tobytes()))
    content = struct.pack("<4sI4xH19x", b"\x01\xb0\x93\xff", 0, len(frames) - 1)
    for kind_of, body in frames:
        content += struct.pack("<IH16x", 22 + len(body), kind_of) + body
    path.write_bytes(content)


def write_old_mdt(path: Path, points: int = 0, scale: float = 2.0, variables: int = 75) -> None:
    """One frame of the older layout; rows from the bottom; 2 nm a step + 1 um."""
    axes = struct.pack("<ffhffhffh", 0.0, 1.0, -2, 0.0, -2.0, -2, 1000.0, scale, -1)
    body = (axes + struct.pack("<BBHHH", 0, 1, PIXELS, LINES, 0)).ljust(75, b"\0")
    body += struct.pack("<4H", 0, PIXELS, LINES, points)
    body += bytes(14 + 16 * points if points else 0)
    body += steps()[::-1].astype("<i2").tobytes() + struct.pack("<I", 5) + b"a one"
    frame = struct.pack("<IH14xH", 22 + len(body), 0, variables) + body
    path.write_bytes(struct.pack("<4sI4xH19x", b"\x01\xb0\x93\xff", len(frame), 0) + frame)


def _calibration(unit: str, bias: float, scale: float, high: int, number: int) -> bytes:
    fixed = struct.pack("<3IQdQ2d2qiI", 2, 0, len(unit), 0, 0.0, 0, bias, scale, 0, high, number, 0)
    texts = b"um" + unit.encode()
    return struct.pack("<II", 8 + len(fixed) + len(texts), len(fixed)) + fixed + texts


WRITERS = {
    "park": write_park,
    "keysight": write_keysight,
    "nanosurf": write_nanosurf,
    "mdt": write_mdt,
    "old mdt": write_old_mdt,
    "nanoscope": write_nanoscope,
    "jpk": write_jpk,
    "jpk movie": write_jpk_movie,
    "asd": write_asd,
    "wsxm": write_wsxm,
}
