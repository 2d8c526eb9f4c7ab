"""What the gate has found: each rule with its number, its limit, and whether it holds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ai_afm.flywheel.gate.paired import Change


@dataclass(frozen=True, slots=True)
class Limits:
    """What a candidate must keep to; differences are to the active model.

    Parameters
    ----------
    drop
        F1 that a golden slice may fall by.
    telling
        Fall of F1 that a slice has to show for sure, or it is too small to tell by itself and is
        judged with its parents.
    pixels
        True line pixels from which a slice or class has an F1.
    calibration
        Increase of the expected calibration error.
    topology
        Increase of the mean Betti error of a window of 64 px, as a part of the active model's;
        unless the centreline Dice has risen for sure.
    centreline
        Fall of the centreline Dice.
    empty, empty_at_most
        Increase of the share of crops with lines where nothing is drawn, and that share itself.
    litter, litter_won
        Increase of the share of empty crops where something is drawn; and where the F1 of lines,
        which counts what is drawn on nothing too, has risen for sure.
    crossed
        Share of drawn line pixels that have the class that theirs is exchanged with.
    gain
        F1 on the newest corrections that has to be won.
    contradicting
        Share of the labels that may be contradicted by everything that did not learn from them.
    """

    drop: float = 0.01
    telling: float = 0.03
    pixels: int = 300
    calibration: float = 0.03
    topology: float = 0.1
    centreline: float = 0.01
    empty: float = 0.02
    empty_at_most: float = 0.5
    litter: float = 0.15
    litter_won: float = 0.3
    crossed: float = 0.5
    gain: float = 0.005
    contradicting: float = 0.02


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule applied to one slice.

    Parameters
    ----------
    rule
        Its name.
    where
        The slice; empty for the whole model.
    holds
        Whether it is kept; `None` where too little is there to tell, and a wider slice decides.
    value, limit, unit
        The number that was found, what it may be, and its unit.
    words
        One sentence for a person.
    change
        Before, after and interval, where the rule compares.
    """

    rule: str
    where: str
    holds: bool | None
    value: float
    limit: float
    unit: str
    words: str
    change: Change | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        told = asdict(self)
        if self.change is not None:
            told["change"]["value"] = self.change.value
        return told


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that a gate has found of a candidate.

    Parameters
    ----------
    findings
        In the order of the rules.
    about
        JSON values: what was compared, on what.
    """

    findings: tuple[Finding, ...]
    about: Mapping[str, Any]

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The rules that are broken."""
        return tuple(f for f in self.findings if f.holds is False)

    @property
    def passed(self) -> bool:
        """Whether no rule is broken."""
        return not self.refusals

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "passed": self.passed,
            "refused": [f.words for f in self.refusals],
            **self.about,
            "findings": [f.as_json() for f in self.findings],
        }


def named(path: tuple[str, ...]) -> str:
    """Return a slice in words."""
    return " > ".join(path)
