"""The small simulated scans with truth that ship in `sample_scans/`."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.geometry import line_ends
from ai_afm.image.export.gsf import write_gsf
from ai_afm.image.export.gwy import write_gwy
from ai_afm.image.export.target import whole_file
from ai_afm.image.scan_layout import ScanState
from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.modes import Detection
from ai_afm.microscope.simulated.sample import GrownWorld, make_world
from ai_afm.microscope.simulated.settings import MODE_FREQUENCY, ImagingSettings
from ai_afm.store.scan_file import ScanFileWriter, WriterOptions
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    ClassCode,
    Direction,
    Frame,
    Mode,
    ScanLine,
    ScanRegion,
    ScanRequest,
    SlowDirection,
)

_EXTENT = 6e-6  # m, of the worlds: a little more than the largest scan
_LICENCE = """The files in this folder were computed by ai-afm; no instrument and no third party's
data are in them. They are distributed under the terms of the project's LICENSE (BSD-3-Clause).
"""


_README = """# Simulated scans with known truth

Made by `python -m ai_afm twin sample-scans --out sample_scans --seed {seed}`; nothing here was
measured. Row 0 is the top of the image, column 0 the left, for trace and retrace alike. `.h5` and
`.gwy` hold all channels in both directions, `.gsf` the height of the trace, and each scan's `.npz`
the trace of all channels with the truth:

- `channels` (C, lines, pixels) float32, `channel_names`, `units` (SI; phase in rad)
- `mask`: the true walls or boundaries (see kind) as 1-px lines; `mask_band`: 3 px wide
- `codes`: class codes (0 background, 1-3 domain wall, 4 grain boundary, 5 topography edge)
- `labels`: regions between the lines; `ignore`: a line may be here but cannot show
- `pixel_size_m` (dy, dx), `center_m` (x, y), `angle_rad`, `line_rate_hz`, `slow_direction`
- `kind`, `use`, `how`: as in `ai-afm evaluate`

| scan | world | mode | px | size | slow | kind | true length | files |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

Check the files with `sha256sum -c SHA256SUMS`. Licence: see LICENSE.
"""


@dataclass(frozen=True, slots=True)
class SampleScan:
    """One scan of the collection.

    Parameters
    ----------
    name
        Stem of its files.
    world
        Kind of world, see `ai_afm.microscope.simulated.sample.WORLD_KINDS`.
    mode
        Detection mode.
    shape
        (lines, pixels).
    size
        Along and across the lines, m.
    slow_direction, angle
        As in `ScanRequest` and `ScanRegion` (rad).
    formats
        Endings that it is written in beside `.npz`, which all have.
    kind
        What the reference mask shows: "domain_wall" or "grain_boundary".
    """

    name: str
    world: str
    mode: Mode
    shape: tuple[int, int]
    size: tuple[float, float]
    slow_direction: SlowDirection = SlowDirection.DOWN
    angle: float = 0.0
    formats: tuple[str, ...] = ()
    kind: str = "domain_wall"


_DART, _SINGLE = Mode.PFM_DART, Mode.PFM_SINGLE_FREQUENCY
_OFF, _TAPPING = Mode.PFM_OFF_RESONANCE, Mode.TAPPING
_UP = SlowDirection.UP
SCANS = (
    SampleScan("stripes_off", "stripes", _OFF, (72, 96), (2e-6, 1.5e-6), formats=("h5", "gsf")),
    SampleScan("stripes_dart_up", "stripes", _DART, (96, 80), (1.6e-6, 1.92e-6), _UP),
    SampleScan("labyrinth_dart", "labyrinth", _DART, (96, 128), (3e-6, 2.25e-6)),
    SampleScan("labyrinth_off_up", "labyrinth", _OFF, (80, 64), (1.6e-6, 2e-6), _UP, 0.0, ("h5",)),
    SampleScan("bubbles_single", "bubbles", _SINGLE, (64, 96), (2.4e-6, 1.6e-6), formats=("gsf",)),
    SampleScan("lamellae_off", "lamellae", _OFF, (100, 76), (1.52e-6, 2e-6), formats=("gwy",)),
    SampleScan("lamellae_single_turned", "lamellae", _SINGLE, (72, 108), (2.16e-6, 1.44e-6), _UP,
               math.radians(30)),
    SampleScan("film_dart", "film", _DART, (90, 120), (2.4e-6, 1.8e-6)),
    SampleScan("ceramic_off", "ferroelectric_ceramic", _OFF, (64, 112), (3.5e-6, 2e-6),
               formats=("h5",)),
    SampleScan("ceramic_grains_off_up", "ferroelectric_ceramic", _OFF, (88, 64), (2e-6, 2.75e-6),
               _UP, kind="grain_boundary"),
    SampleScan("grains_tapping", "grains", _TAPPING, (64, 80), (2.5e-6, 2e-6),
               formats=("gwy", "gsf"), kind="grain_boundary"),
    SampleScan("bare_tapping_up", "bare", _TAPPING, (60, 72), (2.4e-6, 2e-6), _UP, 0.0,
               ("gwy",)),
)  # fmt: skip
"""The collection; no scan is square, in pixels or in metres."""


def make_sample_scans(out: Path, seed: int) -> list[Path]:
    """Image the collection with the twin and write it, with README, LICENSE and SHA256SUMS.

    The same seed gives the same images. Every scan is written as `.npz` with the keys of the
    reference maps (so that `ai-afm evaluate` reads it), some of them as an ai-afm scan (`.h5`),
    `.gwy` or `.gsf` (height only), too; the truth of those is the `.npz` of the same name.

    Parameters
    ----------
    out
        Folder, made when it is not there; files of the collection in it are replaced.
    seed
        Of worlds and noise.

    Returns
    -------
    list of Path
        All files that were written.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    rows = []
    for number, scan in enumerate(SCANS, 1):
        world = make_world(scan.world, seed + number, _EXTENT)
        frame = _image(scan, world, seed + number)
        written.extend(_write(out, number, scan, frame, world))
        rows.append(_row(scan, world))
    for name, text in (("README.md", _readme(rows, seed)), ("LICENSE", _LICENCE)):
        (out / name).write_text(text, encoding="utf-8", newline="\n")
        written.append(out / name)
    sums = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in sorted(written)]
    (out / "SHA256SUMS").write_text("".join(sums), encoding="utf-8", newline="\n")
    return [*written, out / "SHA256SUMS"]


