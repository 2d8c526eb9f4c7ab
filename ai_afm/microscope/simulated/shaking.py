"""What the drive of images does to native walls: half a period pushes one way, half the other.

Each half period helps the bias by a share of the amplitude (`ac_share`). Where it reaches beyond
pinning, walls creep; what is left of both halves is the imprint's: the domain that it favours
grows. Creep is logarithmic in the time under the drive, so that each pass moves a wall less than
the one before.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.exposure import DoseMap
from ai_afm.microscope.simulated.surface import Array, Coercivity, Surface, World
from ai_afm.microscope.simulated.switching_state import SwitchingSettings

REACH = 60e-9
"""Distance from a wall, m, within which its motion is felt: farther than any wall creeps."""
STEP = 2e-9
"""Step of the differences from which the normal of a wall is taken, m."""


def growth_of_up(
    here: Coercivity, under: tuple[Array, Array], settings: SwitchingSettings
) -> Array:
    """Return by how much up domains have grown at their walls, m; negative where down ones have.

    Parameters
    ----------
    here
        Switching properties at the points.
    under
        (time under drives beyond pinning in s, their mean help in V) at the points.
    settings
        How the sample switches.
    """
    seconds, drive = under
    half, imprint = (here.down - here.up) / 2, (here.down + here.up) / 2
    down, up = drive - imprint, drive + imprint
    bound = settings.native_pinning * half
    push = np.where(up > bound, up, 0.0) - np.where(down > bound, down, 0.0)
    decades = np.log10(1 + 0.5 * seconds / settings.growth_time)
    return np.asarray(np.where(here.ferroelectric, settings.growth * push / half * decades, 0.0))


def shaken(
    world: World, points: tuple[Array, Array], drives: DoseMap, settings: SwitchingSettings
) -> Surface:
    """Return the surface of a world at points with its walls where the drive has moved them.

    Parameters
    ----------
    world
        As grown.
    points
        x and y, m, any shape.
    drives
        Time (layer 0) and time integral of the help (layer 1) of drives beyond pinning.
    settings
        How the sample switches.
    """
    x, y = points
    surface = world.surface(x, y)
    here = world.coercivity(x, y)
    seconds = drives.read(x, y, 0)
    near: NDArray[np.bool_] = (here.wall_distance < REACH) & (seconds > 0)
    if not near.any():
        return surface
    x, y, seconds = x[near], y[near], seconds[near]
    there = Coercivity(*(getattr(here, n)[near] for n in _FIELDS))
    volts = drives.read(x, y, 1) / seconds
    shift = growth_of_up(there, (seconds, volts), settings)
    gx = _signed(world, x + STEP, y) - _signed(world, x - STEP, y)
    gy = _signed(world, x, y + STEP) - _signed(world, x, y - STEP)
    size = np.hypot(gx, gy)
    gx, gy = gx / np.where(size > 0, size, 1.0), gy / np.where(size > 0, size, 1.0)
    # Only walls across which the sign changes are pushed; between others nothing is to be gained.
    across = there.wall_distance + 10 * STEP
    sign = np.sign(surface.piezo[near])
    beyond = world.surface(x - sign * across * gx, y - sign * across * gy).piezo
    moved = world.surface(x + shift * gx, y + shift * gy)
    turns = (beyond * sign < 0) & (shift != 0) & (size > 0)
    piezo, lateral = surface.piezo.copy(), surface.lateral.copy()
    piezo[near] = np.where(turns, moved.piezo, piezo[near])
    lateral[near] = np.where(turns, moved.lateral, lateral[near])
    return replace(surface, piezo=piezo, lateral=lateral)


_FIELDS = ("up", "down", "wall_distance", "ferroelectric")


def _signed(world: World, x: Array, y: Array) -> Array:
    """Return the distance to the nearest wall, m, positive in up domains."""
    return np.asarray(np.sign(world.surface(x, y).piezo) * world.coercivity(x, y).wall_distance)
