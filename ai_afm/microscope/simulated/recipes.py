"""Recipes of worlds: one for each kind, and the wide random one that a training set draws from.

The ranges come from what real scans show: domains of 0.1-1 um, walls a few nm wide, PbTiO3 and PZT
twins that tilt the surface by 0.5-3.5 degrees (c/a of 1.01-1.06), responses of 5-100 pm/V.
"""

from collections.abc import Mapping

import numpy as np

from ai_afm.errors import BadInput
from ai_afm.microscope.simulated.spec import (
    PATTERNS,
    WORLD_KINDS,
    DomainSpec,
    ElectricSpec,
    GrainSpec,
    ReliefSpec,
    ResponseSpec,
    TwinSpec,
    WorldSpec,
)

DEFAULT_SCALE = {
    "stripes": 0.35e-6,
    "labyrinth": 0.35e-6,
    "bubbles": 0.4e-6,
    "lamellae": 0.4e-6,
    "grains": 1.2e-6,
    "ferroelectric_ceramic": 2.5e-6,
    "film": 0.5e-6,
    "ionic_film": 0.6e-6,
    "bare": 1.0e-6,
}
"""Feature size (m) of each kind: domain width, lamella period, grain size or terrace width."""


def spec_for(kind: str, seed: int, extent: float, scale: float | None) -> WorldSpec:
    """Return the recipe of a kind; the seed varies it a little, as samples differ."""
    if kind not in WORLD_KINDS:
        raise BadInput(f"no kind of world {kind!r}; known: {', '.join(WORLD_KINDS)}")
    rng = np.random.default_rng([seed, 7])
    size = DEFAULT_SCALE[kind] if scale is None else scale
    angle = float(rng.uniform(0, np.pi))
    vary = float(np.exp(rng.normal(0, 0.15)))
    domains, twins, grains, relief, response = None, None, None, ReliefSpec(), ResponseSpec()
    if kind in PATTERNS:
        bias = 0.7 if kind == "bubbles" else float(rng.normal(0, 0.15))
        disorder = 0.35 if kind == "stripes" else 0.3
        domains = DomainSpec(kind, size, bias=bias, disorder=disorder, angle=angle)
        response = ResponseSpec(asymmetry=float(rng.uniform(0.75, 1)))
    elif kind == "lamellae":
        twins = TwinSpec(size, 0.25 * vary, (angle, angle + np.pi / 2), 12 * size, 2.5 * size)
        domains = DomainSpec("irregular", 2.5 * size, bias=0.6)
        relief = ReliefSpec(roughness=0.15e-9)
    elif kind == "grains":
        grains = GrainSpec(size)
        response = ResponseSpec(piezo=0.0)
    elif kind == "ferroelectric_ceramic":
        grains = GrainSpec(size, groove_depth=6e-9, groove_width=40e-9)
        domains = DomainSpec("stripes", size / 7, disorder=0.5)
        twins = TwinSpec(size / 5, 0.3, (0.4,), 3 * size, size / 2, coverage=0.35)
    elif kind == "film":
        pattern = str(rng.choice(["bubbles", "irregular", "labyrinth"], p=[0.3, 0.35, 0.35]))
        domains = DomainSpec(pattern, size, bias=0.5 if pattern == "bubbles" else 0.2, disorder=0.5)
        twins = TwinSpec(
            1.6 * size, 0.12, (angle, angle + np.pi / 2), 10 * size, 2 * size, coverage=0.12
        )
        grains = _faint_grains(6 * size)
        relief = ReliefSpec(roughness=0.5e-9, particles=int(rng.integers(0, 6)))
        response = ResponseSpec(asymmetry=0.85, patch_depth=0.4, patch_length=1.5 * size)
    elif kind == "ionic_film":
        grains = GrainSpec(size, groove_depth=3e-9)
        response = ResponseSpec(piezo=0.0, ionic=8e-12)
    else:
        steps = float(rng.choice([0.39e-9, 0.78e-9, 1.2e-9]))
        relief = ReliefSpec(
            0.06e-9,
            waviness=0.5e-9,
            step_height=steps,
            terrace_width=size,
            scratches=int(rng.integers(1, 5)),
            particles=int(rng.integers(8, 40)),
        )
        response = ResponseSpec(piezo=0.0)
    return WorldSpec(kind, seed, extent, domains, twins, grains, relief, response)


