"""Information per second: the tiles whose lines are most in doubt for what they cost come first."""

from dataclasses import dataclass

import numpy as np

from ai_afm.control.area import plan
from ai_afm.control.area.overview import overview
from ai_afm.control.area.state import Ground, Mask, Step
from ai_afm.types import FloatImage

TILE = 32
"""Lines and pixels of a tile."""
LEAST = 0.05
"""Mean entropy of a tile's pixels beyond plain ground's, bits, below which it is not scanned."""
PLAIN = 25.0
"""Percentile of tiles that is taken for plain ground: a network is never quite sure of nothing."""
BATCH = 0.04
"""Share of the area that one step scans: after each the map is seen anew."""


@dataclass(frozen=True, slots=True)
class UncertaintyPolicy:
    """Overview, then whole tiles in the order of entropy per second, until none is in doubt."""

    @property
    def name(self) -> str:
        """How it is called."""
        return "uncertainty"

    def next(self, ground: Ground) -> Step | None:
        """Return the overview, the next batch of tiles, or `None` when nothing is in doubt."""
        if ground.seen is None:
            return overview(ground.settings)
        mask = _tiles(ground)
        if not mask.any():
            return None
        share = 100 * mask.mean()
        reason = f"Tiles in most doubt for the time they take: {share:.1f} % of the area"
        requests = plan.requests_for(mask, ground.settings, ground.at, plan.Asked(reason))
        return Step("follow", requests, reason)


def _tiles(ground: Ground) -> Mask:
    assert ground.seen is not None
    doubt = np.where(ground.covered, 0.0, entropy(ground.seen))
    lines, pixels = doubt.shape
    rows, columns = -(-lines // TILE), -(-pixels // TILE)
    padded = np.zeros((rows * TILE, columns * TILE))
    padded[:lines, :pixels] = doubt
    gain = padded.reshape(rows, TILE, columns, TILE).mean(axis=(1, 3))
    known = ground.covered[: rows * TILE : TILE, : columns * TILE : TILE]
    gain = gain - (np.percentile(gain[~known], PLAIN) if (~known).any() else 0.0)
    # tiles are of one size and so of one cost: gain per second is in the order of gain
    order = np.argsort(-gain, axis=None)
    count = max(1, round(BATCH * rows * columns))
    mask = np.zeros_like(ground.covered)
    for index in order[:count]:
        row, column = divmod(int(index), columns)
        if gain[row, column] < LEAST:
            break
        part = (
            slice(row * TILE, (row + 1) * TILE),
            slice(column * TILE, (column + 1) * TILE),
        )
        mask[part] = True
    return mask & ~ground.covered


def entropy(probability: FloatImage) -> FloatImage:
    """Return the entropy of line or no line at each pixel, bits."""
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)), np.float32)
