"""Classical line finders: the baselines of a network, with one fixed setting for all files.

None of them knows classes: what they draw counts as whichever class is asked for.
"""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.filters import sato

from ai_afm.errors import BadInput

METHODS = ("sato", "log-sato", "canny", "phase-gradient", "random")

SIGMAS = (1.0, 2.0, 3.0)
"""Ridge widths, px."""
RIDGE_THRESHOLD = 0.2
"""Of the median absolute deviation (`sato`), or of log amplitude (`log-sato`)."""
EDGE_SIGMA = 1.5
"""Smoothing before `canny` and `phase-gradient`, px."""
CANNY_LOW, CANNY_HIGH = 0.15, 0.4
"""Gradient, median absolute deviations per pixel."""
PHASE_THRESHOLD = 0.25
"""Gradient of exp(i phase), per pixel."""
RANDOM_SHARE = 0.05

Mask = NDArray[np.bool_]
Image = NDArray[np.floating[Any]]


def find_lines(method: str, channels: Mapping[str, Image], rng: np.random.Generator) -> Mask:
    """Draw lines with a classical method; not thinned.

    Parameters
    ----------
    method
        `sato`: dark ridges of the amplitude in median absolute deviations. `log-sato`: dark ridges
        of log(a / median + 0.1). Without an amplitude both take the height, ridges of both signs.
        `canny`: edges of the same image as `sato`. `phase-gradient`: steepness of exp(i phase).
        `random`: 5 % of all pixels.
    channels
        "height" (m), "amplitude", "phase" (rad): (lines, pixels), NaN where there is no reading.
    rng
        For `random`.

    Returns
    -------
    mask
        (lines, pixels) bool; False where there is no reading.

    Raises
    ------
    BadInput
        When the method is unknown or the channel that it needs is missing.
    """
    if method == "random":
        shape = next(iter(channels.values())).shape if channels else (0, 0)
        return np.asarray(rng.random(shape) < RANDOM_SHARE)
    if method == "phase-gradient":
        image = _need(channels, "phase")
        mask = _phase_gradient(image)
    elif method in {"sato", "canny", "log-sato"}:
        name = "amplitude" if "amplitude" in channels else "height"
        image = _need(channels, name)
        mask = _METHODS[method](image, name == "amplitude")
    else:
        raise BadInput(f"unknown method {method!r}; known: {', '.join(METHODS)}")
    return np.asarray(mask & np.isfinite(image))


def _need(channels: Mapping[str, Image], name: str) -> Image:
    if name not in channels or not np.isfinite(channels[name]).any():
        raise BadInput(f"no channel {name!r}; there are: {', '.join(channels) or 'none'}")
    return channels[name]


def _filled(image: Image) -> NDArray[np.float64]:
    return np.where(np.isfinite(image), image, np.nanmedian(image)).astype(np.float64)


def _standardised(image: Image) -> NDArray[np.float64]:
    """Return the image minus its median, in median absolute deviations; 0 without spread."""
    centred = _filled(image) - np.nanmedian(image)
    spread = float(np.median(np.abs(centred)))
    return centred / spread if spread > 0 else np.zeros_like(centred)


def _ridges(image: NDArray[np.float64], dark_only: bool) -> Mask:
    # a bright ridge is a dark one of the negative
    images = [image] if dark_only else [image, -image]
    ridges = [sato(i, sigmas=SIGMAS) for i in images]  # type: ignore[no-untyped-call]
    return np.asarray(np.max(ridges, axis=0) > RIDGE_THRESHOLD)


def _sato(image: Image, is_amplitude: bool) -> Mask:
    return _ridges(_standardised(image), dark_only=is_amplitude)


def _log_sato(image: Image, is_amplitude: bool) -> Mask:
    if not is_amplitude:
        return _sato(image, is_amplitude)
    filled = _filled(image)
    level = float(np.median(filled))
    if level <= 0:
        return np.zeros(image.shape, np.bool_)
    return _ridges(np.log(np.clip(filled / level, 0, None) + 0.1), dark_only=True)


def _canny(image: Image, is_amplitude: bool) -> Mask:
    from skimage.feature import canny

    del is_amplitude  # an edge has two sides whatever the channel
    edges = canny(  # type: ignore[no-untyped-call]
        _standardised(image), sigma=EDGE_SIGMA, low_threshold=CANNY_LOW, high_threshold=CANNY_HIGH
    )
    return np.asarray(edges)


def _phase_gradient(phase: Image) -> Mask:
    turn = np.where(np.isfinite(phase), np.exp(1j * np.nan_to_num(phase)), 0)
    parts = [
        cv2.GaussianBlur(np.ascontiguousarray(p), (0, 0), EDGE_SIGMA)
        for p in (turn.real, turn.imag)
    ]
    squares = [g**2 for p in parts for g in np.gradient(p)]
    return np.asarray(np.sqrt(np.sum(squares, axis=0)) > PHASE_THRESHOLD)


_METHODS = {"sato": _sato, "log-sato": _log_sato, "canny": _canny}
