"""Whether the numbers made of a network are right: grain size, and confidence intervals.

An interval promises to hold the value of the material, not of the frame: so it is compared with the
truth of the whole world, from which many frames are taken.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.bench.quality.answers import answer
from ai_afm.bench.quality.instrument import Ask, draw_settings
from ai_afm.bench.quality.worlds import STREAM
from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.sample import GrownWorld, Untouched, build_world
from ai_afm.microscope.simulated.spec import (
    DomainSpec,
    GrainSpec,
    ReliefSpec,
    ResponseSpec,
    WorldSpec,
)
from ai_afm.segment.base import Segmenter
from ai_afm.survey.astm import number_from_density, shares
from ai_afm.survey.statistics import statistics
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    ClassCode,
    Frame,
    Mode,
    ScanRegion,
    ScanRequest,
    WallNetwork,
)

GRAIN_FRAME = (240, 256)
GRAIN_PIXELS = (17.0, 23.0)
"""A frame then holds 110 to 210 grains; ASTM E112 asks for 50."""
CI_FRAME = (144, 160)
CI_PIXELS = {"labyrinth": 14.0, "irregular": 14.0, "grains": 22.0}
CI_WORLD, CI_SMALL_WORLD = 8.0, 3.0
"""Side of a world, in frames; of one from which fewer than `CI_FEW` frames are taken."""
CI_FEW = 10

_QUANTITIES = {
    "labyrinth": ("wall_density_per_m",),
    "irregular": ("wall_density_per_m",),
    "grains": ("boundary_density_per_m", "grain_size_areas"),
}
"""Of which quantities intervals are checked."""
Statistics = Mapping[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Place:
    """A well visible world and the frames that are taken of it."""

    kind: str
    world: GrownWorld
    pixel: float
    shape: tuple[int, int]

    def frame(self, seed: tuple[int, ...]) -> Frame:
        """Image a random place of the world."""
        rng = np.random.default_rng(seed)
        mode = Mode.TAPPING if self.kind == "grains" else Mode.PFM_DART
        size = (self.shape[1] * self.pixel, self.shape[0] * self.pixel)
        room = 0.5 * self.world.spec.extent - 0.5 * math.hypot(*size)
        x, y = (float(v) for v in rng.uniform(-1, 1, 2) * max(room, 0.0))
        region = ScanRegion((x, y), size, float(rng.uniform(0, 2 * math.pi)))
        settings, rate = draw_settings(rng, self.world.spec, mode, (self.pixel, self.shape[1]))
        request = ScanRequest(region, self.shape, line_rate=rate)
        return image_frame(Untouched(self.world), request, settings, rng)


def grain_bias(segmenter: Segmenter, seed: int, frames: int) -> dict[str, float | int | None]:
    """Compare the ASTM grain size number of drawn grains with that of the true ones.

    Returns
    -------
    dict
        `g_bias`: mean difference, drawn minus true, over the frames in which a number was given
        (`None` without any); `g_frames`, `g_not_measured`: frames, and those without a number.
    """
    differences = []
    for n in range(frames):
        place = _place("grains", (seed, n + 1, STREAM, 3), GRAIN_FRAME, GRAIN_PIXELS, 1.5)
        frame = place.frame((seed, n + 1, STREAM, 4))
        found = statistics(answer(segmenter, frame).network)["grain_size_astm"]
        true = statistics(place.world.truth(frame.region))["grain_size_astm"]
        if found is not None and true is not None:
            differences.append(float(found) - float(true))
    return {
        "g_bias": float(np.mean(differences)) if differences else None,
        "g_frames": frames,
        "g_not_measured": frames - len(differences),
    }


def interval_coverage(segmenter: Segmenter, seed: int, frames: int) -> dict[str, object]:
    """Tell how often a 95 % interval of one frame holds the value of the whole world.

    Parameters
    ----------
    segmenter
        Whose walls are counted.
    seed
        Determines worlds and frames.
    frames
        Number of frames of each world.

    Returns
    -------
    dict
        `ci_coverage`: share of intervals, made from drawn walls, that hold the truth;
        `ci_coverage_of_truth`: the same from the true walls of each frame, i.e. of the statistics
        alone; `ci_density_bias`: mean drawn over long-range density, less 1, by kind; `None` where
        no interval is given.
    """
    drawn_hits: list[bool] = []
    true_hits: list[bool] = []
    bias: dict[str, float] = {}
    for k, (kind, pixels) in enumerate(CI_PIXELS.items()):
        side = CI_WORLD if frames >= CI_FEW else CI_SMALL_WORLD
        place = _place(kind, (seed, k + 1, STREAM, 5), CI_FRAME, (pixels, pixels), side)
        everything = place.world.truth(place.world.extent)
        truth, long_range = _long_range(everything, kind), _density(everything, kind)
        ratios = []
        for n in range(frames):
            frame = place.frame((seed, 1000 * (k + 1) + n, STREAM, 6))
            network = answer(segmenter, frame).network
            drawn_hits += _hits(statistics(network), kind, truth)
            true_hits += _hits(statistics(place.world.truth(frame.region)), kind, truth)
            ratios.append(_density(network, kind) / long_range)
        bias[kind] = float(np.mean(ratios)) - 1
    return {
        "ci_coverage": float(np.mean(drawn_hits)) if drawn_hits else None,
        "ci_coverage_of_truth": float(np.mean(true_hits)) if true_hits else None,
        "ci_intervals": len(drawn_hits),
        "ci_density_bias": bias,
    }


def _hits(values: Statistics, kind: str, truth: Statistics) -> list[bool]:
    """Return whether each interval that is given holds the truth."""
    hits = []
    for name in _QUANTITIES[kind]:
        low, high = values.get(f"{name}_low"), values.get(f"{name}_high")
        true = truth.get(name)
        if low is not None and high is not None and true is not None:
            hits.append(float(low) <= float(true) <= float(high))
    return hits


def _long_range(everything: WallNetwork, kind: str) -> Statistics:
    """Return the values of a whole world, straight from lengths, counts and area."""
    if kind != "grains":
        return {"wall_density_per_m": _density(everything, kind)}
    width, height = everything.region.size
    count = float(shares(everything.grains, everything.region).sum())
    return {
        "boundary_density_per_m": _density(everything, kind),
        "grain_size_areas": number_from_density(count / (width * height)),
    }


def _density(network: WallNetwork, kind: str) -> float:
    codes = (ClassCode.GRAIN_BOUNDARY,) if kind == "grains" else DOMAIN_WALL_CODES
    width, height = network.region.size
    return network.length(*codes) / (width * height)


def _place(
    kind: str,
    seed: tuple[int, ...],
    shape: tuple[int, int],
    pixels: tuple[float, float],
    frames: float,
) -> Place:
    """Grow a world of which a frame shows everything; its side is `frames` frames."""
    rng = np.random.default_rng(seed)
    ask = Ask(rng, seed=int(2**31 + rng.integers(2**31)))
    pixel = ask.log(4e-9, 20e-9)
    ask = replace(ask, pixel=pixel, size=ask.log(*pixels) * pixel)
    domains = grains = None
    if kind == "grains":
        depth = ask.log(0.03, 0.06) * ask.size
        grains = GrainSpec(
            ask.size,
            irregularity=ask.flat(0.5, 1.0),
            warp=ask.flat(0, 0.1),
            groove_depth=depth,
            groove_width=0.08 * ask.size,
            dome=0.5 * depth,
            height_spread=0.2 * depth,
            tilt_spread=0.0,
        )
    else:
        domains = DomainSpec(kind, ask.size, wall_width=0.5 * pixel, angle=ask.flat(0, math.pi))
    response = ResponseSpec(40e-12 if domains is not None else 0.0, ask.flat(0.7, 1.0))
    relief = ReliefSpec(roughness=0.1e-9, waviness=0.5e-9, waviness_length=5 * ask.size)
    extent = frames * max(shape) * pixel
    spec = WorldSpec(
        "quality", ask.seed, extent, domains, None, grains, relief=relief, response=response
    )
    return Place(kind, build_world(spec), pixel, shape)
