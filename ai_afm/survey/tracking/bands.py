"""A band of a frame that is still being scanned, as a frame of its own: jumps are seen early."""

from dataclasses import replace

from ai_afm.errors import OutOfRange
from ai_afm.geometry import to_sample
from ai_afm.types import Frame, SlowDirection


def newest_band(frame: Frame, lines: int, arrived: int | None = None) -> Frame | None:
    """Return the last lines that have arrived in both directions, as a frame of their own.

    Parameters
    ----------
    frame
        Under way; a view, nothing is copied.
    lines
        How many.
    arrived
        As if only so many lines had arrived; `None` for all that have.

    Returns
    -------
    Frame or None
        `None` while fewer lines have arrived.

    Raises
    ------
    OutOfRange
        When `lines` is not positive.
    """
    if lines < 1:
        raise OutOfRange(f"a band of {lines} lines shows nothing; ask for at least one")
    here = min(int(rows.sum()) for rows in frame.scanned.values())
    arrived = here if arrived is None else min(arrived, here)
    if arrived < lines:
        return None
    down = frame.request.slow_direction is SlowDirection.DOWN
    start = arrived - lines if down else frame.shape[0] - arrived
    rows = slice(start, start + lines)
    width, height = frame.region.size
    step = height / frame.shape[0]
    v = 0.5 * height - (start + 0.5 * lines) * step
    x, y = to_sample(frame.region, 0.0, v)
    region = replace(frame.region, center=(float(x), float(y)), size=(width, lines * step))
    return replace(
        frame,
        request=replace(frame.request, region=region, shape=(lines, frame.shape[1])),
        data={key: image[rows] for key, image in frame.data.items()},
        scanned={way: flags[rows] for way, flags in frame.scanned.items()},
    )
