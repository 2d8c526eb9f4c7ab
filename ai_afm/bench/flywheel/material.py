"""Materials that a model knows badly or not at all, and where their samples come from."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai_afm.bench.quality.frames import Exam, pose
from ai_afm.bench.quality.instrument import Ask, draw_settings
from ai_afm.bench.quality.worlds import ALL, PFM, STREAM, Scene, draw_scene
from ai_afm.errors import BadInput
from ai_afm.flywheel.painted.crops import SCENES, Scenes
from ai_afm.flywheel.painted.scenes import ferroelectric_grains, grains
from ai_afm.microscope.simulated.recipes import MIXES, spec_for
from ai_afm.types import ScanRegion, ScanRequest

SCALES = (0.8e-6, 1.8e-6)
"""Grain size of the ceramic, m; its stripes are a seventh as wide."""
PIXELS_A_GRAIN = (48.0, 80.0)
CERAMIC_SIDES = tuple(range(128, 209, 16))
"""Lines and pixels of a frame of the ceramic."""


@dataclass(frozen=True, slots=True)
class Material:
    """A family of materials that is won back by corrections.

    Parameters
    ----------
    name
        What it is called.
    families
        Its families of samples: keys of `bench.quality.worlds.FAMILIES`, or `CERAMIC`.
    others
        Families without it: what else a lab scans, and what must not be forgotten.
    mixed
        Whether a mix of the twin's training worlds has it.
    painted
        The painted scenes that have it.
    base
        "name@version" of the model that shall learn it; empty for one that is trained without any
        of it, by this benchmark.
    """

    name: str
    families: tuple[str, ...]
    others: tuple[str, ...]
    mixed: Callable[[str], bool]
    painted: tuple[Callable[..., object], ...]
    base: str = ""

    def mixes(self) -> Mapping[str, float]:
        """Return the shares of training worlds without it."""
        kept = {mix: share for mix, share in MIXES.items() if not self.mixed(mix)}
        return {mix: share / sum(kept.values()) for mix, share in kept.items()}

    def scenes(self) -> Scenes:
        """Return the shares of painted training scenes without it."""
        kept = [(share, scene) for share, scene in SCENES if scene not in self.painted]
        total = sum(share for share, _ in kept)
        return tuple((share / total, scene) for share, scene in kept)


OTHERS = ("stripes", "lamellae", "labyrinth", "bubbles", "soft_lamellae", "irregular", "bare")
CERAMIC = "twin_ceramic"
POLYCRYSTALS = Material(
    "polycrystals",
    ("grains", "ionic_film"),
    OTHERS,
    lambda mix: mix.startswith("grains") or mix == "all",
    (grains, ferroelectric_grains),
)
"""Whatever has grain boundaries: a class that the base model has never been shown at all."""
FERROELECTRIC_CERAMIC = Material(
    "ferroelectric ceramic",
    (CERAMIC,),
    (*OTHERS, "grains", "ionic_film"),
    lambda _: False,
    (),
    "wallnet@2.7.0",
)
"""Grains full of striped domains and twins, the twin's own recipe: no training has drawn from it,
and the model that ships takes most of its grain boundaries for walls."""
MATERIALS = {m.name.replace(" ", "-"): m for m in (POLYCRYSTALS, FERROELECTRIC_CERAMIC)}


def material_of(name: str) -> Material:
    """Return a material by its name; raises BadInput when there is none."""
    if name not in MATERIALS:
        raise BadInput(f"no material {name!r}; there are {', '.join(MATERIALS)}")
    return MATERIALS[name]


def frames_of(families: Sequence[str], seed: int, count: int) -> list[Exam]:
    """Image so many frames of new samples, the families by turns; the seed determines everything.

    Sample, instrument, mode, pixel size and shape of each are drawn as in `bench perception
    --quality`.
    """
    return [pose(_scene(seed, n, families[n % len(families)])) for n in range(count)]


def _scene(seed: int, number: int, family: str) -> Scene:
    return ceramic_scene(seed, number) if family == CERAMIC else draw_scene(seed, number, family)


def ceramic_scene(seed: int, number: int) -> Scene:
    """Draw a sample of the ceramic, and with what it is imaged; all channels are given."""
    rng = np.random.default_rng([seed, number, STREAM, 3])
    ask = Ask(rng)
    lines, pixels = (int(n) for n in rng.choice(CERAMIC_SIDES, 2, replace=False))
    grain = ask.log(*SCALES)
    pixel = grain / ask.log(*PIXELS_A_GRAIN)
    spec = spec_for(
        "ferroelectric_ceramic", int(rng.integers(2**31)), 1.5 * pixel * max(lines, pixels), grain
    )
    region = ScanRegion((0.0, 0.0), (pixels * pixel, lines * pixel), ask.flat(0, 2 * math.pi))
    settings, rate = draw_settings(rng, spec, PFM[number % len(PFM)], (pixel, pixels))
    request = ScanRequest(region, (lines, pixels), line_rate=rate)
    return Scene(CERAMIC, spec, request, settings, ALL, (seed, number, STREAM, 4))
