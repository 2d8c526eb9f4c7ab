"""The walls of a frame that was stopped as bad: only those of its good lines."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ai_afm.geometry import to_region
from ai_afm.types import Observation, ScanRequest, SlowDirection, Wall, WallNetwork


def without_bad_lines(observation: Observation) -> Observation:
    """Return an observation without what its network found in lines that are not to be believed.

    Only frames that were stopped as bad are cut (note "bad_from"): their rest is scanned again.
    Walls that reach into the bad lines keep their good part.
    """
    line = (observation.notes or {}).get("bad_from")
    request, network = observation.request, observation.network
    if line is None or network is None or not isinstance(request, ScanRequest):
        return observation
    return replace(observation, network=_cut(network, request, int(line)))


def _cut(network: WallNetwork, request: ScanRequest, line: int) -> WallNetwork:
    def good(points: ArrayLike) -> NDArray[np.bool_]:
        x, y = np.asarray(points, float).reshape(-1, 2).T
        _, v = to_region(request.region, x, y)
        height = request.region.size[1]
        down = request.slow_direction is SlowDirection.DOWN
        from_first = height / 2 - v if down else v + height / 2
        return np.asarray(from_first < line / request.shape[0] * height)

    return WallNetwork(
        network.region,
        tuple(part for wall in network.walls for part in _parts(wall, good(wall.points))),
        tuple(j for j in network.junctions if good(j.position)[0]),
        tuple(p for p in network.tips if good(p)[0]),
        tuple(p for p in network.open_ends if good(p)[0]),
        tuple(g for g in network.grains if good(g.outline).all()),
    )


def _parts(wall: Wall, good: NDArray[np.bool_]) -> list[Wall]:
    """Return the stretches of a wall that are good, each at least two points."""
    if good.all():
        return [wall]
    kept = np.flatnonzero(good)
    runs = np.split(kept, np.flatnonzero(np.diff(kept) > 1) + 1)
    return [replace(wall, points=wall.points[r], closed=False) for r in runs if len(r) > 1]
