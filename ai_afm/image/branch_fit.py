"""The curves behind a loop fit: branches that switch as a hyperbolic tangent of the bias.

A loop is fitted while the tip waits, so a fit may take a millisecond at most. What is linear in the
model is solved for at once for a whole grid of switching biases and widths (variable projection;
Golub and Pereyra 1973, doi:10.1137/0710036); the best of them starts a few damped Gauss-Newton
steps with a robust loss.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Model: TypeAlias = Callable[[Array], tuple[Array, Array]]
"""Parameters (k,) -> misfit (n,) and its derivatives (n, k)."""

MAX_STEPS = 12
"""Steps of a fit; one that needs more is fitting noise, and is judged as it stands."""

SETTLED = 1e-4
"""Relative gain of a step below which the fit is done."""

OUTLIER = 0.1
"""Share of the response's range beyond which a misfit counts in proportion, not squared."""

CENTERS = np.linspace(-0.95, 0.95, 20)
"""Switching biases to start from, in parts of the largest bias."""

WIDTHS = np.array([0.02, 0.06, 0.18, 0.5])
"""Widths to start from, in parts of the largest bias."""


def fit_branches(
    v: Array, r: Array, rising: NDArray[np.bool_]
) -> tuple[tuple[float, float, float, float, float, float], float]:
    """Fit r = offset + slope V + swing tanh((V - V_c) / width) with a V_c for each branch.

    Parameters
    ----------
    v, r
        (n,) bias, V, and response.
    rising
        (n,) bool: on the branch of rising bias.

    Returns
    -------
    parameters
        offset, slope, swing, V_c of the rising branch, V_c of the falling one, width.
    residual
        Sum of squares.
    """
    reach, scale = float(np.abs(v).max()), _scale(r)
    u, y = v / reach, r / scale
    up, down = rising.astype(float), (~rising).astype(float)

    def model(p: Array) -> tuple[Array, Array]:
        steep = math.exp(-p[5])
        away = (u - np.where(rising, p[3], p[4])) * steep
        t = np.tanh(away)
        bent = -p[2] * (1 - t * t)
        turn = bent * steep
        slopes = np.stack([np.ones_like(u), u, t, turn * up, turn * down, bent * away], axis=1)
        return p[0] + p[1] * u + p[2] * t - y, slopes

    start = _start_of_branches(u, y, rising)
    low = np.array([-np.inf, -np.inf, -np.inf, -2.0, -2.0, math.log(1 / 200)])
    high = np.array([np.inf, np.inf, np.inf, 2.0, 2.0, 0.0])
    p, misfit = _refined(model, start, low, high)
    residual = float(misfit @ misfit) * scale**2
    offset, slope, swing = p[0] * scale, p[1] * scale / reach, p[2] * scale
    plus, minus, width = p[3] * reach, p[4] * reach, math.exp(p[5]) * reach
    return (offset, slope, swing, plus, minus, width), residual


def fit_step(size: Array, r: Array) -> tuple[tuple[float, float, float, float], float]:
    """Fit r = level + swing tanh((V - V_c) / width) to a rising |bias|.

    Parameters
    ----------
    size, r
        (n,) |bias|, V, and response.

    Returns
    -------
    parameters
        level, swing, V_c, width.
    residual
        Sum of squares.
    """
    reach, scale = float(size.max()), _scale(r)
    u, y = size / reach, r / scale

    def model(p: Array) -> tuple[Array, Array]:
        steep = math.exp(-p[3])
        away = (u - p[2]) * steep
        t = np.tanh(away)
        bent = -p[1] * (1 - t * t)
        return p[0] + p[1] * t - y, np.stack([np.ones_like(u), t, bent * steep, bent * away], 1)

    centers = np.linspace(0.03, 1.2, 40)
    t = np.tanh((u - centers[:, None, None]) / WIDTHS[:, None])
    even = t - t.mean(axis=-1, keepdims=True)
    along, size2 = even @ (y - y.mean()), np.einsum("cwn,cwn->cw", even, even)
    gain = along**2 / np.maximum(size2, 1e-9)
    i, j = np.unravel_index(int(gain.argmax()), gain.shape)
    swing = float(along[i, j] / max(size2[i, j], 1e-9))
    level = float(y.mean() - swing * t[i, j].mean())
    start = np.array([level, swing, centers[i], math.log(WIDTHS[j])])
    low = np.array([-np.inf, -np.inf, -1.0, math.log(1 / 200)])
    high = np.array([np.inf, np.inf, 2.0, math.log(1 / 2)])
    p, misfit = _refined(model, start, low, high)
    residual = float(misfit @ misfit) * scale**2
    return (p[0] * scale, p[1] * scale, p[2] * reach, math.exp(p[3]) * reach), residual


