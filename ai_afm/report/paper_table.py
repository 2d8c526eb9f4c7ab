"""The table of a paper: one row for each probed site, with everything that was read off it."""

import csv
import io
import math
from collections.abc import Mapping
from typing import Any

from ai_afm.control.plan_names import ALONG, BRANCH, LEFT, ON, RIGHT, SECTOR, read_plan_name
from ai_afm.report.question import Asked
from ai_afm.report.story import Seen, Story
from ai_afm.survey.question.matching import pair_differences
from ai_afm.survey.question.readout import read_written
from ai_afm.survey.question.starts import starts_of
from ai_afm.types import ProbeKind, Spectrum

COLUMNS = (
    "probe", "site", "target", "role", "kind", "arm", "segment", "block", "index", "at_random",
    "excluded", "x_m", "y_m", "plan", "plan_part", "signed_distance_nm", "arc_length_nm",
    "radius_nm", "branch", "first_polarity", "native_domain", "against_native", "amplitude_v",
    "steps", "cycles", "on_s", "off_s", "read_bias_v", "drive_v", "onset_v", "onset_step_v",
    "half_switching_v", "mixed", "swing", "noise", "response_unit", "r2", "closure", "saturation",
    "phase_drift_rad", "lost_share", "reasons", "compliance_a", "stopped", "slope_before",
    "resonance_before_hz", "slope_minus_partner", "resonance_minus_partner_hz", "event",
    "event_radius_m", "displacement_m", "displacement_low_m", "displacement_high_m",
    "written_coercive_plus_v", "written_coercive_minus_v", "written_imprint_v", "finished",
)  # fmt: skip
"""SI units, named where it is not obvious; an empty field is not measured.

Columns of a fixed plan: `signed_distance_nm` from the wall of a transect (negative on its right),
`arc_length_nm` along a wall, `radius_nm` from the junction of a star with the number of its
`branch` (or of the branch before a sector). `native_domain` is the polarity that a site beside a
wall had (A or B), `against_native` whether its first half-cycle was against it, by all loops of the
run. A wall site has the differences to its partner in `..._minus_partner`.
"""

PARTS = {
    LEFT: "left", ON: "on the wall", RIGHT: "right", ALONG: "along", BRANCH: "branch",
    SECTOR: "sector",
}  # fmt: skip
"""What `plan_part` is called."""

_READOUT = {
    "onset": "onset_v", "step": "onset_step_v", "half": "half_switching_v", "mixed": "mixed",
    "swing": "swing", "noise": "noise", "r2": "r2", "closure": "closure",
    "saturation": "saturation", "phase_drift": "phase_drift_rad", "lost": "lost_share",
}  # fmt: skip


def site_rows(story: Story, found: Asked | None) -> list[dict[str, Any]]:
    """Return one row for each probe, in order, as values by column; `None` is not measured."""
    seen = [*(p for place in story.places for p in place.probes), *story.loose]
    events = _events(story)
    asked = {} if found is None else {r.site: r for r in found.readings}
    starts = starts_of([s.observation for s in seen])
    rows = []
    for one in sorted(seen, key=lambda s: s.observation.number):
        site = one.probe.site or ""
        row = _row(story, one) | _plan(one.probe.site) | events.get(site, {})
        if site in starts:
            row |= {"native_domain": starts[site].domain, "against_native": starts[site].against}
        reading = asked.get(one.probe.site or "")
        if reading is not None:
            row |= {
                "arm": reading.arm,
                "segment": reading.cluster,
                "block": reading.block,
                "index": reading.index,
                "at_random": reading.at_random,
                "excluded": reading.why_not,
            }
        rows.append({c: row.get(c) for c in COLUMNS})
    return rows


def site_csv(rows: list[dict[str, Any]]) -> str:
    """Return the rows as CSV text; numbers are written so that they read back exactly."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({c: _text(v) for c, v in row.items()})
    return text.getvalue()


def _row(story: Story, seen: Seen) -> dict[str, Any]:
    probe, notes = seen.probe, seen.observation.notes or {}
    waveform = probe.waveform
    x, y = probe.position
    row: dict[str, Any] = {
        "probe": seen.observation.number,
        "site": probe.site,
        "target": probe.target,
        "role": probe.role.value,
        "kind": probe.kind.value,
        "x_m": x - seen.drift[0],
        "y_m": y - seen.drift[1],
        "finished": seen.observation.finished,
    }
    if waveform is not None:
        row |= {
            "first_polarity": waveform.first_polarity,
            "amplitude_v": waveform.amplitude,
            "steps": waveform.steps,
            "cycles": waveform.cycles,
            "on_s": waveform.on_time,
            "off_s": waveform.off_time,
            "read_bias_v": waveform.read_bias,
            "drive_v": waveform.drive,
            "compliance_a": waveform.compliance,
        }
    readout: Mapping[str, Any] = notes.get("readout") or {}
    row |= {column: readout.get(key) for key, column in _READOUT.items()}
    row["reasons"] = "; ".join(readout.get("reasons", ()))
    row["stopped"] = notes.get("stopped")
    spectrum = None if notes.get("lost") else story.spectrum(seen.observation.number)
    return row if spectrum is None else row | _written(spectrum)


def _plan(site: str | None) -> dict[str, Any]:
    """Return where a site lies on a fixed plan, nothing for others."""
    place = read_plan_name(site)
    if place is None:
        return {}
    across = {"plan": place.plan, "plan_part": PARTS[place.kind]}
    distance = place.tenths / 10
    if place.plan == "along":
        return across | {"arc_length_nm": distance}
    if place.plan == "star":
        return across | {"radius_nm": distance, "branch": place.number}
    return across | {"signed_distance_nm": -distance if place.kind == RIGHT else distance}


def _written(spectrum: Spectrum) -> dict[str, Any]:
    """Return the last later cycle that is a loop: the written state, beside the native one."""
    row: dict[str, Any] = {"response_unit": spectrum.response_unit}
    if spectrum.request.kind is not ProbeKind.HYSTERESIS_LOOP:
        return row
    fit = next((f for f in reversed(read_written(spectrum)) if f.is_loop), None)
    if fit is None:
        return row
    return row | {
        "written_coercive_plus_v": fit.coercive_plus,
        "written_coercive_minus_v": fit.coercive_minus,
        "written_imprint_v": fit.imprint,
    }


def _events(story: Story) -> dict[str, dict[str, Any]]:
    """Return what the images after say, by site."""
    found = {}
    for place in story.places:
        for after in place.after[:1]:
            own = (after.observation.notes or {}).get("events") or ()
            apart = pair_differences({str(event["site"]): event for event in own})
            for event in own:
                differs = apart.get(str(event["site"]), {})
                moved = event.get("displacement") or (None, None, None)
                names = "displacement_m", "displacement_low_m", "displacement_high_m"
                found[str(event["site"])] = {
                    "slope_before": event.get("slope"),
                    "resonance_before_hz": event.get("resonance"),
                    "slope_minus_partner": differs.get("slope"),
                    "resonance_minus_partner_hz": differs.get("resonance"),
                    "event": event.get("kind"),
                    "event_radius_m": event.get("radius"),
                    **dict(zip(names, moved, strict=True)),
                }
    return found


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else str(value)
