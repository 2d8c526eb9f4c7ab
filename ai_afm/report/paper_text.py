"""The methods paragraph of a run: what was done, from its configuration, journal and files."""

from collections.abc import Iterator

from ai_afm.config import RunConfig
from ai_afm.report import provenance
from ai_afm.report.quantity import duration, extent, quantity
from ai_afm.report.question import Asked, charge_words, facts
from ai_afm.report.story import Story
from ai_afm.survey.question.starts import starts_of
from ai_afm.types import UNKNOWN, Measurement, ProbeRequest, Role

REFERENCES = (
    ("doi:10.1214/aos/1176343406", "confidence sequence for the t statistic"),
    ("doi:10.1214/24-AOS2394", "its validity under optional stopping"),
    ("doi:10.3102/10769986006002107", "Hedges' g"),
    ("doi:10.1037/1082-989X.13.2.99", "its interval for matched arms"),
    ("doi:10.1021/nn505176a", "read-voltage sweeps against electrostatics"),
)
"""What the statistics and the checks follow."""


def methods(story: Story, found: Asked | None) -> str:
    """Return the methods as plain text, a paragraph for each matter.

    Parameters
    ----------
    story
        The run.
    found
        Its question with the answer, `None` for a run without one.

    Returns
    -------
    str
        What the files do not know is listed as not recorded, never guessed.
    """
    parts = [
        " ".join(_instrument(story)),
        " ".join(_run(story)),
        " ".join(_probes(story)),
    ]
    if found is not None:
        parts += [" ".join(_question(found)), " ".join(_result(found))]
        parts.append(
            "References: " + "; ".join(f"{doi} ({what})" for doi, what in REFERENCES) + "."
        )
    return "\n\n".join(p for p in parts if p).replace("\u00a0", " ") + "\n"


def measured(story: Story) -> Measurement | None:
    """Return how the first scan was measured, `None` where there is none."""
    frames = (story.frame(n) for n in story.folder.scan_numbers()[:3])
    frame = next((f for f in frames if f is not None), None)
    return None if frame is None else frame.measurement


def _instrument(story: Story) -> Iterator[str]:
    m = measured(story)
    if m is None:
        yield "Nothing was scanned."
        return
    known = [(n, v) for n, v in provenance.measurement_facts(m) if v != UNKNOWN and n not in _LATER]
    missing = [n for n, v in provenance.measurement_facts(m) if v == UNKNOWN]
    yield f"Sample: {story.summary.config.run.sample}."
    yield f"Instrument: {m.instrument}; " + "; ".join(f"{n} {v}" for n, v in known) + "."
    if not m.phase_calibrated:
        yield "The phase was not calibrated: the two domains are called A and B."
    if missing:
        yield f"Not recorded: {', '.join(missing)}."


_LATER = ("instrument", "sample, as the instrument names it", "phase calibrated", "started")


def _run(story: Story) -> Iterator[str]:
    summary, config = story.summary, story.summary.config
    started = [r for r in summary.rows if r.kind == "run_started"]
    version = ", ".join(dict.fromkeys(str(r.payload["version"]) for r in started)) or UNKNOWN
    yield (
        f"The microscope was driven by ai-afm {version} (controller {config.run.controller},"
        f" authority {config.run.authority.value}, seed {config.run.seed}), without a person"
        f" choosing places, for {duration(summary.instrument_time_s)} of instrument time:"
        f" {summary.scans} frames and {summary.probes} point measurements."
    )
    models = [f"{name} (SHA-256 {sha[:12]})" for name, sha in provenance.models_of(summary.rows)]
    if models:
        yield f"Walls were segmented by {', '.join(models)} while the lines came in."
    for seen in story.wide[:1]:
        lines, pixels = seen.scan.shape
        yield (
            f"Overview: {extent(seen.scan.region.size)}, {lines} lines of {pixels} pixels,"
            f" {seen.scan.line_rate:g} lines per second."
        )
    yield f"Drift: {provenance.drift_words(story)}; coordinates are those of the first frame."
    yield from _limits(config)