def _faint_grains(size: float) -> GrainSpec:
    """Return the grains of an oriented film: shallow, alike, domains run on across them."""
    return GrainSpec(
        size,
        warp=0.15,
        groove_depth=0.8e-9,
        dome=0.5e-9,
        height_spread=0.5e-9,
        tilt_spread=5e-4,
        response_spread=0.12,
        boundary_dip=0.25,
        coherent=True,
    )


MIXES: Mapping[str, float] = {
    "domains": 0.18,
    "twins": 0.22,
    "both": 0.16,
    "grains": 0.13,
    "grains_domains": 0.08,
    "grains_twins": 0.08,
    "all": 0.06,
    "bare": 0.09,
}
"""What a random world has on it, and how often."""
CROWDED: Mapping[str, float] = {
    "domains": 0.12,
    "twins": 0.20,
    "both": 0.17,
    "grains": 0.13,
    "grains_domains": 0.08,
    "grains_twins": 0.10,
    "all": 0.13,
    "bare": 0.07,
}
"""The same with more worlds where several kinds of lines lie together."""


def random_spec(
    rng: np.random.Generator, extent: float = 6e-6, mixes: Mapping[str, float] = MIXES
) -> WorldSpec:
    """Return a recipe with every knob drawn at random, look-alikes of walls included.

    Made for domain randomisation: choose the pixel size in proportion to `feature_size`, and render
    several crops of each world.

    Parameters
    ----------
    rng
        Source of all choices, the world's seed included.
    extent
        Side of the square that the crops are cut from, m.
    mixes
        Shares of what lies on it; `MIXES` or `CROWDED`.
    """
    mix = str(rng.choice(tuple(mixes), p=tuple(mixes.values())))
    size = _log(rng, 0.06e-6, 0.8e-6)
    grain_size = size if mix == "grains" else size * _log(rng, 2, 10)
    has_grains = mix.startswith("grains") or mix == "all"
    polar = mix not in ("grains", "bare")
    domains = _domains(rng, size) if mix in ("domains", "both", "grains_domains", "all") else None
    twins = _twins(rng, size) if mix in ("twins", "both", "grains_twins", "all") else None
    if mix == "twins" and rng.random() < 0.5:
        domains = _domains(rng, size * _log(rng, 2, 8))
    grains = _grains(rng, grain_size) if has_grains else None
    largest = max(size, grain_size if has_grains else size)
    return WorldSpec(
        "random",
        int(rng.integers(2**31)),
        extent,
        domains,
        twins,
        grains,
        _relief(rng, size, extent, mix == "bare"),
        _response(rng, largest, polar),
        _electric(rng),
    )


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _sometimes(rng: np.random.Generator, share: float, value: float) -> float:
    return value if rng.random() < share else 0.0


def _domains(rng: np.random.Generator, size: float) -> DomainSpec:
    pattern = str(rng.choice(PATTERNS, p=(0.22, 0.24, 0.2, 0.34)))
    isolated = rng.uniform(0.3, 1.1) * rng.choice([-1, 1])
    bias = isolated if pattern == "bubbles" else rng.normal(0, 0.5)
    return DomainSpec(
        pattern,
        size,
        wall_width=_log(rng, 1e-9, 20e-9),
        bias=float(bias),
        disorder=float(rng.random()),
        angle=float(rng.uniform(0, np.pi)),
    )


def _twins(rng: np.random.Generator, size: float) -> TwinSpec:
    angle = float(rng.uniform(0, np.pi))
    crossed = angle + (np.pi / 2 if rng.random() < 0.75 else float(rng.uniform(0.4, 1.4)))
    length = size * _log(rng, 3, 40)
    response = float(rng.uniform(0, 0.75)) if rng.random() < 0.75 else float(rng.uniform(1.2, 2))
    return TwinSpec(
        period=size,
        duty=_log(rng, 0.08, 0.6),
        angles=(angle, crossed) if rng.random() < 0.65 else (angle,),
        length=length,
        taper=length * float(rng.uniform(0.05, 0.4)),
        coverage=float(rng.uniform(0.15, 0.95)),
        tilt=_log(rng, 0.004, 0.06),
        response=response,
        in_plane=float(rng.uniform(0.1, 1)),
        wall_width=_log(rng, 2e-9, 0.12 * size + 4e-9),
        bend=_log(rng, 0.003, 0.3) * size,
    )


