"""What a fixed plan has come to: its sites, and what it had to leave out and why."""

from dataclasses import dataclass, field

from ai_afm.control.plan_names import ALONG, BRANCH, LEFT, ON, RIGHT, SECTOR, PlanPlace
from ai_afm.types import Point, Role

_SIDES = {LEFT: "on the left", RIGHT: "on the right", ON: "on the wall", ALONG: "along it"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A site before its turn is known.

    Parameters
    ----------
    place
        Where on the plan.
    role
        On a wall or beside it.
    at
        m.
    words
        Why it is probed.
    domain
        Polarity that it has: 1 for A, -1 for B, 0 on a wall or where no image tells.
    """

    place: PlanPlace
    role: Role
    at: Point
    words: str
    domain: int = 0


@dataclass(eq=False)
class Layout:
    """The sites of a plan, and the places on it that have none, with the reason."""

    spots: list[Spot] = field(default_factory=list)
    missing: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def miss(self, place: PlanPlace, why: str) -> None:
        """Note a place without a site."""
        self.missing.setdefault((side_words(place), why), []).append(place.nm)


def side_words(place: PlanPlace) -> str:
    """Say on which part of a plan a site lies.

    Examples
    --------
    >>> side_words(PlanPlace("T1", "S", 500, 3))
    'in sector 3'
    """
    if place.kind in (BRANCH, SECTOR):
        return f"{'on branch' if place.kind == BRANCH else 'in sector'} {place.number}"
    return _SIDES[place.kind]


def left_out(layout: Layout) -> str:
    """Say what a plan leaves out, as the end of a sentence; empty where it is whole."""
    by_reason: dict[str, list[str]] = {}
    for (side, why), distances in layout.missing.items():
        by_reason.setdefault(why, []).append(f"{', '.join(distances)} nm {side}")
    return "".join(f"; left out {' and '.join(w)} ({why})" for why, w in by_reason.items())
