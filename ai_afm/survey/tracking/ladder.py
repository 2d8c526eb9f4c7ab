"""Zooming on an open-loop scanner: by steps of at most 4x, each of which is registered."""

import math

from ai_afm.errors import OutOfRange

MOST_ZOOM = 4.0
"""Largest ratio of two neighbouring rungs.

Hysteresis and creep shift a closer frame by a few per cent of the wider one: at 4x that is a tenth
to a fifth of the closer frame, which registration finds; at 16x it can be half of it.
"""


def rungs(widest: float, closest: float, most: float = MOST_ZOOM) -> tuple[float, ...]:
    """Return the sizes of frames (m) from `widest` down to `closest`, in equal ratios.

    Raises
    ------
    OutOfRange
        When a size is not positive or the closest is the larger one.

    Examples
    --------
    >>> [round(s * 1e9) for s in rungs(8e-6, 0.5e-6)]
    [8000, 2000, 500]
    """
    if not 0 < closest <= widest:
        raise OutOfRange(
            f"a ladder from {widest:.3g} m down to {closest:.3g} m has no rungs; the first must be "
            "the larger one"
        )
    steps = math.ceil(math.log(widest / closest) / math.log(most) - 1e-9)
    if not steps:
        return (widest,)
    ratio = (closest / widest) ** (1 / steps)
    return (*(widest * ratio**i for i in range(steps)), closest)
