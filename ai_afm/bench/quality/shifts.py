"""Eight ways in which a scan differs from all that the benchmark's distribution holds."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ai_afm.bench.quality.worlds import STREAM, Scene
from ai_afm.microscope.simulated.feedback import FeedbackSettings
from ai_afm.microscope.simulated.tip import SecondTip
from ai_afm.types import Mode

Shift = Callable[[Scene, np.random.Generator], Scene]

RINGING_PIXELS = 6.0
"""Period of the ringing, px."""
LARGEST_LAG = 1.5
"""A faster scan lags by at most so many pixels, or its lines would lie beside their labels."""


def shifted(scene: Scene, name: str) -> Scene | None:
    """Return a scene under a named shift; `None` where the shift does not apply to its mode."""
    if name == "gain_ringing" and scene.mode is Mode.TAPPING:
        return None  # the twin's tapping loop is a pure integrator: it cannot ring
    rng = np.random.default_rng([*scene.seed[:2], STREAM, 10 + list(SHIFTS).index(name)])
    return SHIFTS[name](scene, rng)


def _tip_blur(scene: Scene, rng: np.random.Generator) -> Scene:
    tip, wide = scene.settings.tip, float(rng.uniform(2.0, 3.0)) * scene.pixel
    tip = replace(tip, radius=4 * tip.radius, electric_radius=math.hypot(tip.electric_radius, wide))
    return replace(scene, settings=replace(scene.settings, tip=tip))


def _double_tip(scene: Scene, rng: np.random.Generator) -> Scene:
    distance, angle = float(rng.uniform(3, 10)) * scene.pixel, float(rng.uniform(0, 2 * math.pi))
    offset = (distance * math.cos(angle), distance * math.sin(angle))
    second = SecondTip(offset, float(rng.uniform(0, 1e-9)), float(rng.uniform(0.15, 0.4)))
    return replace(scene, settings=replace(
        scene.settings, tip=replace(scene.settings.tip, second=second)))  # fmt: skip


def _gain_ringing(scene: Scene, rng: np.random.Generator) -> Scene:
    frequency, quality = 1 / (RINGING_PIXELS * _dwell(scene)), float(rng.uniform(5, 10))
    # beyond 2 pi f / Q the loop oscillates for ever
    integral = float(rng.uniform(0.8, 0.92)) * 2 * math.pi * frequency / quality
    feedback = FeedbackSettings(integral, 0.0, frequency, quality)
    return replace(scene, settings=replace(scene.settings, feedback=feedback))


def _drift_shear(scene: Scene, rng: np.random.Generator) -> Scene:
    lines = scene.request.shape[0]
    speed = float(rng.uniform(0.08, 0.2)) * scene.request.line_rate / lines
    speed *= min(scene.request.region.size)
    angle = float(rng.uniform(0, 2 * math.pi))
    drift = (speed * math.cos(angle), speed * math.sin(angle))
    scanner = replace(scene.settings.scanner, drift=drift)
    return replace(scene, settings=replace(scene.settings, scanner=scanner))


def _phase_offset(scene: Scene, rng: np.random.Generator) -> Scene:
    noise, electrics = scene.settings.noise, scene.settings.electrics
    offset = noise.phase_offset + float(rng.uniform(0.25, 0.75)) * math.pi
    noise = replace(noise, phase_offset=offset, phase_inverted=not noise.phase_inverted)
    # a background turns the phases of opposite domains away from 180 degrees apart
    electrics = replace(electrics, background=2 * electrics.background)
    return replace(scene, settings=replace(scene.settings, noise=noise, electrics=electrics))


def _noise(scene: Scene, rng: np.random.Generator) -> Scene:
    factor, noise = float(rng.uniform(2, 3)), scene.settings.noise
    noise = replace(
        noise,
        shot=factor * noise.shot,
        height=factor * noise.height,
        height_pink=factor * noise.height_pink,
        line=factor * noise.line,
    )
    return replace(scene, settings=replace(scene.settings, noise=noise))


def _line_rate(scene: Scene, rng: np.random.Generator) -> Scene:
    settings = scene.settings
    slowest = max(settings.detection.time_constant, 1 / settings.feedback.integral)
    lag = slowest / _dwell(scene)
    factor = min(float(rng.uniform(3, 6)), max(1.0, LARGEST_LAG / lag))
    return replace(
        scene, request=replace(scene.request, line_rate=factor * scene.request.line_rate)
    )


def _unseen_material(scene: Scene, rng: np.random.Generator) -> Scene:
    spec, pixel = scene.spec, scene.pixel
    domains, twins, grains = spec.domains, spec.twins, spec.grains
    if domains is not None:
        domains = replace(domains, wall_width=float(rng.uniform(3, 6)) * pixel)
    if twins is not None:
        twins = replace(twins, response=float(rng.uniform(1.5, 2.2)), tilt=0.5 * twins.tilt)
    if grains is not None:
        dome = 2 * (abs(grains.groove_depth) + abs(grains.dome))
        grains = replace(grains, groove_depth=0.0, dome=dome, contrast=0.2, boundary_dip=0.0)
    response = replace(
        spec.response,
        asymmetry=float(rng.uniform(0.15, 0.35)),
        mottle=float(rng.uniform(0.3, 0.5)),
        patch_depth=-float(rng.uniform(0.5, 1.5)),
    )
    relief = replace(spec.relief, roughness=2 * spec.relief.roughness,
                     waviness=4 * spec.relief.waviness)  # fmt: skip
    spec = replace(spec, domains=domains, twins=twins, grains=grains, response=response,
                   relief=relief)  # fmt: skip
    return replace(scene, spec=spec)


def _dwell(scene: Scene) -> float:
    """Return the time of a pixel, s."""
    return 0.45 / (scene.request.shape[1] * scene.request.line_rate)


SHIFTS: Mapping[str, Shift] = {
    "tip_blur": _tip_blur,
    "double_tip": _double_tip,
    "gain_ringing": _gain_ringing,
    "drift_shear": _drift_shear,
    "phase_offset": _phase_offset,
    "noise": _noise,
    "line_rate": _line_rate,
    "unseen_material": _unseen_material,
}
