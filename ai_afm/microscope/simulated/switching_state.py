"""The values of the switching laws: how a sample switches, where, and its state so far."""

import math
from dataclasses import dataclass
from typing import TypeAlias

Dots: TypeAlias = tuple[tuple[float, int], ...]
"""Domains around the tip, oldest (and largest) first: (radius in m, sign of the response)."""


@dataclass(frozen=True, slots=True)
class SwitchingSettings:
    """How a sample switches; voltages are local, i.e. after imprint and trapped charge.

    Parameters
    ----------
    attempt_time
        Inverse rate of nucleation at infinite bias, s. With it, a bias equal to the world's
        coercive bias nucleates at 1 per second.
    wall_ease, wall_reach
        A wall lowers the activation bias by the share `wall_ease`, decaying over `wall_reach` (m).
    seed_ease
        Share by which a place that has nucleated once is easier the next time.
    growth, growth_time
        A dot grows as r = growth * |V|/V_c * log10(1 + t / growth_time), m and s.
    pinning
        Share of the coercive bias below which no wall moves.
    wall_pinning
        The same for native walls alone, `None` for the same share; inf pins them for ever.
    ac_share
        Share of the AC amplitude that helps the bias to switch, as each half period of the AC adds
        to it; 0 reads without touching, 1 adds the whole peak.
    retraction
        Mobility of the outer walls of a written dot, pinned by screening charge, relative to
        growth.
    back_switching
        By how much a written dot shrinks in each decade of time from 1 s after the bias on, m.
    wall_recovery, wall_recovery_time
        Share of a wall's displacement that is elastic, and the time (s) in which it goes back.
    wall_width
        Half width w of the tanh(d / w) profile of written walls, m.
    reversible, reversible_time
        Reversible change of the piezo coefficient (share per volt) and its time constant, s.
    injection, injection_time, charge_life
        Trapped charge as surface potential per volt of bias, and the time constants (s) of
        injection (bias on) and decay.
    ac_release
        AC amplitude (V) that halves the life of trapped charge; inf where it releases none.
    charge_coupling
        Share of the trapped charge's potential that opposes the bias.
    charge_diffusion
        Diffusivity of trapped charge along the surface, m^2/s.
    ionic_time, ionic_stretch, ionic_voltage
        Stretched-exponential relaxation of ions: time (s), exponent (0 to 1], and bias (V) that
        changes the electrochemical response by its own size.
    ionic_ease, ionic_reach
        Share by which a grain boundary shortens the ionic time, decaying over `ionic_reach` (m).
    wear_rate
        Loss of height per second of contact at a place, m/s.
    """

    attempt_time: float = 1e-10
    wall_ease: float = 0.4
    wall_reach: float = 30e-9
    seed_ease: float = 0.15
    growth: float = 8e-9
    growth_time: float = 1e-3
    pinning: float = 0.5
    wall_pinning: float | None = None
    ac_share: float = 0.0
    retraction: float = 0.05
    back_switching: float = 5e-10
    wall_recovery: float = 0.3
    wall_recovery_time: float = 0.2
    wall_width: float = 4e-9
    reversible: float = 0.01
    reversible_time: float = 3e-3
    injection: float = 0.1
    injection_time: float = 0.05
    charge_life: float = 20.0
    ac_release: float = math.inf
    charge_coupling: float = 0.2
    charge_diffusion: float = 5e-18
    ionic_time: float = 0.3
    ionic_stretch: float = 0.6
    ionic_voltage: float = 5.0
    ionic_ease: float = 0.5
    ionic_reach: float = 40e-9
    wear_rate: float = 0.0

    @property
    def log_attempts(self) -> float:
        """ln(1 s / attempt_time): activation bias over the bias of one nucleation a second."""
        return -math.log(self.attempt_time)

    @property
    def native_pinning(self) -> float:
        """Share of the coercive bias below which no native wall moves."""
        return self.pinning if self.wall_pinning is None else self.wall_pinning


@dataclass(frozen=True, slots=True)
class Site:
    """The place under the tip before the probe came.

    Parameters
    ----------
    coercive, imprint
        Half the width and the centre of the local coercive window in the bulk, V.
    ferroelectric
        Whether it can switch.
    sign
        Sign of the piezo coefficient under the tip.
    nearest_wall
        Distance to the nearest wall of any kind, m.
    movable_wall
        Distance to the nearest native 180-degree wall that the bias can push, m; inf without one.
    nearest_boundary
        Distance to the nearest grain boundary, m: a fast path for ions.
    """

    coercive: float
    imprint: float
    ferroelectric: bool
    sign: int
    nearest_wall: float
    movable_wall: float = math.inf
    nearest_boundary: float = math.inf


@dataclass(frozen=True, slots=True)
class SpotState:
    """What a waveform has done to the place under the tip so far.

    Parameters
    ----------
    dots
        Written domains around the tip; signs alternate.
    shift_fixed, shift_elastic
        Displacement of the movable wall away from the tip, m: what stays, and what goes back.
    seeded
        Whether a domain has nucleated here during this probe.
    charge
        Trapped charge as surface potential at the tip, V.
    reversible
        Reversible change of the piezo coefficient, as a share of its size.
    ions
        Slow ionic state, V, one entry per relaxation time of `ionic_times`.
    """

    dots: Dots = ()
    shift_fixed: float = 0.0
    shift_elastic: float = 0.0
    seeded: bool = False
    charge: float = 0.0
    reversible: float = 0.0
    ions: tuple[float, ...] = ()

    @property
    def shift(self) -> float:
        """Displacement of the movable wall away from the tip, m (negative: towards and past it)."""
        return self.shift_fixed + self.shift_elastic
