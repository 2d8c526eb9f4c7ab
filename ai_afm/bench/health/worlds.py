"""Healthy instruments on many samples, easy and difficult; what breaks them stands beside.

Worlds come from the families of the quality benchmark (stripes, twins, grains, films, steps) and
from a flat one; every fourth instrument has three times the noise, every fifth picks up the mains.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.bench.quality.worlds import FAMILIES, draw_scene
from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.noise import NoiseSettings, scaled
from ai_afm.microscope.simulated.sample import GrownWorld, Untouched, build_world
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.spec import ReliefSpec, ResponseSpec, WorldSpec
from ai_afm.survey.health.passes import Passes, passes_of
from ai_afm.types import Frame, Mode, Point, ScanRegion, ScanRequest

STREAM = 90_417
"""Third word of every seed of this benchmark."""
FLAT = "flat"
KINDS = (*FAMILIES, FLAT)
PIXELS = 256
PATCH = (64, 144)
"""Lines and pixels of a reference patch."""
EXTENT = 640
"""Side of a world in pixels of its scene."""


@dataclass(frozen=True, slots=True)
class Bench:
    """An instrument on a sample, healthy.

    Parameters
    ----------
    kind
        One of `KINDS`.
    world
        What lies under the tip.
    settings
        The instrument.
    pixel
        Pixel size of its frames, m.
    dwell
        Time of a pixel, s.
    seed
        Of all noise, with a further word for each frame.
    """

    kind: str
    world: GrownWorld
    settings: ImagingSettings
    pixel: float
    dwell: float
    seed: tuple[int, int, int]

    @property
    def mode(self) -> Mode:
        """Detection mode."""
        return self.settings.detection.mode

    def rng(self, *words: int) -> np.random.Generator:
        """Return a generator of its own for each use."""
        return np.random.default_rng([*self.seed, *words])

    def frame(
        self, shape: tuple[int, int], number: int, settings: ImagingSettings | None = None,
        place: tuple[Point, float] | None = None,
    ) -> Frame:  # fmt: skip
        """Scan `shape` (lines, pixels), with other noise for each `number`.

        `place` is (centre m, pixel size m); the world's middle by default.
        """
        centre, pixel = place or ((0.0, 0.0), self.pixel)
        region = ScanRegion(centre, (shape[1] * pixel, shape[0] * pixel), 0.3)
        request = ScanRequest(region, shape, 0.45 / (shape[1] * self.dwell))
        return image_frame(
            Untouched(self.world), request, settings or self.settings, self.rng(1, number)
        )

    def patch(
        self, number: int, settings: ImagingSettings | None = None,
        place: tuple[Point, float] | None = None,
    ) -> Passes:  # fmt: skip
        """Scan a reference patch; from the second number on it is missed by up to 3 px."""
        centre, pixel = place or ((0.0, 0.0), self.pixel)
        if number:
            missed = self.rng(2, number).uniform(-3, 3, 2) * pixel
            centre = centre[0] + float(missed[0]), centre[1] + float(missed[1])
        passes = passes_of(self.frame(PATCH, 100 + number, settings, (centre, pixel)))
        assert passes is not None  # the twin's lines are complete
        return passes


def _steady(settings: ImagingSettings) -> NoiseSettings:
    """Return drifts of a healthy instrument, rms: the resonance by a tenth of its width at most.

    The gain by a twentieth at most.
    """
    noise = settings.noise
    drift = min(noise.resonance_drift, 0.1 / settings.mechanics.quality)
    return replace(noise, resonance_drift=drift, gain_drift=min(noise.gain_drift, 0.05))


def draw_bench(seed: int, number: int) -> Bench:
    """Draw a healthy instrument on a sample; seed and number determine everything."""
    rng = np.random.default_rng([seed, number, STREAM])
    kind = KINDS[number % len(KINDS)]
    turn = number // len(KINDS)
    family = "bare" if kind == FLAT else kind
    # `draw_scene` goes through the modes of a family by its number
    scene = draw_scene(seed, number + len(FAMILIES) * turn, family)
    spec = replace(scene.spec, extent=EXTENT * scene.pixel)
    if kind == FLAT:
        relief = ReliefSpec(roughness=0.05e-9, waviness=0.3e-9, waviness_length=spec.extent / 3)
        spec = WorldSpec(FLAT, spec.seed, spec.extent, relief=relief,
                         response=ResponseSpec(piezo=20e-12, mottle=0.02))  # fmt: skip
    settings = scene.settings
    if number % 4 == 1:
        settings = replace(settings, noise=scaled(settings.noise, 3.0))
    settings = replace(settings, noise=_steady(settings))
    if number % 5 == 2:
        signal = settings.noise.response_limit / 30
        noise = replace(settings.noise, mains=float(math.exp(rng.uniform(-23.5, -21.5))),
                        mains_response=0.1 * signal)  # fmt: skip
        settings = replace(settings, noise=noise)
    dwell = 0.45 / (scene.request.shape[1] * scene.request.line_rate)
    return Bench(kind, build_world(spec), settings, scene.pixel, dwell, (seed, number, STREAM))
