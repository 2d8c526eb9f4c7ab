"""Names of the places and sites of a question: what a site is for can be read from its name."""

import re
from dataclasses import dataclass

PLACE, SPARE, CHECK = "Q", "S", "E"
"""First letters of targets: places of the question, sacrificial places, checks for charge."""

WALL, BULK, OTHER, LOOP, PULSE = "W", "B", "O", "L", "P"
"""Kinds of sites: at a wall, its partner in the bulk, bulk of the other polarity; and on spare or
check places a loop, and a pulse that writes a dot."""

OTHER_ARM = "bulk of the other polarity"

_SITE = re.compile(r"([QSE]\d+)-(\d+)([WBOLP])([AB])(\d*)")
_TARGET = re.compile(r"[QSE]\d+")


@dataclass(frozen=True, slots=True)
class SiteName:
    """A site's name taken apart: "Q7-1WA2" is the second try at domain A's side of a wall.

    Examples
    --------
    >>> str(SiteName("Q7", 1, "W", 1, 2)), str(read_name("Q7-1BB"))
    ('Q7-1WA2', 'Q7-1BB')
    """

    target: str
    block: int
    kind: str
    domain: int
    attempt: int = 1

    def __str__(self) -> str:
        """Return the name."""
        letter = "A" if self.domain > 0 else "B"
        again = "" if self.attempt == 1 else str(self.attempt)
        return f"{self.target}-{self.block}{self.kind}{letter}{again}"


def read_name(site: str | None) -> SiteName | None:
    """Take a site's name apart, `None` where it does not belong to a question."""
    found = _SITE.fullmatch(site or "")
    if found is None:
        return None
    target, block, kind, domain, attempt = found.groups()
    return SiteName(target, int(block), kind, 1 if domain == "A" else -1, int(attempt or 1))


def is_place(target: str | None) -> bool:
    """Tell whether a target belongs to a question, not to the controller's own choice."""
    return _TARGET.fullmatch(target or "") is not None


def is_aside(target: str | None) -> bool:
    """Tell whether a target is spare ground or a check: its loops are no answer to anything."""
    return is_place(target) and not str(target).startswith(PLACE)
