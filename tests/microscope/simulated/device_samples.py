"""Analytic samples for the device's tests: every number can be worked out by hand."""

import math
from dataclasses import dataclass, field

import numpy as np

from ai_afm.microscope.simulated.electromechanics import ContactMechanics, Electrics
from ai_afm.microscope.simulated.feedback import FeedbackSettings
from ai_afm.microscope.simulated.modes import Detection
from ai_afm.microscope.simulated.noise import QUIET
from ai_afm.microscope.simulated.scanner import ScannerSettings
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.surface import Surface
from ai_afm.microscope.simulated.tip import Tip
from ai_afm.types import Mode

PIEZO = 50e-12


@dataclass
class Analytic:
    """Domains +-PIEZO with a wall at x = wall, waves of height, a stiffness step at y = 0."""

    wall: float = 30e-9
    wall_width: float = 3e-9
    wave: float = 4e-9
    stiff: float = 0.0
    potential: float = 0.0
    exposed: list = field(default_factory=list)
    world: object = None

    def height(self, x, y):
        return self.wave * np.sin(2 * np.pi * x / 900e-9) * np.cos(2 * np.pi * y / 1300e-9)

    def piezo(self, x, y):
        return PIEZO * np.tanh((x - self.wall) / self.wall_width)

    def surface(self, x, y, time):
        one = np.ones(np.broadcast_shapes(x.shape, y.shape))
        stiffness = one + self.stiff * np.where(y > 0, 1.0, -1.0)
        return Surface(
            self.height(x, y) * one,
            self.piezo(x, y) * one,
            0 * one,
            stiffness,
            self.potential * one,
            one,
            0 * one,
        )

    def expose(self, x, y, bias, drive, seconds, time):
        self.exposed.append((x, y, bias, drive, seconds))


def ideal(mode=Mode.PFM_OFF_RESONANCE, **changes):
    """Settings of a perfect instrument: no noise, ideal tip, perfect loop, no plane."""
    parts = {
        "tip": Tip(radius=0.0, electric_radius=0.0, blunting=0.0, coating_life=math.inf),
        "mechanics": ContactMechanics(slope_coupling=0.0),
        "electrics": Electrics(electrostatic=0.0, background=0j, buckling=0.0),
        "detection": Detection(mode=mode, frequency=0.0, time_constant=0.0),
        "feedback": FeedbackSettings(integral=math.inf),
        "scanner": ScannerSettings(tilt=(0.0, 0.0), bow=0.0),
        "noise": QUIET,
    }
    return ImagingSettings(**(parts | changes))