def _grains(rng: np.random.Generator, size: float) -> GrainSpec:
    # now and then only the response shows grains
    relief = _sometimes(rng, 0.87, _log(rng, 0.0015, 0.12)) * size
    sign = -1.0 if rng.random() < 0.25 else 1.0
    grooved = rng.random() < 0.75
    return GrainSpec(
        size,
        irregularity=float(rng.uniform(0.2, 1)),
        warp=float(rng.uniform(0, 0.2)),
        groove_depth=sign * relief * float(rng.uniform(0.2, 0.8)) * grooved,
        groove_width=_log(rng, 0.01, 0.15) * size,
        dome=sign * relief * float(rng.uniform(0, 1) if grooved else rng.uniform(0.6, 1.2)),
        height_spread=relief * float(rng.uniform(0, 0.6)),
        tilt_spread=_sometimes(rng, 0.5, _log(rng, 0.001, 0.06)),
        response_spread=float(rng.random()),
        boundary_dip=float(rng.uniform(0, 0.9)),
        contrast=_log(rng, 0.01, 0.3),
        poling=_log(rng, 0.1, 2),
        coherent=bool(rng.random() < 0.3),
    )


def _relief(rng: np.random.Generator, size: float, extent: float, bare: bool) -> ReliefSpec:
    often = 0.6 if bare else 0.15
    return ReliefSpec(
        roughness=_log(rng, 0.03e-9, 3e-9),
        hurst=float(rng.uniform(0.2, 1)),
        waviness=_sometimes(rng, 0.6, _log(rng, 0.2e-9, 30e-9)),
        waviness_length=_log(rng, 1, 15) * size,
        step_height=_sometimes(rng, often, _log(rng, 0.2e-9, 20e-9)),
        terrace_width=size * _log(rng, 0.7, 5),
        step_wobble=float(rng.uniform(0.1, 2)),
        scratches=int(_sometimes(rng, often, float(rng.integers(1, 9)))),
        scratch_depth=_log(rng, 0.5e-9, 20e-9),
        scratch_width=size * _log(rng, 0.03, 0.3),
        particles=int(_sometimes(rng, often + 0.15, _log(rng, 3, 120))),
        particle_radius=min(size, 0.05 * extent) * _log(rng, 0.1, 0.8),
        particle_height=_log(rng, 1e-9, 60e-9) * (-1 if rng.random() < 0.2 else 1),
    )


def _response(rng: np.random.Generator, size: float, polar: bool) -> ResponseSpec:
    return ResponseSpec(
        piezo=_log(rng, 5e-12, 100e-12) if polar else 0.0,
        asymmetry=float(rng.uniform(0.3, 1)) if rng.random() < 0.6 else 1.0,
        ionic=0.0 if polar else _sometimes(rng, 0.5, _log(rng, 1e-12, 20e-12)),
        dead_fraction=_sometimes(rng, 0.25, float(rng.uniform(0.03, 0.4))),
        dead_length=size * _log(rng, 1, 6),
        patch_depth=_sometimes(
            rng, 0.35, float(rng.uniform(0.3, 0.95)) * (1 if rng.random() < 0.7 else -1)
        ),
        patch_length=size * _log(rng, 0.4, 3),
        mottle=_log(rng, 0.01, 0.4),
        mottle_length=size * _log(rng, 0.1, 0.8),
    )


def _electric(rng: np.random.Generator) -> ElectricSpec:
    return ElectricSpec(
        contact_potential=float(rng.normal(0, 0.3)),
        potential_spread=_log(rng, 0.005, 0.2),
        domain_contrast=float(rng.normal(0, 0.1)),
        coercive_bias=_log(rng, 1.5, 10),
        imprint=float(rng.normal(0, 0.5)),
        disorder=float(rng.uniform(0.03, 0.3)),
    )
