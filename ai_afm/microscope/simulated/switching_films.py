"""Films to test a verdict on: alike at walls and in the bulk, or hysteretic and not polar."""

import math

import numpy as np

from ai_afm.microscope.simulated.spec import ElectricSpec, ReliefSpec, ResponseSpec, WorldSpec
from ai_afm.microscope.simulated.switching_state import SwitchingSettings


def alike_at_walls(ease: float = 0.0) -> SwitchingSettings:
    """Return switching for which a wall is nothing but a line between two colours.

    Parameters
    ----------
    ease
        Share of the activation bias that a wall takes away where it lies; with 0 a place beside a
        wall nucleates exactly as the bulk does. The wall itself never moves.
    """
    return SwitchingSettings(wall_ease=ease, wall_pinning=math.inf)


def polar(rng: np.random.Generator) -> SwitchingSettings:
    """Draw the switching of a ferroelectric whose reading AC helps the bias, as it does."""
    return SwitchingSettings(
        ac_share=float(rng.uniform(0.5, 1.0)),
        injection=float(rng.uniform(0.0, 0.3)),
        charge_life=_log(rng, 5.0, 200.0),
    )


def trapping(rng: np.random.Generator) -> SwitchingSettings:
    """Draw a film whose traps fill under the bias and empty slowly: a loop without polarisation.

    The trapped potential never exceeds the bias that drove it in.
    """
    return SwitchingSettings(
        injection=float(rng.uniform(0.3, 1.0)),
        injection_time=_log(rng, 5e-3, 0.3),
        charge_life=_log(rng, 2.0, 1e4),
        charge_diffusion=_log(rng, 1e-19, 2e-17),
        ac_release=_log(rng, 0.5, 20.0),
    )


def ionic(rng: np.random.Generator) -> SwitchingSettings:
    """Draw a film whose ions follow the bias late and change its electrochemical strain."""
    return SwitchingSettings(
        injection=float(rng.uniform(0.0, 0.5)),
        charge_life=_log(rng, 2.0, 500.0),
        ionic_time=_log(rng, 0.05, 300.0),
        ionic_stretch=float(rng.uniform(0.5, 1.0)),
        ionic_voltage=float(rng.uniform(1.0, 8.0)),
    )


def non_polar_spec(seed: int, extent: float, rng: np.random.Generator, ions: bool) -> WorldSpec:
    """Return the recipe of a film without any switchable polarisation.

    Parameters
    ----------
    seed, extent
        Of the world; m.
    rng
        Draws a fixed piezoelectric response, which quartz has as well, and the ionic one.
    ions
        Whether it responds electrochemically.
    """
    response = ResponseSpec(
        piezo=float(rng.choice([0.0, rng.uniform(0.5e-12, 20e-12)])),
        ionic=_log(rng, 3e-12, 60e-12) if ions else 0.0,
    )
    electric = ElectricSpec(contact_potential=float(rng.normal(0.0, 0.4)))
    return WorldSpec("film", seed, extent, None, None, None, ReliefSpec(), response, electric)


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))
