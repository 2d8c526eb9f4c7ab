"""The test distribution of the quality benchmark: which samples are looked at, how, by what.

Everything is drawn from the ranges that `docs/perception-benchmark.md` fixes. Training draws its
worlds from other recipes, and from other streams: those have no third word in their seed, and
worlds' own seeds below 2^31.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.bench.quality.instrument import Ask, draw_settings
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.spec import (
    DomainSpec,
    ElectricSpec,
    GrainSpec,
    ReliefSpec,
    ResponseSpec,
    TwinSpec,
    WorldSpec,
)
from ai_afm.types import Mode, ScanRegion, ScanRequest

STREAM = 71_057
"""Third word of every seed of the benchmark."""
SIDES = tuple(range(96, 257, 16))
"""Lines and pixels of a frame; never equal."""
PIXEL_SIZES = (1e-9, 100e-9)
FEATURES = (60e-9, 1.5e-6)
"""Typical distance of lines, m."""
FEATURE_PIXELS = (10.0, 45.0)
FINE_PIXELS = (8.0, 15.0)
GRAIN_PIXELS = (16.0, 70.0)

PFM = (Mode.PFM_DART, Mode.PFM_SINGLE_FREQUENCY, Mode.PFM_OFF_RESONANCE)
EVERY = (*PFM, Mode.TAPPING)
ALL = ("height", "amplitude", "phase")
WITHOUT_PHASE_SHARE, HEIGHT_ONLY_SHARE = 0.2, 0.1
"""Shares of the frames of which the network gets fewer channels than were recorded."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One question of the benchmark, before it is imaged.

    Parameters
    ----------
    family
        Key of `FAMILIES`.
    spec
        Recipe of the sample.
    request, settings
        Where and with what it is imaged.
    given
        Channels that the network gets.
    seed
        Of the noise.
    """

    family: str
    spec: WorldSpec
    request: ScanRequest
    settings: ImagingSettings
    given: tuple[str, ...]
    seed: tuple[int, ...]

    @property
    def mode(self) -> Mode:
        """Detection mode."""
        return self.settings.detection.mode

    @property
    def pixel(self) -> float:
        """Pixel size along a line, m."""
        return self.request.pixel_size[0]


def _domains(ask: Ask, pattern: str, width: float) -> DomainSpec:
    bubbles = ask.flat(0.4, 0.9) * float(ask.rng.choice([-1, 1]))
    return DomainSpec(
        pattern,
        width,
        wall_width=ask.log(0.1, 3.0) * ask.pixel,
        bias=bubbles if pattern == "bubbles" else ask.flat(-0.4, 0.4),
        disorder=ask.flat(0.0, 0.8),
        angle=ask.flat(0, math.pi),
    )


def _twins(ask: Ask, period: float, soft: bool = False) -> TwinSpec:
    angle, length = ask.flat(0, math.pi), ask.log(6, 30) * period
    return TwinSpec(
        period=period,
        duty=ask.flat(0.2, 0.5),
        angles=(angle, angle + math.pi / 2) if ask.chance(0.6) else (angle,),
        length=length,
        taper=length * ask.flat(0.08, 0.3),
        coverage=ask.flat(0.3, 0.9),
        tilt=ask.log(0.005, 0.05),
        response=ask.flat(0.1, 0.75),
        in_plane=ask.flat(0.1, 1.0),
        wall_width=(ask.log(0.08, 0.15) if soft else ask.log(0.02, 0.08)) * period,
        bend=ask.log(0.005, 0.1) * period,
    )


def _grains(ask: Ask, size: float, coherent: bool = False) -> GrainSpec:
    relief, sign = ask.log(0.008, 0.08) * size, -1.0 if ask.chance(0.25) else 1.0
    return GrainSpec(
        size,
        irregularity=ask.flat(0.3, 1.0),
        warp=ask.flat(0.0, 0.15),
        groove_depth=sign * relief * ask.flat(0.4, 1.0),
        groove_width=ask.log(0.03, 0.12) * size,
        dome=sign * relief * ask.flat(0.0, 1.0),
        height_spread=relief * ask.flat(0.0, 0.5),
        tilt_spread=ask.log(0.001, 0.02) * ask.chance(0.5),
        response_spread=ask.flat(0.0, 0.8),
        boundary_dip=ask.flat(0.0, 0.8),
        contrast=ask.log(0.02, 0.2),
        poling=ask.log(0.1, 1.0),
        coherent=coherent,
    )


def _relief(ask: Ask, cluttered: bool) -> ReliefSpec:
    return ReliefSpec(
        roughness=ask.log(0.05e-9, 0.8e-9),
        hurst=ask.flat(0.3, 0.9),
        waviness=ask.log(0.2e-9, 5e-9),
        waviness_length=ask.log(3, 15) * ask.size,
        step_height=ask.log(0.3e-9, 4e-9) if cluttered else 0.0,
        terrace_width=ask.log(1.5, 5) * ask.size,
        step_wobble=ask.flat(0.1, 1.5),
        scratches=int(ask.rng.integers(1, 5)) if cluttered else 0,
        scratch_depth=ask.log(0.5e-9, 10e-9),
        scratch_width=ask.log(1.0, 4.0) * ask.pixel,
        particles=int(ask.rng.integers(3, 30)) if cluttered else 0,
        particle_radius=ask.log(2.0, 8.0) * ask.pixel,
        particle_height=ask.log(2e-9, 40e-9),
    )


def _world(ask: Ask, domains: DomainSpec | None = None, twins: TwinSpec | None = None,
           grains: GrainSpec | None = None, ionic: bool = False) -> WorldSpec:  # fmt: skip
    polar = domains is not None or twins is not None
    response = ResponseSpec(
        piezo=ask.log(10e-12, 80e-12) if polar else 0.0,
        asymmetry=ask.flat(0.5, 1.0),
        ionic=ask.log(3e-12, 20e-12) if ionic else 0.0,
        dead_fraction=0.1 * ask.chance(0.1),
        dead_length=3 * ask.size,
        patch_depth=ask.flat(0.3, 0.8) * ask.chance(0.25),
        patch_length=ask.log(0.7, 3) * ask.size,
        mottle=ask.log(0.02, 0.25),
        mottle_length=ask.log(0.15, 0.6) * ask.size,
    )
    cluttered = ask.chance(0.25) or not (polar or grains is not None)
    electric = ElectricSpec(ask.flat(-0.4, 0.4), ask.log(0.005, 0.1), ask.flat(-0.15, 0.15))
    relief = _relief(ask, cluttered)
    return WorldSpec(
        "quality", ask.seed, ask.extent, domains, twins, grains, relief, response, electric
    )


def _lamellae(ask: Ask) -> WorldSpec:
    domains = _domains(ask, "irregular", 4 * ask.size) if ask.chance(0.5) else None
    return _world(ask, domains, _twins(ask, ask.size))


def _ceramic(ask: Ask) -> WorldSpec:
    twins = replace(_twins(ask, 1.3 * ask.size), coverage=ask.flat(0.2, 0.5))
    return _world(ask, _domains(ask, "stripes", ask.size), twins, _grains(ask, 5 * ask.size))


def _film(ask: Ask) -> WorldSpec:
    pattern = str(ask.rng.choice(["bubbles", "irregular", "labyrinth"]))
    twins = replace(_twins(ask, 1.5 * ask.size), coverage=ask.flat(0.1, 0.4))
    return _world(ask, _domains(ask, pattern, ask.size), twins, _grains(ask, 5 * ask.size, True))


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of sample: its recipe, the modes it is imaged in, how fine the pixels are."""

    recipe: Callable[[Ask], WorldSpec]
    modes: tuple[Mode, ...] = EVERY
    pixels: tuple[float, float] = FEATURE_PIXELS


