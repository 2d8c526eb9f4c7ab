"""The instruments of the quality benchmark: ranges of everything that is no size of the sample."""

import math
from dataclasses import dataclass

import numpy as np

from ai_afm.microscope.simulated.electromechanics import ContactMechanics, Electrics
from ai_afm.microscope.simulated.feedback import FeedbackSettings
from ai_afm.microscope.simulated.modes import Detection, noise_gain
from ai_afm.microscope.simulated.noise import NoiseSettings
from ai_afm.microscope.simulated.scanner import ScannerSettings
from ai_afm.microscope.simulated.settings import MODE_FREQUENCY, TYPICAL_PIEZO, ImagingSettings
from ai_afm.microscope.simulated.spec import WorldSpec
from ai_afm.microscope.simulated.tip import Tip
from ai_afm.types import Drive, Mode

RESPONSE_NOISE = (0.03, 0.3)
"""rms noise of the complex response per pixel, in parts of a domain's response."""
BACKGROUND = (0.0, 0.2)
"""Complex background, in parts of a domain's response."""
TIP_BLUR = (0.3, 2.0)
"""Electric radius of the tip, px."""
LAG = (0.05, 0.7)
"""How far lock-in and feedback lag, px: a line lies where its label lies."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a recipe is drawn from.

    Parameters
    ----------
    rng
        Source of all choices.
    size, pixel, extent
        Typical distance of lines, pixel size and side of the world, m.
    seed
        Of the world.
    """

    rng: np.random.Generator
    size: float = 0.0
    pixel: float = 0.0
    extent: float = 0.0
    seed: int = 0

    def log(self, low: float, high: float) -> float:
        """Draw evenly in the logarithm."""
        return float(math.exp(self.rng.uniform(math.log(low), math.log(high))))

    def flat(self, low: float, high: float) -> float:
        """Draw evenly."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """Tell whether something that happens in a share of the cases does."""
        return bool(self.rng.random() < share)


def draw_settings(
    rng: np.random.Generator,
    spec: WorldSpec,
    mode: Mode,
    grid: tuple[float, int],
) -> tuple[ImagingSettings, float]:
    """Draw an instrument and a line rate (Hz) for a sample; `grid` is (pixel size m, pixels)."""
    pixel, pixels = grid
    ask = Ask(rng, pixel=pixel)
    mechanics = ContactMechanics(
        quality=ask.log(30, 150),
        stiffness_exponent=ask.flat(0.02, 0.25),
        slope_coupling=ask.flat(-0.1, 0.1),
        quality_exponent=ask.flat(0, 0.5),
    )
    detection = _detection(ask, mode, mechanics)
    feedback = FeedbackSettings(integral=ask.log(400, 5000), setpoint_ratio=ask.flat(0.5, 0.9))
    dwell = max(detection.time_constant, 1 / feedback.integral) / ask.log(*LAG)
    drive = Drive(ask.log(0.7, 4.0))
    piezo = spec.response.piezo or spec.response.ionic or TYPICAL_PIEZO
    gain = max(1.0, noise_gain(detection, mechanics))
    electrics = _electrics(ask, piezo, gain)
    steps = [spec.relief.step_height, abs(spec.grains.groove_depth) if spec.grains else 0.0, 1e-10]
    tip = Tip(
        # a parabola of radius r shifts a step of height h by sqrt(2 r h): at most one pixel
        radius=min(ask.log(5e-9, 40e-9), pixel**2 / (2 * max(steps))),
        electric_radius=ask.log(*TIP_BLUR) * pixel,
    )
    scanner = ScannerSettings(bow=ask.flat(-40, 40), tilt=(ask.flat(-5e-3, 5e-3), 0.0))
    noise = _noise(ask, drive.amplitude * piezo * gain)
    settings = ImagingSettings(
        tip, mechanics, electrics, detection, feedback, scanner, noise, drive
    )
    return settings, 0.45 / (pixels * dwell)


def _detection(ask: Ask, mode: Mode, mechanics: ContactMechanics) -> Detection:
    width = mechanics.resonance / mechanics.quality
    flank = mechanics.resonance + ask.flat(-1.0, 1.0) * width
    return Detection(
        mode=mode,
        frequency=flank if mode is Mode.PFM_SINGLE_FREQUENCY else MODE_FREQUENCY[mode],
        time_constant=ask.log(0.05e-3, 2e-3),
        separation=ask.flat(0.6, 1.8) * width,
        loop_time=ask.log(0.5e-3, 5e-3),
        lock_range=ask.flat(4, 12) * width,
    )


def _electrics(ask: Ask, piezo: float, gain: float) -> Electrics:
    """Draw electrostatics and background in proportion to a response `piezo` (m/V)."""
    return Electrics(
        electrostatic=piezo * ask.log(0.01, 0.3),
        background=piezo
        * gain
        * ask.flat(*BACKGROUND)
        * complex(np.exp(1j * ask.flat(0, 2 * math.pi))),
        background_slope=ask.flat(-1, 1),
        buckling=ask.flat(0, 0.15),
        cantilever_angle=ask.flat(0, 2 * math.pi),
    )


def _noise(ask: Ask, signal: float) -> NoiseSettings:
    spoiled = ask.chance(0.2)
    return NoiseSettings(
        height=ask.log(0.02e-9, 0.3e-9),
        height_pink=ask.log(0.02e-9, 0.5e-9),
        shot=signal * ask.log(*RESPONSE_NOISE),
        thermal=0.0,
        line=ask.log(0.02e-9, 0.5e-9),
        jump_rate=0.02 * spoiled,
        scar_rate=0.05 * spoiled,
        optical_zero=ask.log(0.05e-9, 1e-9),
        adhesion=ask.log(0.05e-9, 1e-9),
        gain_drift=ask.log(0.01, 0.1),
        resonance_drift=ask.log(1e-4, 3e-3),
        resonance_jitter=ask.log(1e-4, 3e-3),
        phase_offset=ask.flat(-math.pi, math.pi),
        phase_inverted=ask.chance(0.5),
        response_limit=30 * signal,
    )
