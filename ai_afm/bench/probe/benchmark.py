"""`ai-afm bench probe`: false positives, power, coverage, events in a night, charge, bad fits."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ai_afm.bench.probe import blind, charge, coverage, night
from ai_afm.bench.probe.bad_fits import BadFits, measure
from ai_afm.bench.probe.setting import DRIFT, Setting, Tally
from ai_afm.bench.probe.station import Build
from ai_afm.bench.probe.trial import ask
from ai_afm.microscope.simulated.switching_films import alike_at_walls
from ai_afm.survey.question.answer import Decision
from ai_afm.survey.question.charge import Verdict
from ai_afm.survey.question.registration import Question

_log = logging.getLogger(__name__)

QUESTION = Question(
    "wall",
    "bulk",
    "nucleation bias",
    effect=0.25,
    alpha=0.03,
    units=30,
    selection="the wall segment nearest to the middle of fields drawn at random",
)
"""What every world is asked, in V. With alpha at 0.03 the share of false positives stays at 0.05 or
below in 94 of 100 benchmarks of 20 worlds; at 0.05 it would in 85."""

EASE = 0.09
"""Share of the activation bias that walls take away in the worlds with an effect: it makes walls
nucleate 0.25 V earlier (worlds 141 to 148), which is the effect that was registered."""

WEAR = 5e-4
"""Share of the bias that each probe costs the coating: the tip wears during every trial."""


@dataclass(slots=True)
class _Trials:
    """What the answers of many worlds amount to."""

    different: int = 0
    equivalent: int = 0
    worlds: int = 0
    covered: int = 0
    overlaps: int = 0
    quiet: int = 0
    looked: int = 0
    units: list[int] = field(default_factory=list)
    effects: list[float] = field(default_factory=list)


def benchmark(
    worlds: int = 20,
    seed: int = 1,
    night_hours: float = 0.5,
    films: int | None = None,
    repeats: int | None = None,
) -> dict[str, Any]:
    """Ask whether a referee would accept the probing.

    Parameters
    ----------
    worlds
        Null worlds, and as many with the registered effect.
    seed
        Of everything; worlds 100 to 199 of seed 0 were used for tuning.
    night_hours
        Hours of the night that are simulated for our own strategy.
    films
        Films without polarisation for the charge verdict; twice `worlds` by default, and a quarter
        of that with it.
    repeats
        Generated nights for coverage and false positives, for each number of units; 20 times
        `worlds` by default.

    Returns
    -------
    dict
        The contract's keys, and `detail` with what is behind them: see docs/probing.md.
    """
    films = 2 * worlds if films is None else films
    repeats = 20 * worlds if repeats is None else repeats
    null = _trials(seed, 1, worlds, 0.0)
    _log.info("probe bench: %d of %d null worlds called different", null.different, worlds)
    effect = _trials(seed, 2, worlds, EASE)
    _log.info("probe bench: %d of %d worlds with the effect", effect.different, worlds)
    held = coverage.coverage(seed, repeats)
    false = coverage.false_positives(seed, repeats, QUESTION)
    nights = _nights(_world(seed, 3, 0), night_hours)
    ours = nights["ours"]
    verdicts = _films(seed, films)
    fits = measure(_world(seed, 5, 0), max(20, worlds))
    looked = [(x.quiet, x.looked) for x in (null, effect)] + [(ours.quiet, ours.looked)]
    return {
        "null_false_positive": null.different / worlds,
        "power": effect.different / worlds,
        "ci_coverage": float(np.mean(list(held.values()))),
        "events_valid_per_night": ours.valid,
        "events_total": ours.total,
        "events_raster_night": nights["grid"].valid,
        "events_naive_night": nights["naive"].valid,
        "dot_overlap": null.overlaps + effect.overlaps + ours.overlaps,
        "charge_false_switchable": verdicts["false_switchable"],
        "bad_fit_detected": fits.caught / fits.misled,
        "fit_ms": fits.fit_ms,
        "bias_zero_before_lift": sum(q for q, _ in looked) / sum(n for _, n in looked),
        "detail": {
            "worlds": worlds,
            "seed": seed,
            "question": QUESTION.title,
            "null": _summary(null),
            "effect": _summary(effect),
            "ci_coverage_by_units": held,
            "generated_false_positive": false.answer,
            "generated_false_positive_t_test_at_every_unit": false.peeking,
            "generated_false_positive_pairs_as_replicates": false.pooled,
            "night": _night_detail(nights, night_hours),
            "charge": verdicts,
            "bad_fits": _fit_detail(fits),
        },
    }


def _world(seed: int, part: int, number: int) -> int:
    """Return the seed of a world: no two parts, seeds or numbers share one."""
    return 1_000_000 * seed + 100_000 * part + number


def _trials(seed: int, part: int, worlds: int, ease: float) -> _Trials:
    truth, total = -QUESTION.effect if ease else 0.0, _Trials(worlds=worlds)
    for number in range(worlds):
        options: dict[str, object] = {"drift_nm_per_s": DRIFT * 1e9}
        settings = alike_at_walls(ease)
        build = Build(_world(seed, part, number), settings, options=options, wear=WEAR)
        outcome = ask(QUESTION, build)
        found = outcome.answer
        total.different += found.decision is Decision.DIFFERENT
        total.equivalent += found.decision is Decision.EQUIVALENT
        total.covered += found.effect.covers(truth)
        total.overlaps += outcome.night.overlaps
        total.quiet += outcome.station.quiet
        total.looked += outcome.station.looked
        total.units.append(found.units)
        total.effects.append(found.effect.value)
    return total


def _summary(trials: _Trials) -> dict[str, Any]:
    return {
        "different": trials.different / trials.worlds,
        "equivalent": trials.equivalent / trials.worlds,
        "interval_holds_truth": trials.covered / trials.worlds,
        "units_mean": float(np.mean(trials.units)),
        "effect_mean_v": float(np.mean(trials.effects)),
    }


def _nights(seed: int, hours: float) -> dict[str, Tally]:
    setting = Setting(seed)
    ours = night.ours(setting, hours)
    radius = ours.dot_radius
    _log.info("probe bench: %.0f valid wall events in a night", ours.valid)
    still = Setting(seed, drift=0.0)
    return {
        "ours": ours,
        "grid": blind.grid(setting, radius),
        "naive": blind.naive(setting, radius),
        "thinned": blind.thinned(setting, radius),
        "thinned without drift": blind.thinned(still, radius),
    }


def _night_detail(nights: dict[str, Tally], hours: float) -> dict[str, Any]:
    ours = nights["ours"]
    return {
        "hours_simulated": hours,
        "dot_radius_nm": 1e9 * ours.dot_radius,
        "valid": {name: tally.valid for name, tally in nights.items()},
        "loops": {name: tally.total for name, tally in nights.items() if name != "ours"},
        "kinds": {str(kind): count for kind, count in ours.kinds.items()},
        "displacement_coverage": ours.covered / ours.displaced if ours.displaced else None,
    }


def _films(seed: int, films: int) -> dict[str, float]:
    without = [charge.examine(charge.film(_world(seed, 4, k), False)).verdict for k in range(films)]
    polar = [
        charge.examine(charge.film(_world(seed, 4, k), True)).verdict
        for k in range(max(1, films // 4))
    ]
    return {
        "films": films,
        "false_switchable": _share(without, Verdict.CONSISTENT),
        "charge_like": _share(without, Verdict.CHARGE),
        "not_excluded": _share(without, Verdict.OPEN),
        "polar_films": len(polar),
        "polar_consistent": _share(polar, Verdict.CONSISTENT),
        "polar_charge_like": _share(polar, Verdict.CHARGE),
    }


def _share(verdicts: Sequence[Verdict], wanted: Verdict) -> float:
    return sum(v is wanted for v in verdicts) / len(verdicts)


def _fit_detail(fits: BadFits) -> dict[str, Any]:
    return {
        "loops": fits.clean,
        "misled": fits.misled,
        "spoiled_noticed": fits.noticed / fits.spoiled,
        "good_refused": fits.refused / fits.clean,
        "by_kind": {name: list(counts) for name, counts in fits.by_kind.items()},
    }
