"""Which part of a region was scanned, when only its area is known."""

from ai_afm import geometry
from ai_afm.types import ScanRegion, WallNetwork

_WHOLE = 0.999
"""Share of the region that counts as all of it."""


def scanned_window(network: WallNetwork, area: float) -> ScanRegion | None:
    """Return the part of a network's region that has an area and holds its lines.

    Parameters
    ----------
    network
        Lines of the part that was scanned.
    area
        m^2, at most the region's.

    Returns
    -------
    ScanRegion or None
        `None` without area. Scans fill their region from the top or from the bottom, so the part is
        the end of the region (along its slow axis) in which more of the lines lie; the top where
        there are none.
    """
    region = network.region
    width, height = region.size
    share = area / (width * height)
    if share <= 0:
        return None
    if share >= _WHOLE:
        return region
    v = [geometry.to_region(region, *wall.points.T)[1] for wall in network.walls]
    lowest = min((float(x.min()) for x in v), default=0.0)
    highest = max((float(x.max()) for x in v), default=0.0)
    shift = (1 - share) * height / 2
    if -lowest > highest:
        shift = -shift
    x, y = geometry.to_sample(region, 0.0, shift)
    return ScanRegion((float(x), float(y)), (width, share * height), region.angle)
