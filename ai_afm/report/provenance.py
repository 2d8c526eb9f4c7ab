"""How a run was measured and by which programs and models: facts in words."""

import importlib.metadata
import math
import platform
from collections.abc import Sequence

from ai_afm import __version__
from ai_afm.errors import ModelError
from ai_afm.report.quantity import number, quantity
from ai_afm.report.story import Story
from ai_afm.segment.model_file import load_model
from ai_afm.store.journal import Row
from ai_afm.types import UNKNOWN, Measurement

Facts = list[tuple[str, str]]
FEW = 4
"""Drive frequencies that are written one by one; those of a band are not."""
_PACKAGES = ("numpy", "scipy", "h5py", "torch", "matplotlib")


def measurement_facts(m: Measurement) -> Facts:
    """Return how a frame was measured; what is not known is "unknown"."""
    frequencies = ", ".join(quantity(f, "Hz", 5) for f in m.drive_frequencies) or UNKNOWN
    if len(m.drive_frequencies) > FEW:
        low, high = (quantity(m.drive_frequencies[end], "Hz", 5) for end in (0, -1))
        frequencies = f"{low} to {high}, {len(m.drive_frequencies)} of them"
    setpoint = UNKNOWN if m.setpoint is None else f"{number(m.setpoint)} {m.setpoint_unit}"
    angle = None if m.cantilever_angle is None else math.degrees(m.cantilever_angle)
    humidity = UNKNOWN if m.humidity is None else f"{100 * m.humidity:.0f} %"
    return [
        ("instrument", m.instrument),
        ("mode", m.mode.value.replace("_", " ").replace("pfm", "PFM").replace("dart", "DART")),
        ("signal", m.signal),
        ("drive amplitude", _known(m.drive_amplitude, "V")),
        ("drive frequencies", frequencies),
        ("quality factor", UNKNOWN if m.quality_factor is None else number(m.quality_factor)),
        ("lock-in time constant", _known(m.time_constant, "s")),
        ("biased", m.biased),
        ("sign convention", m.sign_convention),
        ("phase calibrated", "yes" if m.phase_calibrated else "no"),
        ("cantilever axis against x", UNKNOWN if angle is None else f"{number(angle)}°"),
        ("setpoint", setpoint),
        ("load", _known(m.load, "N")),
        ("tip", m.tip),
        ("tip serial", m.tip_serial),
        ("path in contact before this frame", _known(m.contact_path, "m")),
        ("pulses before this frame", UNKNOWN if m.pulses is None else str(m.pulses)),
        ("temperature", UNKNOWN if m.temperature is None else f"{m.temperature:.1f} K"),
        ("relative humidity", humidity),
        ("started", m.started),
        ("sample, as the instrument names it", m.sample),
    ]


def _known(value: float | None, unit: str) -> str:
    return UNKNOWN if value is None else quantity(value, unit)


def drift_words(story: Story) -> str:
    """Say how far the sample was measured to have drifted."""
    measured = [o.offset for o in story.summary.survey.observations if o.offset is not None]
    if not measured:
        return "not measured"
    largest = max(math.hypot(*shift) for shift in measured)
    return f"up to {quantity(largest, 'm')} against the first frame, in {len(measured)} frames"


def models_of(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return (name@version, sha256) of all models that took part, in order."""
    found: dict[tuple[str, str], None] = {}
    for row in rows:
        if row.kind == "glimpse":
            found[str(row.payload["model"]), str(row.payload["model_sha256"])] = None
        elif row.kind == "decision" and row.payload.get("model"):
            model = row.payload["model"]
            found[str(model["name"]), str(model["sha256"])] = None
    return list(found)


def model_facts(name: str, sha256: str) -> Facts:
    """Return what is known about a model; its card only where it describes these very weights."""
    facts = [("model", name), ("weights, sha256", f"{sha256[:12]}…")]
    try:
        model = load_model(name)
    except ModelError:
        return [*facts, ("card", "not at hand: it is not among the models that ship")]
    if model.sha256 != sha256:
        return [*facts, ("card", "the one at hand describes other weights, so it is not shown")]
    card = model.card
    facts += [("description", card.description), ("trained", card.created), ("on", card.data)]
    facts += [(f"simulated validation: {k}", number(v)) for k, v in sorted(card.metrics.items())]
    facts += [(f"real scans: {k}", number(v)) for k, v in sorted(card.validation.items())]
    return facts


def glimpse_words(rows: Sequence[Row]) -> str:
    """Say how often and how fast the model looked."""
    times = sorted(float(r.payload["ms"]) for r in rows if r.kind == "glimpse")
    if not times:
        return "none"
    return f"{len(times)}, median {times[len(times) // 2]:.0f} ms, longest {times[-1]:.0f} ms"


def software_facts(story: Story) -> Facts:
    """Return the versions that ran the run, and those that wrote this report."""
    started = [r.payload for r in story.summary.rows if r.kind == "run_started"]
    versions = dict.fromkeys(str(p["version"]) for p in started)
    installed = []
    for name in _PACKAGES:
        try:
            installed.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return [
        ("seed", str(story.summary.config.run.seed)),
        ("run by", f"ai-afm {', '.join(versions)}" if versions else "not started"),
        ("report by", f"ai-afm {__version__}, Python {platform.python_version()}"),
        ("with", ", ".join(installed)),
    ]
