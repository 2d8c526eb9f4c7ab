"""What a new run is allowed beyond what was allowed before: a person answers for that by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ai_afm_gui.steer.limits import ROWS, wider_than
from ai_afm_gui.steer.setup.draft import Draft

BIASED = ("bias", "sacrificial")
ALLOWS_CURRENT = "allow_unlimited_current"


@dataclass(frozen=True, slots=True)
class Permission:
    """What needs a name.

    Parameters
    ----------
    wider
        Keys of limits that allow more than before.
    biased
        Consent zones in which voltages may be applied, and that were not there before.
    unattended
        Whether it is to run without anybody at hand, and was not before.
    """

    wider: tuple[str, ...] = ()
    biased: int = 0
    unattended: bool = False

    @property
    def needed(self) -> bool:
        """Whether a person has to give a name."""
        return bool(self.wider or self.biased or self.unattended)


def permission(draft: Draft, before: Draft) -> Permission:
    """Return what a draft allows beyond the file that it began with (or the defaults)."""
    keys = [f"limits.{row.key}" for row in ROWS]
    now, then = ({k: _number(d.get(k)) for k in keys} for d in (draft, before))
    wider = [key.removeprefix("limits.") for key in wider_than(then, now)]
    if draft.get(f"limits.{ALLOWS_CURRENT}") and not before.get(f"limits.{ALLOWS_CURRENT}"):
        wider.append(ALLOWS_CURRENT)
    known = [z for z in zones(before) if z.get("level") in BIASED]
    new = [z for z in zones(draft) if z.get("level") in BIASED and z not in known]
    unattended = "unattended"
    alone = draft.get("run.authority") == unattended != before.get("run.authority")
    return Permission(tuple(wider), len(new), alone)


def zones(draft: Draft) -> list[Mapping[str, Any]]:
    """Return the painted zones, oldest first."""
    found = draft.get("consent.zones")
    return [dict(z) if isinstance(z, Mapping) else z.model_dump(mode="json") for z in found or ()]


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
