"""Switching under a waveform: nucleation, growth, wall motion, charge and ions below one tip.

Nothing here looks a loop up. A `SpotState` is advanced step by step under a constant bias;
hysteresis, imprint, retention loss and the difference between the first and later cycles come out
of that.

References
----------
W. J. Merz, Phys. Rev. 95, 690 (1954), doi:10.1103/PhysRev.95.690: rate ~ exp(-activation / E).
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ai_afm.microscope.simulated.relaxation import ionic_times, relaxed
from ai_afm.microscope.simulated.surface import Array
from ai_afm.microscope.simulated.switching_state import Dots, Site, SpotState, SwitchingSettings

__all__ = [
    "Site",
    "SpotState",
    "SwitchingSettings",
    "advance",
    "eased",
    "ionic_times",
    "moved",
    "nucleation_rate",
    "sign_under_tip",
]


def nucleation_rate(drive: ArrayLike, activation: ArrayLike) -> Array:
    """Return Merz's rate of nucleation relative to the attempt rate, exp(-activation / |drive|).

    Parameters
    ----------
    drive
        Local bias, V, any shape; 0 gives rate 0.
    activation
        Activation bias, V.
    """
    size = np.abs(np.asarray(drive, float))
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(-np.asarray(activation, float) / size))


def eased(distance: ArrayLike, settings: SwitchingSettings) -> Array:
    """Return the factor (0 to 1) by which a wall at `distance` (m) lowers the activation bias."""
    return np.asarray(
        1 - settings.wall_ease * np.exp(-np.asarray(distance, float) / settings.wall_reach)
    )


def moved(distance: float, step: float, seconds: float) -> float:
    """Move a wall by creep: away from the tip (step > 0) or towards and past it (step < 0).

    A wall at distance r creeps at dr/dt ~ 10^(-r / |step|), so that one that starts at the tip
    follows
    r = step * log10(1 + t) exactly, over however many pieces the time is cut into.

    Parameters
    ----------
    distance
        Signed distance of the wall from the tip, m.
    step
        Signed way per decade of time, m.
    seconds
        Time in units of the growth time.
    """
    scale = abs(step)
    if scale == 0 or abs(distance) > 300 * scale:
        return distance
    side = 1.0 if distance >= 0 else -1.0
    size = abs(distance)
    if side * step > 0:
        return side * (size + scale * math.log10(1 + seconds * 10 ** (-size / scale)))
    until_tip = 10 ** (size / scale) - 1
    if seconds < until_tip:
        return side * scale * math.log10(1 + until_tip - seconds)
    return -side * scale * math.log10(1 + seconds - until_tip)


def advance(
    state: SpotState,
    step: tuple[float, float],
    site: Site,
    settings: SwitchingSettings,
    rng: np.random.Generator,
    ac: float = 0.0,
) -> SpotState:
    """Return the state after a constant bias was held, with an AC drive on top.

    Parameters
    ----------
    state
        Before.
    step
        (tip bias in V, seconds).
    site, settings
        Where, and how the sample switches.
    rng
        Draws the waiting time of a nucleation.
    ac
        Amplitude of the drive that reads the response, V.
    """
    bias, seconds = step
    drive = bias - site.imprint - settings.charge_coupling * state.charge
    state = relaxed(state, step, site, settings, ac)
    if not site.ferroelectric:
        return state
    help_of_ac = settings.ac_share * ac
    if not help_of_ac:
        return _switched(state, (drive, seconds), site, settings, rng)
    # Each half period is far shorter than any waiting time: half of the time with the bias, half
    # against it. What the stronger half has written is what stays.
    for total in sorted((drive - help_of_ac, drive + help_of_ac), key=abs):
        state = _switched(state, (total, seconds / 2), site, settings, rng)
    return state


def _switched(
    state: SpotState,
    step: tuple[float, float],
    site: Site,
    settings: SwitchingSettings,
    rng: np.random.Generator,
) -> SpotState:
    """Move the walls and let domains nucleate under (local bias in V, seconds)."""
    drive, seconds = step
    if math.isfinite(site.movable_wall):
        state = _move_native_wall(state, (drive, seconds), site, settings)
    if abs(drive) <= settings.pinning * site.coercive:
        return state
    target = -1 if drive > 0 else 1  # a positive tip bias pushes the polarization down
    grown_for = seconds
    if sign_under_tip(state, site) != target:
        wait = _waiting_time(state, drive, site, settings, rng)
        if wait < seconds:
            state = replace(state, dots=(*state.dots, (0.0, target)), seeded=True)
            grown_for = seconds - wait
    return replace(state, dots=_move_dots(state, (drive, grown_for), site, settings))


def sign_under_tip(state: SpotState, site: Site) -> int:
    """Return the sign of the piezo coefficient at the tip's centre."""
    if state.dots:
        return state.dots[-1][1]
    return site.sign if site.movable_wall + state.shift >= 0 else -site.sign


