"""Names of the sites of a fixed plan: where a site lies on it can be read from its name."""

import re
from dataclasses import dataclass

LEFT, ON, RIGHT = "L", "C", "R"
"""Of a transect: on the left of the wall, on it, on its right."""

ALONG, BRANCH, SECTOR = "A", "B", "S"
"""A site along a wall, on a branch of a star, between two branches of a star."""

_SITE = re.compile(r"(.+)-(?:([LCRA])(\d+(?:\.\d)?)|([BS])(\d+)r(\d+(?:\.\d)?))")


@dataclass(frozen=True, slots=True)
class PlanPlace:
    """Where a site lies on a plan.

    Parameters
    ----------
    target
        The place that the plan belongs to.
    kind
        `LEFT`, `ON`, `RIGHT` (transect), `ALONG`, `BRANCH` or `SECTOR` (star).
    tenths
        Distance in tenths of a nanometre: from the wall, along it, or from the junction.
    number
        Of the branch or sector, counter-clockwise; 0 for all others.

    Examples
    --------
    >>> str(PlanPlace("T1", LEFT, 228)), str(PlanPlace("T2", SECTOR, 1000, 3))
    ('T1-L22.8', 'T2-S3r100')
    >>> read_plan_name("T1-R22.8").signed_distance
    -2.28e-08
    """

    target: str
    kind: str
    tenths: int
    number: int = 0

    @property
    def plan(self) -> str:
        """Name of the plan in `[probe]`."""
        if self.kind == ALONG:
            return "along"
        return "star" if self.kind in (BRANCH, SECTOR) else "transect"

    @property
    def nm(self) -> str:
        """The distance in nm as it stands in the name."""
        whole, tenth = divmod(self.tenths, 10)
        return f"{whole}.{tenth}" if tenth else str(whole)

    @property
    def signed_distance(self) -> float:
        """The distance, m; negative on the right of the wall of a transect."""
        return (-1 if self.kind == RIGHT else 1) * self.tenths / 1e10

    def __str__(self) -> str:
        """Return the name."""
        middle = f"{self.number}r" if self.number else ""
        return f"{self.target}-{self.kind}{middle}{self.nm}"


def read_plan_name(site: str | None) -> PlanPlace | None:
    """Take a site's name apart, `None` where it does not belong to a fixed plan."""
    found = _SITE.fullmatch(site or "")
    if found is None:
        return None
    target, kind, distance, part, number, radius = found.groups()
    tenths = round(10 * float(distance or radius))
    return PlanPlace(target, kind or part, tenths, int(number or 0))
