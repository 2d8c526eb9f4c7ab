"""How sure a segmentation is, and whether a frame lies outside the model's world."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.types import FloatImage


def uncertainty(probability: FloatImage) -> FloatImage:
    """Return 1 - the largest class probability.

    Parameters
    ----------
    probability
        (classes, lines, pixels) float32, sums to 1; NaN where nothing is known.

    Returns
    -------
    uncertainty
        (lines, pixels) float32 in 0..1; NaN where the probability is.
    """
    result: FloatImage = (1 - probability.max(axis=0)).astype(np.float32)
    return result


def pooled(features: FloatImage) -> NDArray[np.float64]:
    """Summarise features (channels, rows, columns) by mean and spread, (2 * channels,) float64.

    The pooling stands beside the network: inside it, rows could not be settled one after the other.
    """
    flat = np.asarray(features, np.float64).reshape(len(features), -1)
    return np.concatenate([flat.mean(axis=1), flat.std(axis=1)])


@dataclass(frozen=True, slots=True)
class TrainingCloud:
    """Where the pooled features of the training data lie: a Gaussian in its main directions.

    Lee et al. 2018, arXiv:1807.03888: Mahalanobis distance of features tells foreign inputs. In 2
    x 128 dimensions a few hundred crops do not fix a covariance, so the distance is taken in the
    main directions and, as one more term, what they leave out.

    Parameters
    ----------
    mean, spread
        (n,) of each pooled feature.
    directions
        (k, n) orthonormal directions in units of `spread`.
    variance
        (k,) variance along them.
    rest
        Mean square of what they leave out.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    directions: NDArray[np.float64]
    variance: NDArray[np.float64]
    rest: float

    def distance(self, features: FloatImage) -> float:
        """Return the rms distance of a feature map; about 1 for a typical training crop."""
        return self.distance_of(pooled(features))

    def distance_of(self, summary: NDArray[np.float64]) -> float:
        """Return the distance of features that are pooled already, (n,)."""
        z = (summary - self.mean) / self.spread
        along = self.directions @ z
        outside = float(z @ z - along @ along)
        count = len(self.variance)
        return float(
            np.sqrt((np.sum(along**2 / self.variance) + count * outside / self.rest) / (2 * count))
        )

    def arrays(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """Return the parts as named float32 arrays, for the model's file."""
        parts = {
            "mean": self.mean,
            "spread": self.spread,
            "directions": self.directions,
            "variance": self.variance,
            "rest": np.array([self.rest]),
        }
        return {prefix + name: value.astype(np.float32) for name, value in parts.items()}


def fit_cloud(samples: NDArray[np.float64], directions: int = 24) -> TrainingCloud:
    """Fit the cloud to pooled features (crops, n) of training data."""
    mean = samples.mean(axis=0)
    # a feature that never fires in training must not turn a tiny reading into an infinite distance
    spread = np.maximum(samples.std(axis=0), 0.05 * samples.std() + 1e-9)
    z = (samples - mean) / spread
    _, singular, rows = np.linalg.svd(z, full_matrices=False)
    count = min(directions, len(singular))
    variance = singular[:count] ** 2 / len(samples)
    rest = float(np.mean(np.sum(z**2, axis=1) - np.sum((z @ rows[:count].T) ** 2, axis=1)))
    return TrainingCloud(mean, spread, rows[:count], np.maximum(variance, 1e-9), max(rest, 1e-9))


def cloud_from(arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> TrainingCloud | None:
    """Return the cloud stored in a model's arrays, `None` where the model has none."""
    if prefix + "mean" not in arrays:
        return None
    part = {
        n: np.asarray(arrays[prefix + n], np.float64)
        for n in ("mean", "spread", "directions", "variance")
    }
    return TrainingCloud(**part, rest=float(np.asarray(arrays[prefix + "rest"]).ravel()[0]))