def _limits(config: RunConfig) -> Iterator[str]:
    limits = config.limits
    yield (
        f"No request could pass {limits.max_bias_v:g} V of bias, {limits.max_drive_v:g} V of drive"
        f" or {limits.max_tip_speed_um_per_s:g} um/s of tip speed."
    )
    zones = [z for z in config.consent.zones if z.max_bias_v > 0]
    if zones:
        words = [f"{z.level.value} up to {z.max_bias_v:g} V" for z in zones]
        yield f"Bias was applied only where the operator had allowed it ({'; '.join(words)})."
    else:
        yield "No bias was allowed anywhere but for imaging."


def _probes(story: Story) -> Iterator[str]:
    survey = story.summary.survey
    requests = [o.request for o in survey.probes() if isinstance(o.request, ProbeRequest)]
    kinds = {r.kind.value for r in requests}
    if not requests:
        yield "No point measurement was made."
        return
    walls = sum(r.role is Role.WALL for r in requests)
    yield (
        f"Point measurements ({', '.join(sorted(k.replace('_', ' ') for k in kinds))}): {walls} at"
        f" walls, {len(requests) - walls} in the bulk."
    )
    w = story.summary.config.probe.waveform
    yield (
        f"Each hysteresis loop applied {w.cycles} triangular"
        f" {'cycle' if w.cycles == 1 else 'cycles'} of {w.steps} steps to"
        f" {w.amplitude:g} V, {quantity(w.on_time, 's')} on field and {quantity(w.off_time, 's')}"
        f" off field at {w.read_bias:g} V, read with {w.drive:g} V of AC."
    )
    yield (
        "Only the first half-cycle starts from the native state; its onset is the first write bias"
        " after which the off-field response had left the native level for good. Later cycles are"
        " reported as written state and were not pooled with it."
    )
    yield from _begun(story)
    images = len(list(survey.scans(Role.BEFORE)))
    if images:
        yield f"Images were taken before and after the probes at {images} places."


def _begun(story: Story) -> Iterator[str]:
    """Say how loops began and partners were chosen, for a run that planned its own sites."""
    config, survey = story.summary.config, story.summary.survey
    probe = config.probe
    if config.question is not None:
        return
    starts = starts_of(list(survey.probes())).values()
    if config.spectra is None and probe.opposes_native and starts:
        late = sum(start.against is False for start in starts)
        yield (
            "Beside walls each loop began against the polarity of its site as an image showed it;"
            " on walls the two signs took turns in random order."
        )
        if late:
            yield f"{late} loops began along it, before the run knew which sign switches it."
    if probe.plan == "pairs":
        yield (
            "Partners in the bulk were chosen within"
            f" {probe.slope_tolerance:g} of the slope and {probe.resonance_tolerance_khz:g} kHz of"
            " the contact resonance of their wall site, where the images tell them."
        )


def _question(found: Asked) -> Iterator[str]:
    q = found.answer.question
    when = f" on {found.registered[:19]} UTC" if found.registered else ""
    if found.digest is not None:
        yield (
            f"Before the first probe this question was registered{when} (SHA-256 {found.digest}):"
            f" {q.title}"
        )
    yield q.selection
    apart = dict(facts(found))["least distance of sites"]
    yield f"Sites lay at least {apart}."
    yield (
        f"Readings that share a wall segment or a block are one replicate. {100 * q.early:g} % of"
        f" alpha = {q.alpha:g} were spent on a confidence sequence looked at after each replicate,"
        f" the rest on one look at {q.units} replicates with a studentised bootstrap over them."
        " From 12 replicates on, a slope on the probe's index is taken out."
    )


def _result(found: Asked) -> Iterator[str]:
    a = found.answer
    yield a.sentence
    yield f"Hedges' g: {dict(facts(found))[_G]}."
    reasons = sorted({reason for _, _, reason in a.excluded})
    yield (f"Left out: {len(a.excluded)} sites" + (f" ({'; '.join(reasons)})." if reasons else "."))
    if found.breaches:
        yield f"Rules broken: {len(found.breaches)}."
    yield charge_words(found)


_G = "the same as Hedges' g"