def _waiting_time(
    state: SpotState,
    drive: float,
    site: Site,
    settings: SwitchingSettings,
    rng: np.random.Generator,
) -> float:
    # A Poisson process has no memory: drawing anew for every step changes nothing in its
    # statistics.
    distance = min(site.nearest_wall, abs(site.movable_wall + state.shift))
    activation = settings.log_attempts * site.coercive * float(eased(distance, settings))
    if state.seeded:
        activation *= 1 - settings.seed_ease
    rate = float(nucleation_rate(drive, activation)) / settings.attempt_time
    unit = float(rng.exponential())
    return unit / rate if rate > 0 else math.inf


def _move_dots(
    state: SpotState, step: tuple[float, float], site: Site, settings: SwitchingSettings
) -> Dots:
    drive, seconds = step
    way = settings.growth * abs(drive) / site.coercive
    target = -1 if drive > 0 else 1
    moved_dots: list[tuple[float, int]] = []
    for radius, sign in state.dots:
        if sign == target:
            moved_dots.append((moved(radius, way, seconds / settings.growth_time), sign))
            continue
        shrunk = moved(radius, -way, settings.retraction * seconds / settings.growth_time)
        if shrunk > 0:
            moved_dots.append((shrunk, sign))
    return _annihilate(moved_dots, state, site, settings)


def _annihilate(
    dots: list[tuple[float, int]], state: SpotState, site: Site, settings: SwitchingSettings
) -> Dots:
    """Let neighbouring walls that touch vanish."""
    kept: list[tuple[float, int]] = []
    for dot in dots:
        radius, inner_sign = dot
        while kept and (
            kept[-1][1] == inner_sign or kept[-1][0] - radius < 2 * settings.wall_width
        ):
            if kept[-1][1] == inner_sign:  # a collapsed dot between them: one domain again
                radius = max(radius, kept[-1][0])
            kept.pop()
        kept.append((radius, inner_sign))
    surrounding = site.sign if site.movable_wall + state.shift >= 0 else -site.sign
    far_wall = min(site.nearest_wall, abs(site.movable_wall + state.shift))
    # A dot of its surroundings' own sign is no dot - unless it reaches over a native wall.
    if kept and kept[0][1] == surrounding and kept[0][0] < far_wall:
        kept = kept[1:]
    return tuple(kept)


def _move_native_wall(
    state: SpotState, step: tuple[float, float], site: Site, settings: SwitchingSettings
) -> SpotState:
    drive, seconds = step
    if abs(drive) <= settings.native_pinning * site.coercive:
        # Only when the bias lets go of the wall does its elastic part go back.
        elastic = state.shift_elastic * math.exp(-seconds / settings.wall_recovery_time)
        return replace(state, shift_elastic=elastic)
    distance = site.movable_wall + state.shift
    # The bias favours the tip's own domain (`site.sign`) and pushes the wall away, or pulls it in.
    favours = -site.sign if drive > 0 else site.sign
    way = favours * settings.growth * abs(drive) / site.coercive
    gain = moved(distance, way, seconds / settings.growth_time) - distance
    return replace(
        state,
        shift_fixed=state.shift_fixed + (1 - settings.wall_recovery) * gain,
        shift_elastic=state.shift_elastic + settings.wall_recovery * gain,
    )
