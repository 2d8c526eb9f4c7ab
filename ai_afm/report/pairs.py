"""How alike the partners of pairs were before they were probed, in sentences."""

from collections.abc import Sequence

from ai_afm.config import ProbeSettings
from ai_afm.report.story import Place, Story
from ai_afm.survey.question.matching import pair_differences, pair_of


def sentences(story: Story) -> list[str]:
    """Return how wall sites and their partners differ in slope and contact resonance.

    By the images before, wall minus bulk; empty where no pair was imaged, and for a run with a
    question, whose section says it with an interval.
    """
    config = story.summary.config
    if config.question is not None:
        return []
    return _words([d for place in story.places for d in _of(place).values()], config.probe)


def _of(place: Place) -> dict[str, dict[str, float]]:
    """Return the differences of a place's pairs by wall site."""
    rows = {}
    for after in place.after[:1]:
        for event in (after.observation.notes or {}).get("events") or ():
            if pair_of(str(event["site"])) is not None:
                rows[str(event["site"])] = event
    return pair_differences(rows)


def _words(pairs: Sequence[dict[str, float]], settings: ProbeSettings) -> list[str]:
    found = []
    for name, words, unit, factor, allowed in (
        ("slope", "slope", "", 1.0, settings.slope_tolerance),
        ("resonance", "contact resonance", " kHz", 1e-3, settings.resonance_tolerance_khz),
    ):
        values = [factor * pair[name] for pair in pairs if name in pair]
        if not values:
            continue
        mean, largest = sum(values) / len(values), max(map(abs, values))
        beyond = sum(abs(v) > allowed for v in values)
        text = (
            f"By the images before, the {words} of wall sites and their partners differs by"
            f" {mean:+.3f}{unit} on average and by {largest:.3f}{unit} at most"
            f" ({len(values)} pairs; partners were chosen within {allowed:g}{unit} by the closer"
            f" frames{f'; {beyond} lie beyond' if beyond else ''})."
        )
        found.append(text.replace("-0.", "−0."))
    return found
