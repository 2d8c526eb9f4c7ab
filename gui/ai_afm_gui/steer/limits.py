"""Limits as a person edits them: in the units of a run's file, narrower or wider than before."""

from collections.abc import Mapping
from dataclasses import dataclass

from ai_afm.types import Limits


@dataclass(frozen=True, slots=True)
class Row:
    """A limit.

    Parameters
    ----------
    key
        Its key in the table `[limits]` of a run's file.
    field
        Its field of `Limits`.
    unit
        Of the key.
    factor
        SI value of one such unit.
    """

    key: str
    field: str
    unit: str
    factor: float = 1.0

    def of(self, limits: Limits) -> float:
        """Return the limit in the unit of its key."""
        return round_off(float(getattr(limits, self.field)) / self.factor)


ROWS = (
    Row("max_tip_speed_um_per_s", "max_tip_speed", "µm/s", 1e-6),
    Row("max_line_rate_hz", "max_line_rate", "Hz"),
    Row("max_bias_v", "max_bias", "V"),
    Row("max_drive_v", "max_drive", "V"),
    Row("max_indentation_nn", "max_indentation", "nN", 1e-9),
    Row("max_current_na", "max_current", "nA", 1e-9),
    Row("max_passes", "max_passes", ""),
    Row("max_dose_v_s", "max_dose", "V s"),
    Row("max_travel_um", "max_travel", "µm", 1e-6),
)
"""Limits with one number; software may lower them, only a person raises them."""


def round_off(value: float) -> float:
    """Return a number without the noise that a change of unit leaves in its last digits."""
    return float(f"{value:.12g}")


def narrowing(now: Limits, typed: Mapping[str, float]) -> dict[str, float]:
    """Return the arguments of the command `limits`: what was made smaller.

    Parameters
    ----------
    now
        The limits of the run.
    typed
        Key -> number in the unit of the key.

    Raises
    ------
    ValueError
        When one is larger than now: a live run cannot be widened.
    """
    changed = {}
    for row in ROWS:
        value = typed.get(row.key)
        if value is None or value == row.of(now):
            continue
        if value > row.of(now):
            raise ValueError(f"{row.key} is larger than now; a live run can only be narrowed")
        changed[row.key] = value
    return changed


def wider_than(before: Mapping[str, float], typed: Mapping[str, float]) -> tuple[str, ...]:
    """Return the keys that allow more than before, for which a person has to give a name."""
    return tuple(key for key, value in typed.items() if value > before.get(key, value))
