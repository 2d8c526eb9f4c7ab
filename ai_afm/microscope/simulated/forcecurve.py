"""Force curves: van der Waals attraction, snap into contact, Hooke contact, adhesion, snap off."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.surface import Array


@dataclass(frozen=True, slots=True)
class ForceLaw:
    """The force between tip and sample, and the cantilever that reads it.

    Out of contact F(z) = -H R / (6 z^2) (sphere over plane); in contact F = stiffness (a0 - z) -
    adhesion, continuous at the contact distance a0 = sqrt(H R / (6 adhesion)). On retraction a neck
    holds the contact until the pull exceeds neck * adhesion.

    Parameters
    ----------
    spring
        Spring constant of the cantilever, N/m.
    stiffness
        Contact stiffness of the mean sample, N/m.
    adhesion
        Adhesion force of the mean sample, N (4 pi R gamma in the DMT limit).
    hamaker, radius
        Hamaker constant, J, and geometric tip radius, m.
    neck
        Pull-off force over adhesion, at least 1.
    clearance
        Height above contact at which a curve starts, m.
    samples, sample_time
        Samples each way, and time of one, s.

    References
    ----------
    B. V. Derjaguin, V. M. Muller, Y. P. Toporov, J. Colloid Interface Sci. 53, 314 (1975),
    doi:10.1016/0021-9797(75)90018-1 (adhesion of an elastic sphere).
    """

    spring: float = 2.8
    stiffness: float = 200.0
    adhesion: float = 8e-9
    hamaker: float = 1e-19
    radius: float = 15e-9
    neck: float = 1.5
    clearance: float = 40e-9
    samples: int = 256
    sample_time: float = 1e-3

    @property
    def contact_distance(self) -> float:
        """Distance a0 at which contact begins, m."""
        return math.sqrt(self.hamaker * self.radius / (6 * self.adhesion))

    @property
    def snap_in(self) -> float:
        """Distance, m, below which the attraction is stiffer than the spring: the tip jumps in."""
        return math.cbrt(self.hamaker * self.radius / (3 * self.spring))

    @property
    def slope(self) -> float:
        """Force per way of the cantilever's base in contact, N/m: both springs in series."""
        return self.spring * self.stiffness / (self.spring + self.stiffness)

    def on(self, stiffness: float, adhesion: float) -> "ForceLaw":
        """Return the law at a place of relative stiffness and adhesion (1 is the sample's mean)."""
        return replace(
            self, stiffness=self.stiffness * stiffness, adhesion=self.adhesion * adhesion
        )


def curve(law: ForceLaw, load: float) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return an approach up to `load` (N) and a retraction, in quasi-static equilibrium.

    Returns
    -------
    height
        (samples,) height of the cantilever's base above the surface, m; the free tip would be
        there.
    deflection
        (samples,) m; the force is spring * deflection, positive where the sample pushes.
    approach
        (samples,) bool.
    """
    lowest = _base_at(law, load)
    down = np.linspace(law.clearance, lowest, law.samples)
    height = np.concatenate([down, down[::-1]])
    approach = np.arange(len(height)) < law.samples
    deflection = np.empty(len(height))
    touching = False
    for i, base in enumerate(height):
        contact = (law.slope / law.spring) * (law.contact_distance - base) - (
            law.adhesion / (law.spring + law.stiffness)
        )
        if touching:
            touching = bool(law.spring * contact > -law.neck * law.adhesion)
        else:
            touching = _free(law, float(base)) is None
        free = None if touching else _free(law, float(base))
        deflection[i] = contact if free is None else free
    return height, deflection, approach


def _base_at(law: ForceLaw, load: float) -> float:
    """Return the height of the base, m, at which the contact force is `load`."""
    indentation = (load + law.adhesion) / law.stiffness
    return law.contact_distance - indentation - load / law.spring


def _free(law: ForceLaw, base: float) -> float | None:
    """Return the deflection (m, < 0) of the free tip, or `None` where it must jump in."""
    # spring (z - base) = -H R / (6 z^2): the largest root is the stable one.
    pull = law.hamaker * law.radius / (6 * law.spring)
    roots = np.roots([1.0, -base, 0.0, pull])
    real = roots[np.abs(roots.imag) < 1e-6 * abs(base) + 1e-15].real
    stable = real[real >= max(law.snap_in, law.contact_distance)]
    return float(stable.max()) - base if len(stable) else None