def _scale(r: Array) -> float:
    """Return the range of a response, or what rounding leaves of it where it does not change."""
    return max(float(np.ptp(r)), 1e-9 * float(np.abs(r).max()), 1e-300)


def _start_of_branches(u: Array, y: Array, rising: NDArray[np.bool_]) -> Array:
    """Return the best of a grid of (V_c rising, V_c falling, width), the linear part solved for."""
    basis = np.stack([np.ones_like(u), u])
    basis[0] /= np.linalg.norm(basis[0])
    basis[1] -= (basis[1] @ basis[0]) * basis[0]
    basis[1] /= max(float(np.linalg.norm(basis[1])), 1e-12)
    rest = y - basis.T @ (basis @ y)
    t = np.tanh((u - CENTERS[:, None, None]) / WIDTHS[:, None])
    sums = []
    for branch in (rising, ~rising):
        part = t[..., branch]
        on_basis = part @ basis[:, branch].T
        sums.append((on_basis, np.einsum("cwn,cwn->cw", part, part), part @ rest[branch]))
    (on1, square1, along1), (on2, square2, along2) = sums
    shared = on1[:, None] + on2[None]
    square = square1[:, None] + square2[None] - np.einsum("abwk,abwk->abw", shared, shared)
    along = along1[:, None] + along2[None]
    gain = along**2 / np.maximum(square, 1e-6)
    a, b, w = np.unravel_index(int(gain.argmax()), gain.shape)
    shape = np.where(rising, t[a, w], t[b, w])
    design = np.stack([np.ones_like(u), u, shape], axis=1)
    linear = np.linalg.lstsq(design, y, rcond=None)[0]
    return np.array([*linear, CENTERS[a], CENTERS[b], math.log(WIDTHS[w])])


def _refined(model: Model, start: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Return the parameters and misfit after damped Gauss-Newton steps.

    The loss is 2 s^2 (sqrt(1 + (misfit / s)^2) - 1), s = `OUTLIER`: a single outlier (a late
    nucleation, a glitch) must not drag both branches.
    """
    p = np.minimum(np.maximum(start, low), high)
    misfit, slopes = model(p)
    loss, weight = _robust(misfit)
    damping = 1e-3
    for _ in range(MAX_STEPS):
        weighted = slopes * weight[:, None]
        normal = weighted.T @ slopes
        normal[np.diag_indices(len(p))] *= 1 + damping
        normal[np.diag_indices(len(p))] += 1e-12
        step = np.linalg.solve(normal, weighted.T @ misfit)
        tried = np.minimum(np.maximum(p - step, low), high)
        new_misfit, new_slopes = model(tried)
        new_loss, new_weight = _robust(new_misfit)
        if new_loss > loss:
            damping *= 10
            if damping > 1e6:
                break
            continue
        gained = loss - new_loss
        p, misfit, slopes, loss, weight = tried, new_misfit, new_slopes, new_loss, new_weight
        damping = max(damping / 10, 1e-9)
        if gained <= SETTLED * loss + 1e-18:
            break
    return p, misfit


def _robust(misfit: Array) -> tuple[float, Array]:
    root = np.sqrt(1 + (misfit / OUTLIER) ** 2)
    return float(np.sum(root - 1)), 1 / root