def _region(scan: SampleScan) -> ScanRegion:
    return ScanRegion((0.2e-6, -0.3e-6), scan.size, scan.angle)


def _image(scan: SampleScan, world: GrownWorld, seed: int) -> Frame:
    request = ScanRequest(_region(scan), scan.shape, 1.0, scan.slow_direction, reason=scan.name)
    detection = Detection(mode=scan.mode, frequency=MODE_FREQUENCY[scan.mode])
    settings = replace(ImagingSettings(), detection=detection)
    rng = np.random.default_rng([seed, 1])
    frame = image_frame(SwitchingSample(world, seed), request, settings, rng)
    measurement = replace(frame.measurement, sample=f"simulated {world.name}", line_rate=1.0)
    return replace(frame, measurement=measurement)


def _write(
    out: Path, number: int, scan: SampleScan, frame: Frame, world: GrownWorld
) -> Iterator[Path]:
    path = out / f"{scan.name}.npz"
    with whole_file(path) as temporary:
        np.savez_compressed(temporary, **_reference(scan, frame, world))
    yield path
    for ending in scan.formats:
        path = out / f"{scan.name}.{ending}"
        if ending == "h5":
            path.unlink(missing_ok=True)
            _write_scan(path, number, frame)
        elif ending == "gwy":
            write_gwy(path, frame)
        else:
            write_gsf(path, frame, "height")
        yield path


def _write_scan(path: Path, number: int, frame: Frame) -> None:
    """Write a frame as the scan file that a run would have written, line by line as they arrive."""
    lines, _ = frame.shape
    down = frame.request.slow_direction is SlowDirection.DOWN
    options = WriterOptions(clock=lambda: 0.0, reserve=0)
    with ScanFileWriter.create(
        path, number, frame.request, frame.channels, frame.measurement, options
    ) as writer:
        for done, row in enumerate(range(lines) if down else range(lines - 1, -1, -1)):
            start, end = line_ends(frame.region, frame.shape, row)
            for half, direction in enumerate(Direction, 1):
                images = {
                    c.name: np.ascontiguousarray(frame.data[c.name, direction][row])
                    for c in frame.channels
                }
                time = (done + half / 2) / frame.request.line_rate
                writer.write(ScanLine(row, direction, start, end, images, time))
        writer.finish(ScanState.COMPLETE)


def _reference(scan: SampleScan, frame: Frame, world: GrownWorld) -> dict[str, Any]:
    """Return the arrays of the reference map: the trace of all channels, and the truth."""
    codes = world.labels(frame.region, frame.shape)
    mask = np.isin(codes, _codes(scan.kind))
    regions, _ = ndimage.label(codes == ClassCode.BACKGROUND)
    dx, dy = frame.request.pixel_size
    return {
        "channels": np.stack([frame.data[c.name, Direction.TRACE] for c in frame.channels]),
        "channel_names": np.array([f"{c.name}_trace" for c in frame.channels]),
        "units": np.array([c.unit for c in frame.channels]),
        "mask": mask,
        "mask_band": ndimage.binary_dilation(mask, np.ones((3, 3), bool)),
        "labels": regions.astype(np.int16),
        "codes": codes,
        "ignore": _ignored(world, frame),
        "pixel_size_m": np.array([dy, dx]),
        "center_m": np.array(frame.region.center),
        "angle_rad": np.array(frame.region.angle),
        "line_rate_hz": np.array(frame.request.line_rate),
        "slow_direction": np.array(frame.request.slow_direction.value),
        "kind": np.array(scan.kind),
        "use": np.array("full"),
        "how": np.array(f"true lines of the simulated world {world.name}, {scan.mode.value}"),
    }


def _codes(kind: str) -> list[int]:
    if kind == "grain_boundary":
        return [int(ClassCode.GRAIN_BOUNDARY)]
    return [int(code) for code in DOMAIN_WALL_CODES]


def _ignored(world: GrownWorld, frame: Frame) -> NDArray[np.bool_]:
    """Return where a wall may be but cannot show: dead response, dust, twins finer than pixels."""
    return np.asarray(world.hidden(frame.region, frame.shape), np.bool_)


def _row(scan: SampleScan, world: GrownWorld) -> str:
    lines, pixels = scan.shape
    network = world.truth(_region(scan))
    length = network.length(*_codes(scan.kind))
    formats = ", ".join(f".{ending}" for ending in ("npz", *scan.formats))
    size = f"{scan.size[0] * 1e6:.3g} x {scan.size[1] * 1e6:.3g} um"
    turned = f", turned {math.degrees(scan.angle):.0f} deg" if scan.angle else ""
    return (
        f"| {scan.name} | {world.name} | {scan.mode.value} | {pixels} x {lines} | {size}{turned} | "
        f"{scan.slow_direction.value} | {scan.kind} | {length * 1e6:.1f} um | {formats} |"
    )


def _readme(rows: list[str], seed: int) -> str:
    return _README.format(seed=seed, rows="\n".join(rows))
