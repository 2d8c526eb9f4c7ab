"""The scans of the gallery: real ones, the twin's, and some where there is nothing to find."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.image.readers import read_file, read_reference
from ai_afm.microscope.simulated.imaging import ImagingSettings, image_frame
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.modes import Detection
from ai_afm.microscope.simulated.sample import make_world
from ai_afm.microscope.simulated.settings import MODE_FREQUENCY
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    Mode,
    ScanRegion,
    ScanRequest,
    WallNetwork,
)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known of a scan's lines, apart from the network.

    Parameters
    ----------
    name
        "reference" of a real scan, "truth" of the twin's.
    mask, ignore
        (lines, pixels) bool: lines of 1 px, and where nothing is known; `None` for the twin.
    network
        The truth in metres, `None` for a real scan.
    codes
        Classes that the reference shows.
    complete
        False where there are more lines than it shows: only its recall means something.
    """

    name: str
    mask: Mask | None = None
    ignore: Mask | None = None
    network: WallNetwork | None = None
    codes: tuple[int, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class GalleryScan:
    """A scan to be shown: its picture's name, heading, a remark, the frame, and what is known."""

    name: str
    title: str
    remark: str
    frame: Frame
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class _Real:
    """A file of the folder of real scans, and the channels that the network may use."""

    name: str
    title: str
    file: str
    remark: str
    channels: tuple[str, ...] | None = None


_WALL_CODES, _BOUNDARY_CODES = (1, 2, 3), (4,)
_NO_PHASE = ("height", "amplitude")
REAL = (
    _Real("pfm-all", "PFM, 180° domains, all channels", "refs/pfm_scan_0001.npz",
          "Dual-resonance PFM; the material is not stated. In two bands the response changes."),
    _Real("pfm-no-phase", "The same without its phase", "refs/pfm_scan_0001.npz",
          "Only the dark lines of the amplitude are left to tell where walls are.", _NO_PHASE),
    _Real("pzt-film", "Thick PZT film", "refs/PZT_final0001.npz",
          "a/c lamellae and a few 180° domains; the reference holds the 180° walls only."),
    _Real("pto-film", "PbTiO₃ film", "refs/PTO_Funakubo0007.npz",
          "Closed 180° walls and broad regions without response; a quarter has no reference."),
    _Real("pzt-lamellae", "Thick PZT film, dense lamellae", "PZT_thick0009.h5",
          "Not square: 256 × 128 pixels."),
    _Real("relaxor", "PMN-28PT relaxor", "PMN28Pt0000.h5",
          "Broad phase of several levels: a hard case."),
    _Real("cells", "Cellular surface, height alone", "refs/park_cells.npz",
          "Boundaries are bright ridges; the reference holds most of them.", ("height",)),
    _Real("chip", "A microchip: nothing to find", "chip.gsf",
          "Steps of a device are neither walls nor grain boundaries."),
    _Real("gold", "STM at constant height: nothing to find", "Au_mica_195.sxm",
          "The height is the same everywhere, so there is nothing to judge."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Twin:
    """A world of the twin, and how it is imaged; seeds of training are small numbers."""

    kind: str
    mode: Mode
    size: tuple[float, float]
    shape: tuple[int, int]
    remark: str


TWINS = (
    _Twin("labyrinth", Mode.PFM_DART, (2.5e-6, 2e-6), (192, 240), "180° walls."),
    _Twin("lamellae", Mode.PFM_OFF_RESONANCE, (2e-6, 1.6e-6), (176, 220), "Ferroelastic walls."),
    _Twin("ferroelectric_ceramic", Mode.PFM_SINGLE_FREQUENCY, (3.5e-6, 2.8e-6), (192, 240),
          "Grains, with walls that end at their boundaries."),
    _Twin("grains", Mode.TAPPING, (2.5e-6, 2e-6), (176, 220), "No ferroelectric: grains alone."),
    _Twin("bare", Mode.PFM_DART, (2.4e-6, 1.9e-6), (128, 160), "Steps: no walls, no grains."),
)  # fmt: skip
TWIN_SEED = 7_000_000


def real_scans(data: Path) -> Iterator[GalleryScan]:
    """Yield the real scans.

    Raises
    ------
    BadInput
        When one of them is missing or broken.
    """
    for scan in REAL:
        path = data / scan.file
        reference = None
        if path.suffix == ".npz":
            stored = read_reference(path)
            frame = stored.frame
            codes = _WALL_CODES if stored.kind == "domain_wall" else _BOUNDARY_CODES
            reference = Reference("reference", stored.mask, stored.ignore, None, codes,
                                  stored.use == "full")  # fmt: skip
        else:
            frame = read_file(path)
        yield GalleryScan(scan.name, scan.title, f"`{scan.file}`. {scan.remark}",
                          _only(frame, scan.channels), reference)  # fmt: skip


def _only(frame: Frame, channels: Sequence[str] | None) -> Frame:
    if channels is None:
        return frame
    data = {key: image for key, image in frame.data.items() if key[0] in channels}
    return replace(
        frame, data=data, channels=tuple(c for c in frame.channels if c.name in channels)
    )


def twin_scans(seed: int = TWIN_SEED) -> Iterator[GalleryScan]:
    """Yield the twin's scans with their truth; the same seed gives the same scans."""
    for number, twin in enumerate(TWINS):
        world = make_world(twin.kind, seed + number, extent_m=2 * max(twin.size))
        region = ScanRegion((0.0, 0.0), twin.size)
        request = ScanRequest(region, twin.shape, line_rate=1.0)
        rng = np.random.default_rng([seed, number])
        settings = replace(
            ImagingSettings(), detection=Detection(twin.mode, MODE_FREQUENCY[twin.mode])
        )
        frame = image_frame(SwitchingSample(world, rng), request, settings, rng)
        truth = Reference("truth", network=world.truth(region))
        words = twin.kind.replace("_", " ")
        mode = twin.mode.value.replace("pfm_", "PFM, ").replace("_", " ").replace("dart", "DART")
        yield GalleryScan(f"twin-{twin.kind.replace('_', '-')}", f"Twin: {words}",
                          f"{mode}. {twin.remark}", frame, truth)  # fmt: skip


def noise_scan(seed: int = TWIN_SEED) -> GalleryScan:
    """Return a scan of noise alone in all channels."""
    shape = (100, 128)
    rng = np.random.default_rng(seed)
    images = {
        "height": 1e-10 * rng.standard_normal(shape),
        "amplitude": np.hypot(*(1e-12 * rng.standard_normal((2, *shape)))),
        "phase": rng.uniform(-np.pi, np.pi, shape),
    }
    units = {"height": "m", "amplitude": "m", "phase": "rad"}
    frame = Frame(
        ScanRequest(ScanRegion((0.0, 0.0), (2e-6, 1.6e-6)), shape, 1.0),
        {(name, Direction.TRACE): image.astype(np.float32) for name, image in images.items()},
        tuple(Channel(name, units[name]) for name in images),
        {Direction.TRACE: np.ones(shape[0], np.bool_)},
        Measurement(),
    )
    return GalleryScan("noise", "Noise: nothing to find", "A lock-in without a signal.", frame)


def all_scans(data: Path, log: Callable[[str], None]) -> Iterator[GalleryScan]:
    """Yield all scans: real ones where the folder has them, the twin's, and noise.

    `log` is told of real ones that are not there.
    """
    try:
        yield from real_scans(data)
    except BadInput as exc:
        log(f"real scans are left out: {exc}")
    yield from twin_scans()
    yield noise_scan()
