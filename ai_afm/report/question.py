"""The answer to a run's question: effect, what stands behind it, and what a referee would ask."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ai_afm.config import QuestionSettings
from ai_afm.control.question_plan import registered
from ai_afm.report.quantity import quantity
from ai_afm.report.story import Story
from ai_afm.store.journal import Row
from ai_afm.survey.intervals import Estimate
from ai_afm.survey.question.answer import Answer, answer
from ai_afm.survey.question.charge import ChargeVerdict
from ai_afm.survey.question.checked import charge_verdict
from ai_afm.survey.question.gathered import Gathered, Probed, events_of, gather
from ai_afm.survey.question.matching import COVARIATES, mismatches
from ai_afm.survey.question.names import PLACE, SPARE, WALL, read_name
from ai_afm.survey.question.population import Drawn, chance_of, population_mean
from ai_afm.survey.question.readings import placed, readings, spacing
from ai_afm.survey.question.registration import Reading
from ai_afm.survey.question.rules import RADII, Breach, breaches, too_close

_CHANCE = 53
"""Separates the chance of the answer's bootstrap from that of other parts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A run's question with all that was done for it.

    Parameters
    ----------
    settings
        The table of the TOML.
    digest, registered
        SHA-256 that the journal holds and when it was written; `None` where it holds none.
    answer
        Effect, interval, exclusions, warnings.
    gathered, readings
        Everything behind it, in order of probing.
    breaches
        Broken rules.
    spacing
        Least distance that sites were given, m.
    means
        Arm -> mean over all walls, each reading weighted with the inverse of its chance.
    charge
        Verdict of the checks for charge, `None` where none were made.
    """

    settings: QuestionSettings
    digest: str | None
    registered: str | None
    answer: Answer
    gathered: Gathered
    readings: tuple[Reading, ...]
    breaches: tuple[Breach, ...]
    spacing: float
    means: Mapping[str, Estimate]
    charge: ChargeVerdict | None

    @property
    def probed(self) -> tuple[Probed, ...]:
        """The probes of the question itself, in the order of `readings`."""
        return tuple(p for p in self.gathered.probed if p.name.target.startswith(PLACE))


def asked(story: Story) -> Asked | None:
    """Return the question of a run and its answer so far, `None` for a run without one.

    The same folder gives the same answer: the bootstrap draws with the run's seed.
    """
    summary = story.summary
    config, survey = summary.config, summary.survey
    if config.question is None:
        return None
    gathered = gather(survey)
    found = readings(config.question, gathered)
    row = _registration(summary.rows)
    rng = np.random.default_rng([config.run.seed, _CHANCE])
    apart = spacing(gathered.dot_radius, config.probe.min_spacing_nm * 1e-9)
    return Asked(
        settings=config.question,
        digest=None if row is None else str(row.payload["digest"]),
        registered=None if row is None else row.wall,
        answer=answer(registered(config), found, rng),
        gathered=gathered,
        readings=found,
        breaches=_broken(config.question, gathered, apart),
        spacing=apart,
        means=_means(gathered, found),
        charge=charge_verdict(survey, gathered, config.probe.waveform, story.spectrum),
    )


def _registration(rows: tuple[Row, ...]) -> Row | None:
    return next((r for r in rows if r.kind == "question_registered"), None)


def _broken(settings: QuestionSettings, gathered: Gathered, apart: float) -> tuple[Breach, ...]:
    """Return broken rules; probes that are not of the question count for distances only."""
    radius = gathered.dot_radius or apart / RADII
    own = breaches(placed(settings, gathered), radius)
    names = {p.position: str(p.name) for p in gathered.probed if p.name.target.startswith(PLACE)}
    called = [names.get(at, f"probe {k} in order") for k, at in enumerate(gathered.taken, 1)]
    others = [
        Breach((called[i], called[j]), f"{distance * 1e9:.0f} nm apart, less than three dots")
        for i, j, distance in too_close(gathered.taken, radius)
        if (gathered.taken[i] in names) != (gathered.taken[j] in names)
    ]
    return (*own, *others)


def _means(gathered: Gathered, found: tuple[Reading, ...]) -> dict[str, Estimate]:
    """Return the mean of each arm over all walls that could be drawn."""
    stations = gathered.of(PLACE)
    draws = sum(s.at_random for s in stations)
    shares = {s.name: s.facts.get("share") for s in stations}
    if not draws:
        return {}
    means: dict[str, list[Drawn]] = {}
    for reading in found:
        share = shares.get(str(getattr(read_name(reading.site), "target", "")))
        if not reading.why_not and share:
            chance = chance_of(float(share), draws, not reading.at_random)
            means.setdefault(reading.arm, []).append(Drawn(reading.value, chance, reading.cluster))
    return {arm: population_mean(drawn) for arm, drawn in means.items()}


def events_at_walls(gathered: Gathered) -> tuple[Counter[str], tuple[Estimate, ...]]:
    """Return what happened at the wall sites, and the walls' displacements (m) where measured."""
    kinds: Counter[str] = Counter()
    moved = []
    for station in gathered.of(PLACE):
        for row in events_of(station):
            name = read_name(row["site"])
            if name is None or name.kind != WALL:
                continue
            kinds[row["kind"] or "not to be told"] += 1
            if row.get("displacement"):
                moved.append(Estimate(*(float(v) for v in row["displacement"])))
    return kinds, tuple(moved)


