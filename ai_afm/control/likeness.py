"""Partners of wall sites: bulk that is like the wall's ground in slope and contact resonance."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.config import ProbeSettings
from ai_afm.survey.question.ground import GroundMap
from ai_afm.types import Point

Points = NDArray[np.float64]

_WORDS = {"slope": "slope", "resonance": "contact resonance"}


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike partners have to be, and what tells.

    Parameters
    ----------
    ground
        What a frame says about slope and resonance, in the coordinates of the sites; `None` where
        no frame tells: then all ground counts as alike.
    slope, resonance
        Largest difference of slopes (rise over run) and of contact resonances, Hz.
    """

    ground: GroundMap | None
    slope: float
    resonance: float

    @classmethod
    def of(cls, settings: ProbeSettings, ground: GroundMap | None) -> "Likeness":
        """Return what `[probe]` asks for."""
        khz = settings.resonance_tolerance_khz
        return cls(ground, settings.slope_tolerance, khz * 1e3)

    def alike(self, here: Point, points: Points) -> NDArray[np.bool_]:
        """Tell which points (n, 2), m, are like a place in all that is known of the place."""
        good = np.ones(len(points), bool)
        for name, most in self._tolerances().items():
            own, theirs = self._around(name, here), self._read(name, points)
            if math.isfinite(own):
                good &= np.abs(theirs - own) <= most  # what is not known is not alike
        return good

    def words(self, here: Point, there: Point) -> str:
        """Say how far two places are apart in what is known, as the end of a sentence."""
        parts = []
        for name in self._tolerances():
            difference = self._around(name, there) - self._around(name, here)
            if math.isfinite(difference):
                parts.append(f"{_WORDS[name]} {_text(name, difference)}")
        return f" ({', '.join(parts)} against it)" if parts else ""

    def why_none(self, here: Point, points: Points) -> str:
        """Say what keeps points (n, 2), m, of which none is alike, from being like a place."""
        parts = []
        for name, most in self._tolerances().items():
            own, theirs = self._around(name, here), self._read(name, points)
            differences = np.abs(theirs - own)
            known = differences[np.isfinite(differences)]
            if math.isfinite(own) and not (len(known) and known.min() <= most):
                least = f"at least {_size(name, float(known.min()))}" if len(known) else "unknown"
                parts.append(f"{_WORDS[name]} differs by {least} (allowed {_size(name, most)})")
        return ", ".join(parts) or "slope and contact resonance do not fit both at once"

    def _tolerances(self) -> dict[str, float]:
        wanted = {"slope": self.slope, "resonance": self.resonance}
        told = () if self.ground is None else self.ground.values
        return {name: most for name, most in wanted.items() if name in told}

    def _read(self, name: str, points: Points) -> Points:
        assert self.ground is not None
        return self.ground.read(name, points)

    def _around(self, name: str, at: Point) -> float:
        return float(self._read(name, np.array([at]))[0])


ANY_GROUND = Likeness(None, math.inf, math.inf)
"""For which all ground is alike."""


def _size(name: str, value: float) -> str:
    return f"{value:.3f}" if name == "slope" else f"{value / 1e3:.2f} kHz"


def _text(name: str, difference: float) -> str:
    return ("+" if difference >= 0 else "-") + _size(name, abs(difference))