def _pattern(name: str) -> Family:
    return Family(lambda ask: _world(ask, _domains(ask, name, ask.size)), PFM)


FAMILIES: Mapping[str, Family] = {
    "stripes": _pattern("stripes"),
    "lamellae": Family(_lamellae),
    "grains": Family(lambda ask: _world(ask, grains=_grains(ask, ask.size)), EVERY, GRAIN_PIXELS),
    "labyrinth": _pattern("labyrinth"),
    "ceramic": Family(_ceramic),
    "film": Family(_film),
    "bubbles": _pattern("bubbles"),
    "soft_lamellae": Family(
        lambda ask: _world(ask, twins=_twins(ask, ask.size, soft=True)), PFM, FINE_PIXELS
    ),
    "ionic_film": Family(
        lambda ask: _world(ask, grains=_grains(ask, ask.size), ionic=True), PFM, GRAIN_PIXELS
    ),
    "irregular": _pattern("irregular"),
    "bare": Family(_world),
}
"""The families in the order in which worlds go through them."""


def draw_scene(seed: int, number: int, family: str | None = None) -> Scene:
    """Draw one question.

    Parameters
    ----------
    seed, number
        Together they determine everything.
    family
        Key of `FAMILIES`; `None` goes through them by number, and through each one's modes.
    """
    rng = np.random.default_rng([seed, number, STREAM, 1])
    names = tuple(FAMILIES)
    name = names[number % len(names)] if family is None else family
    kind = FAMILIES[name]
    turn = number // len(names) + names.index(name)
    mode = kind.modes[turn % len(kind.modes)]
    lines, pixels = (int(n) for n in rng.choice(SIDES, 2, replace=False))
    draw = Ask(rng, 0.0, 0.0, 0.0, int(2**31 + rng.integers(2**31)))
    size = draw.log(*FEATURES)
    pixel = float(np.clip(size / draw.log(*kind.pixels), *PIXEL_SIZES))
    ask = replace(draw, size=size, pixel=pixel, extent=1.5 * pixel * max(lines, pixels))
    spec = kind.recipe(ask)
    angle = ask.flat(0, 2 * math.pi)
    region = ScanRegion((0.0, 0.0), (pixels * pixel, lines * pixel), angle)
    settings, rate = draw_settings(ask.rng, spec, mode, (pixel, pixels))
    request = ScanRequest(region, (lines, pixels), line_rate=rate)
    given: tuple[str, ...] = ALL
    drawn = rng.random()
    if drawn < WITHOUT_PHASE_SHARE:
        given = ALL[:2]
    elif drawn > 1 - HEIGHT_ONLY_SHARE and spec.grains is not None:
        given = ALL[:1]
    return Scene(name, spec, request, settings, given, (seed, number, STREAM, 2))
