"""What a grain edge looks like near the contact resonance: three ways to read the same grains.

The sample is one of grains that all answer alike, so no phase may change: every line in the phase
is made by the contact resonance, which a softer edge and its slope shift.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.modes import Detection
from ai_afm.microscope.simulated.sample import GrownWorld, Untouched, build_world
from ai_afm.microscope.simulated.settings import MODE_FREQUENCY, ImagingSettings
from ai_afm.microscope.simulated.spec import (
    ElectricSpec,
    GrainSpec,
    ReliefSpec,
    ResponseSpec,
    WorldSpec,
)
from ai_afm.report.figures import Shown, bare, colour_bar, draw_image, scale_bar, shown
from ai_afm.report.svg import png
from ai_afm.store.platform import write_atomically
from ai_afm.types import Frame, Mode, ScanRegion, ScanRequest

NAMES = {
    Mode.PFM_SINGLE_FREQUENCY: "single frequency",
    Mode.PFM_DART: "DART",
    Mode.PFM_BAND_EXCITATION: "band excitation",
}
"""The modes that are compared."""

STEP = np.pi / 3
"""Two neighbouring pixels whose phases differ by more look like the two sides of a wall, rad."""

REGION = ScanRegion((0.0, 0.0), (1.5e-6, 1.2e-6))
SHAPE = (96, 120)


@dataclass(frozen=True, slots=True)
class FalseWalls:
    """How often the phase shows what is not there.

    Parameters
    ----------
    steps
        Share of neighbours along the lines whose phases differ by more than 60 degrees.
    turned
        Share of pixels more than 90 degrees away from the mean phase.
    lost
        Share of pixels without a phase.
    """

    steps: float
    turned: float
    lost: float


def alike_grains(seed: int, size: float = 0.35e-6) -> GrownWorld:
    """Grow grains of one piezoresponse without any domain, soft at their edges."""
    return build_world(
        WorldSpec(
            "film", seed, 3e-6, None, None, GrainSpec(size), ReliefSpec(), ResponseSpec(),
            ElectricSpec(),
        )
    )  # fmt: skip


def image_in(mode: Mode, world: GrownWorld, seed: int) -> Frame:
    """Image the middle of a world in a mode, at 1 line/s, as the twin's instrument comes."""
    detection = Detection(mode=mode, frequency=MODE_FREQUENCY[mode])
    request = ScanRequest(REGION, SHAPE, line_rate=1.0)
    rng = np.random.default_rng([seed, 1])
    return image_frame(Untouched(world), request, ImagingSettings(detection=detection), rng)


def false_walls(frame: Frame) -> FalseWalls:
    """Count what of a frame's phase would be taken for walls where there are none.

    Raises
    ------
    ValueError
        When the frame has no phase.
    """
    phase = frame.get("phase")
    if phase is None:
        raise ValueError("false walls are looked for in the phase; the frame has none")
    known = np.isfinite(phase)
    z = np.exp(1j * np.where(known, phase, 0.0).astype(float)) * known
    both = known[:, 1:] & known[:, :-1]
    step = np.abs(np.angle(z[:, 1:] * z[:, :-1].conj()))[both]
    away = np.abs(np.angle(z * np.conj(z.sum())))[known]
    return FalseWalls(
        float((step > STEP).mean()), float((away > np.pi / 2).mean()), float((~known).mean())
    )


def draw_band_figure(out: Path, seed: int) -> None:
    """Draw height and phase of the same grains in three modes as a PNG; same seed, same bytes.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    write_atomically(out, png(lambda: _figure(seed), dpi=110))


def _figure(seed: int) -> Figure:
    world = alike_grains(seed)
    frames = {mode: image_in(mode, world, seed) for mode in NAMES}
    banded = frames[Mode.PFM_BAND_EXCITATION]
    figure = Figure(figsize=(8.8, 4.6), layout=ConstrainedLayoutEngine(w_pad=0.04, h_pad=0.04))
    axes = figure.subplots(2, 3)
    for place, (mode, frame) in zip(axes[0], frames.items(), strict=True):
        counted = false_walls(frame)
        _panel(figure, place, frame, _about_its_mean(frame))
        place.set_title(f"phase, {NAMES[mode]}: {100 * counted.steps:.1f} % steps", loc="left")
    for place, name in zip(axes[1], ("height", "frequency", "amplitude"), strict=True):
        panel = shown(banded, name)
        assert panel is not None
        _panel(figure, place, banded, panel)
        place.set_title(f"{name}, band excitation", loc="left")
    return figure


def _panel(figure: Figure, axes: Axes, frame: Frame, panel: Shown) -> None:
    drawn = draw_image(axes, panel, frame.region, max(frame.shape))
    colour_bar(figure, axes, drawn, panel)
    bare(axes)
    scale_bar(axes, frame.region.size[0])


def _about_its_mean(frame: Frame) -> Shown:
    """Return the phase turned so that its mean is 0."""
    phase = frame.get("phase")
    assert phase is not None
    z = np.exp(1j * phase.astype(float))
    turned = np.degrees(np.angle(z * np.conj(np.nansum(z)))).astype(np.float32)
    return Shown("Phase", turned, "°", -180.0, 180.0, "twilight")
