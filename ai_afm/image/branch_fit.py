"""The curves behind a loop fit: branches that switch as a hyperbolic tangent of the bias."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

Array: TypeAlias = NDArray[np.float64]

MAX_CALLS = 150
"""Evaluations of a fit; one that needs more is fitting noise, and is judged as it stands."""


def fit_branches(
    v: Array, r: Array, rising: NDArray[np.bool_], sense: float
) -> tuple[tuple[float, float, float, float, float, float], float]:
    """Fit r = offset + slope V + swing tanh((V - V_c) / width) with a V_c for each branch.

    Parameters
    ----------
    v, r
        (n,) bias, V, and response.
    rising
        (n,) bool: on the branch of rising bias.
    sense
        +1 or -1: the sign of the swing to start from.

    Returns
    -------
    parameters
        offset, slope, swing, V_c of the rising branch, V_c of the falling one, width.
    residual
        Sum of squares.
    """
    reach, scale = float(np.abs(v).max()), max(float(np.ptp(r)), 1e-300)

    def misfit(p: Array) -> Array:
        center = np.where(rising, p[3], p[4])
        model = p[0] + p[1] * v / reach + p[2] * np.tanh((v - center) / np.exp(p[5]))
        return np.asarray(model - r / scale)

    start = [float(r.mean()) / scale, 0.0, sense / 2, reach / 2, -reach / 2, math.log(reach / 10)]
    low = [-np.inf, -np.inf, -np.inf, -2 * reach, -2 * reach, math.log(reach / 200)]
    high = [np.inf, np.inf, np.inf, 2 * reach, 2 * reach, math.log(reach)]
    # A single outlier (a late nucleation, a glitch) must not drag both branches: soft_l1.
    fit = least_squares(
        misfit, start, bounds=(low, high), loss="soft_l1", f_scale=0.1, max_nfev=MAX_CALLS
    )
    p = [float(x) for x in fit.x]
    residual = float(np.sum(misfit(fit.x) ** 2)) * scale**2
    return (p[0] * scale, p[1] * scale / reach, p[2] * scale, p[3], p[4], math.exp(p[5])), residual


def fit_step(size: Array, r: Array) -> tuple[tuple[float, float, float, float], float]:
    """Fit r = level + swing tanh((V - V_c) / width) to a rising |bias|, from several V_c."""
    reach, scale = float(size.max()), max(float(np.ptp(r)), 1e-300)

    def misfit(p: Array) -> Array:
        return np.asarray(p[0] + p[1] * np.tanh((size - p[2]) / np.exp(p[3])) - r / scale)

    low = [-np.inf, -np.inf, -reach, math.log(reach / 200)]
    high = [np.inf, np.inf, 2 * reach, math.log(reach / 2)]
    tries = []
    for share in (0.2, 0.4, 0.6, 0.8):
        swing = float(np.sign(r[-1] - r[0])) / 2
        start = [float(r.mean()) / scale, swing, share * reach, math.log(reach / 15)]
        fit = least_squares(
            misfit, start, bounds=(low, high), loss="soft_l1", f_scale=0.1, max_nfev=MAX_CALLS
        )
        tries.append((float(np.sum(misfit(fit.x) ** 2)), fit.x.tolist()))
    residual, p = min(tries)
    return (p[0] * scale, p[1] * scale, p[2], math.exp(p[3])), residual * scale**2