def section(story: Story) -> dict[str, Any] | None:
    """Return what the page shows of the question, `None` for a run without one."""
    found = asked(story)
    return None if found is None else {"asked": found} | content(found)


def content(found: Asked) -> dict[str, Any]:
    """Return the words of the section."""
    a = found.answer
    return {
        "title": a.question.title,
        "decision": str(a.decision),
        "sentence": a.sentence,
        "facts": facts(found),
        "warnings": [*a.warnings, *_doubts(found)],
        "excluded": a.excluded,
        "breaches": [f"{' and '.join(b.sites) or 'all sites'}: {b.reason}" for b in found.breaches],
        "charge": charge_words(found),
        "clues": [] if found.charge is None else [c.words for c in found.charge.clues],
        "selection": a.question.selection,
    }


def facts(found: Asked) -> list[tuple[str, str]]:
    """Return the numbers behind the answer."""
    a, q = found.answer, found.answer.question
    kinds, moved = events_at_walls(found.gathered)
    rows = [
        (f"{q.compare} minus {q.with_}", estimate(a.effect, q.unit)),
        ("the same as Hedges' g", estimate(a.standardised, "")),
        ("independent units", f"{a.units} of {q.units} registered"),
        ("sites used", f"{a.sites[0]} {q.compare}, {a.sites[1]} {q.with_}"),
        ("left out", str(len(a.excluded))),
        ("effect that matters", f"{q.effect:g} {q.unit}, alpha {q.alpha:g}"),
        ("change with each probe", f"{1e3 * a.slope:+.2f} mV" if a.slope else "not fitted or none"),
        ("ended", "early, by the confidence sequence" if a.stopped_early else "not early"),
        ("least distance of sites", _spacing_words(found)),
        ("polarity that switches domain A", _polarity_words(found)),
        ("registered", _registered_words(found)),
    ]
    rows += [
        (f"{arm}, mean over all walls", estimate(m, q.unit, sign=""))
        for arm, m in found.means.items()
    ]
    rows += [
        (f"{name} before, wall minus partner", estimate(e, COVARIATES[name]))
        for name, e in mismatches(found.gathered).items()
    ]
    if kinds:
        rows.append(("at the walls", ", ".join(f"{n} {k}" for k, n in kinds.most_common())))
    if moved:
        sizes = sorted(abs(m.value) for m in moved)
        text = f"{quantity(sizes[len(sizes) // 2], 'm')} in the median of {len(sizes)}"
        rows.append(("displacement of the wall", text))
    return rows


def estimate(e: Estimate, unit: str, sign: str = "+") -> str:
    """Write an estimate with its interval; with `sign` "+" a difference, with "" a number."""
    if not np.isfinite(e.value):
        return "not measured"
    if not np.isfinite([e.low, e.high]).all():
        return f"{e.value:{sign}.3g} {unit}, interval not bounded yet".replace("-", "−")
    text = f"{e.value:{sign}.3g} {unit} (95 % interval {e.low:{sign}.3g} to {e.high:{sign}.3g})"
    return " ".join(text.split()).replace("-", "−")


def charge_words(found: Asked) -> str:
    """Say what the checks for charge allow, also where none were made."""
    if found.charge is None:
        return (
            "No checks for trapped charge were made: charge injection cannot be excluded as the"
            " cause of the loops."
        )
    lacks = f" Not tested: {', '.join(found.charge.missing)}." if found.charge.missing else ""
    verdict = str(found.charge.verdict)
    return f"{verdict[0].upper()}{verdict[1:]}.{lacks}"


def _spacing_words(found: Asked) -> str:
    radius, apart = found.gathered.dot_radius, quantity(found.spacing, "m")
    if radius is not None:
        return f"{apart}, a written dot has a radius of {quantity(radius, 'm')}"
    tried = len(found.gathered.of(SPARE))
    why = f"{tried} spare places gave no dot" if tried else "no dot was written on spare ground"
    return f"{apart}, not calibrated: {why}"


def _polarity_words(found: Asked) -> str:
    polarity = found.gathered.polarity
    if polarity is None:
        return "not known: no loop tells"
    return f"{'positive' if polarity > 0 else 'negative'}, told from the loops"


def _registered_words(found: Asked) -> str:
    if found.digest is None:
        return "no: nothing was probed"
    return f"{(found.registered or '')[:19]} UTC, SHA-256 {found.digest[:12]}…"


def _doubts(found: Asked) -> list[str]:
    """Return what is owed beside the warnings of the statistics."""
    texts = []
    if found.gathered.dot_radius is None and found.readings:
        texts.append(
            "the radius of a written dot is not calibrated: sites may have disturbed one another"
        )
    if found.digest is not None and found.digest != found.answer.question.digest:
        texts.append("the question is not the one that was registered before the first probe")
    texts += [
        f"partners are not alike in {name}: {estimate(e, COVARIATES[name])}, wall minus bulk"
        for name, e in mismatches(found.gathered).items()
        if not e.covers(0.0)
    ]
    barren = [s for s in found.gathered.of(PLACE) if s.barren]
    if barren:
        texts.append(
            f"{len(barren)} places showed no wall when they were imaged: {barren[0].barren}"
        )
    drawn = sum(s.at_random for s in found.gathered.of(PLACE))
    total = len(found.gathered.of(PLACE))
    if total and drawn < 0.2 * total - 1:
        texts.append(f"only {drawn} of {total} places were drawn at random")
    return texts
