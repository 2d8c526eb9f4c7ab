"""What of a frame the network looks at, in order of arrival, and with which levels."""

from dataclasses import replace

import numpy as np

from ai_afm.image.normalise import CHANNELS, NormaliseState
from ai_afm.types import Direction, FloatImage, Frame, SlowDirection


def usable(frame: Frame) -> dict[str, FloatImage]:
    """Return the channels that the network knows: trace, or retrace where there is no trace."""
    found = {}
    for name in CHANNELS:
        image = frame.get(name, Direction.TRACE)
        if image is None:
            image = frame.get(name, Direction.RETRACE)
        if image is not None:
            found[name] = image
    return found


def arrived(frame: Frame, start: int, lines: int) -> dict[str, FloatImage]:
    """Return lines `start` to `lines`, in order of arrival, of the usable channels."""
    if frame.request.slow_direction is SlowDirection.UP:
        return {n: c[::-1][start:lines] for n, c in usable(frame).items()}
    return {n: c[start:lines] for n, c in usable(frame).items()}


def adopted(inherited: NormaliseState, own: NormaliseState) -> NormaliseState:
    """Inherit levels; a channel that the parent did not have starts with its own."""
    state = inherited.inherited()
    scale = state.height_scale if np.isfinite(state.height_scale) else own.height_scale
    level = state.amplitude_level if np.isfinite(state.amplitude_level) else own.amplitude_level
    contrast = own.contrast
    if contrast is not None and state.contrast is not None:
        contrast = state.contrast.completed(contrast)
    return replace(state, height_scale=scale, amplitude_level=level, contrast=contrast)
