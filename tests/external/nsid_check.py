"""Read a scan file of ours with a pyNSID reader, in an environment that has SciFiReaders installed.

Usage, in two environments, because pycroscopy's packages are not among our dependencies:

    python tests/external/nsid_check.py write SCAN.h5     (with ai-afm)
    python tests/external/nsid_check.py read SCAN.h5      (with SciFiReaders, pyNSID and sidpy)

Exits with 1 and a message when title, units, axes or values are not what was written.
"""

import sys
from pathlib import Path

LINES, PIXELS = 24, 40
SIZE = (2e-6, 1e-6)


def write(path: Path) -> None:
    import numpy as np

    from ai_afm.image.scan_bytes import ScanState
    from ai_afm.store.scan_file import ScanFileWriter
    from ai_afm.types import (
        Channel,
        Direction,
        Measurement,
        ScanLine,
        ScanRegion,
        ScanRequest,
    )

    request = ScanRequest(ScanRegion((0.0, 0.0), SIZE, 0.3), (LINES, PIXELS), 50.0)
    channels = (Channel("height", "m", "ZSensor"), Channel("amplitude", "arb", "Amplitude1"))
    with ScanFileWriter.create(path, 1, request, channels, Measurement()) as writer:
        for row in range(LINES):
            for direction in Direction:
                values = {c.name: np.arange(PIXELS, dtype="f4") + 100 * row for c in channels}
                writer.write(ScanLine(row, direction, (0.0, 0.0), (1.0, 0.0), values, float(row)))
        writer.finish(ScanState.COMPLETE)


def read(path: Path) -> None:
    from SciFiReaders import NSIDReader

    datasets = list(NSIDReader(str(path)).read().values())
    titles = sorted(d.title for d in datasets)
    expect(titles, ["amplitude retrace", "amplitude trace", "height retrace", "height trace"])
    height = next(d for d in datasets if d.title == "height trace")
    expect(height.shape, (LINES, PIXELS))
    expect((height.units, height.data_type.name), ("m", "IMAGE"))
    expect(float(height[3, 7]), 307.0)
    y, x = (axis for _, axis in sorted(height._axes.items()))
    expect((y.name, y.units, x.name, x.units), ("y", "m", "x", "m"))
    expect(round(float(x.values[-1] - x.values[0]) / (SIZE[0] * (PIXELS - 1) / PIXELS), 9), 1.0)
    expect(round(float(y.values[0] - y.values[-1]) / (SIZE[1] * (LINES - 1) / LINES), 9), 1.0)
    expect(height.original_metadata["original_name"], "ZSensor")


def expect(found: object, wanted: object) -> None:
    if found != wanted:
        sys.exit(f"a pyNSID reader found {found!r} instead of {wanted!r}")


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))
