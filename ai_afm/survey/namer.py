"""Names for lines by their surroundings: a small network that was fitted on simulated frames.

What a pixel's probabilities leave open, the frame often settles: parallel straight lines are
lamellae, lines that close into cells are boundaries of grains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.surroundings import Lines, describe
from ai_afm.types import ClassCode

CODES = (
    int(ClassCode.WALL),
    int(ClassCode.WALL_180),
    int(ClassCode.WALL_FERROELASTIC),
    int(ClassCode.GRAIN_BOUNDARY),
    int(ClassCode.TOPOGRAPHY_EDGE),
)
"""Classes of which it reads the probabilities; what it says begins with "no line"."""
FILE = "namer.npz"
"""Weights, beside this module; `python -m ai_afm.flywheel.fit_namer` makes them."""

FARTHEST = 5.0
"""Features farther than this many standard deviations from the mean are taken to be that far."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: (inputs, outputs) and (outputs,) float32."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Namer:
    """What tells the class of a run of a line from `surroundings.describe`.

    Parameters
    ----------
    center, scale
        (features,) float32 of the frames it was fitted on.
    layers
        ReLU between them; the last one gives logits of no line and of each of `CODES`.
    """

    center: NDArray[np.float32]
    scale: NDArray[np.float32]
    layers: tuple[Layer, ...]

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (runs, 1 + codes) float32 of features (runs, features)."""
        x = np.clip((features - self.center) / self.scale, -FARTHEST, FARTHEST)
        for layer in self.layers[:-1]:
            x = np.maximum(x @ layer.weight + layer.bias, 0)
        return np.asarray(x @ self.layers[-1].weight + self.layers[-1].bias, np.float32)

    def shares(self, lines: Lines) -> NDArray[np.float32]:
        """Return how likely each class is at each pixel of some lines, (1 + codes, n) float32.

        Parameters
        ----------
        lines
            `values` are the probabilities of `CODES`.
        """
        runs, features = describe(lines)
        logits = self.logits(features)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.repeat(odds / odds.sum(axis=1, keepdims=True), runs.size, axis=0).T

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return all numbers by name, as `from_arrays` takes them."""
        named = {"center": self.center, "scale": self.scale}
        for k, layer in enumerate(self.layers):
            named |= {f"weight{k}": layer.weight, f"bias{k}": layer.bias}
        return named


def from_arrays(arrays: Mapping[str, NDArray[np.float32]]) -> Namer:
    """Return the namer that `Namer.arrays` has written down."""
    count = sum(name.startswith("weight") for name in arrays)
    layers = tuple(Layer(arrays[f"weight{k}"], arrays[f"bias{k}"]) for k in range(count))
    return Namer(arrays["center"], arrays["scale"], layers)


@cache
def shipped() -> Namer:
    """Return the namer of this package."""
    file = resources.files("ai_afm.survey") / FILE
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        return from_arrays({name: stored[name] for name in stored.files})


def can_name(codes: Sequence[int]) -> bool:
    """Tell whether a model knows all classes that the namer reads."""
    return set(CODES) <= set(codes)
