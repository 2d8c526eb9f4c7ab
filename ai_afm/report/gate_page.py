"""The page of a gate: what a candidate has won on the lab's own material, and what it has lost."""

import base64
import io
import math
from typing import Any

import cv2
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from ai_afm.flywheel.gate.findings import Finding
from ai_afm.flywheel.gate.lab import Hearing
from ai_afm.flywheel.gate.pictures import SideBySide, side_by_side
from ai_afm.report.pages import environment
from ai_afm.report.palette import WALL_COLOURS, WALL_NAMES
from ai_afm.types import ClassCode

ROWS = 8
"""Crops that are shown."""
SIDE = 150
"""Longer side of a picture, px."""
_COMPARED = "golden slice"
_OWN = "own material"
_BELOW = " > "
_TITLES = {"height": "Height", "amplitude": "Amplitude", "phase": "Phase"}
_CLIPPED = (1.0, 99.0)
"""Percentiles that are black and white."""
_PALE = 0.35
"""Contrast that is left of a channel behind lines."""


def gate_page(hearing: Hearing) -> str:
    """Return the page as HTML that opens offline.

    Parameters
    ----------
    hearing
        From `flywheel.gate.lab.hear`.
    """
    judged = hearing.judgement
    findings = judged.findings
    template = environment().get_template("gate.html.j2")
    return template.render(
        candidate=hearing.candidate.spec,
        active=hearing.active.spec,
        number=hearing.number,
        passed=judged.passed,
        refusals=[f.words for f in judged.refusals],
        own=_own(findings),
        tiles=_tiles(findings),
        legend=[(WALL_NAMES[c], WALL_COLOURS[c]) for c in WALL_NAMES],
        rows=[_row(one) for one in side_by_side(hearing, ROWS)],
        crops=len(hearing.own),
        slices=[_slice(f) for f in _by_parent(findings)],
        rules=[_rule(f) for f in findings if f.rule != _COMPARED],
        drop=judged.about["limits"]["drop"],
        facts=_facts(hearing),
    )


def _own(findings: tuple[Finding, ...]) -> str:
    return next(f.words for f in findings if f.rule == _OWN)


def _tiles(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    """Return the numbers that come first: the gain, then the worst slice, then the labels."""
    tiles = []
    own = next(f for f in findings if f.rule == _OWN)
    if own.change is not None:
        c = own.change
        tiles.append(
            {
                "value": f"{c.value:+.3f}",
                "label": "F1 on the newest corrections",
                "remark": f"{c.before:.3f} before, {c.after:.3f} now; 95 % interval "
                f"{c.low:+.3f} to {c.high:+.3f}, {c.groups} frames",
            }
        )
    told = [f for f in findings if f.rule == _COMPARED and f.holds is not None and f.change]
    if told:
        worst = max(told, key=lambda f: f.value)
        tiles.append(
            {
                "value": f"{-worst.value:+.3f}",
                "label": "F1 of the golden slice that lost most",
                "remark": f"{worst.where}, of {len(told)} that are large enough to tell",
            }
        )
    for f in findings:
        if f.rule == "labels":
            value, label = f"{f.value:.0%}", "of the new corrections contradict the others"
            remark = f"at most {f.limit:.0%} may"
            tiles.append({"value": value, "label": label, "remark": remark})
    return tiles


def _by_parent(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return the golden slices, each below its parent; the first ones first."""
    found = [f for f in findings if f.rule == _COMPARED]
    tops = list(dict.fromkeys(_path(f)[0] for f in found))
    return sorted(found, key=lambda f: (tops.index(_path(f)[0]), _path(f)))


def _path(finding: Finding) -> list[str]:
    return finding.where.split(_BELOW)


def _slice(finding: Finding) -> dict[str, Any]:
    change = finding.change
    assert change is not None
    verdict = {True: "holds", False: "has fallen", None: "too few to tell"}[finding.holds]
    return {
        "where": _path(finding)[-1],
        "depth": len(_path(finding)) - 1,
        "before": f"{change.before:.3f}",
        "after": f"{change.after:.3f}",
        "change": f"{change.value:+.3f}",
        "interval": f"{change.low:+.3f} to {change.high:+.3f}",
        "groups": change.groups,
        "bar": _bar(change.value, change.low, change.high),
        "verdict": verdict,
        "bad": finding.holds is False,
    }


def _bar(value: float, low: float, high: float) -> Markup:
    """Return the interval as a small drawing; its ends are a fall and a rise of 0.1."""
    width, height, reach = 120, 14, 0.1

    def at(number: float) -> float:
        return width / 2 * (1 + max(-1.0, min(1.0, number / reach)))

    colour = "#d55e00" if high < 0 else "#009e73" if low > 0 else "#5b6673"
    return Markup(
        '<svg width="{0}" height="{1}" role="img" aria-label="interval">'
        '<line x1="{2}" x2="{2}" y1="0" y2="{1}" stroke="#d6dbe1"/>'
        '<line x1="{3:.1f}" x2="{4:.1f}" y1="7" y2="7" stroke="{5}" stroke-width="2"/>'
        '<circle cx="{6:.1f}" cy="7" r="3.5" fill="{5}"/></svg>'
    ).format(width, height, width / 2, at(low), at(high), colour, at(value))


def _rule(finding: Finding) -> dict[str, Any]:
    verdict = {True: "holds", False: "broken", None: "cannot be told"}[finding.holds]
    return {
        "rule": finding.rule,
        "words": finding.words,
        "value": f"{finding.value:.3f}",
        "limit": f"{finding.limit:.3f}",
        "unit": finding.unit,
        "verdict": verdict,
        "bad": finding.holds is False,
    }


def _facts(hearing: Hearing) -> list[tuple[str, str]]:
    about = hearing.judgement.about
    corrections = about["corrections"]
    return [
        ("Candidate", f"{about['model']} ({about['model_sha256'][:12]})"),
        ("Active model", f"{about['against']} ({about['against_sha256'][:12]})"),
        ("Dataset", str(about["dataset"] or "not told")),
        ("New corrections learned from", str(corrections["learned_from"])),
        ("New corrections kept to validate on", str(corrections["held_out"])),
        ("Looked at a second time", str(corrections["looked_at_again"])),
        ("Golden sets of the lab", ", ".join(about["golden_sets"]) or "none"),
        ("Simulated golden crops", str(about["simulated_crops"])),
    ]


def _row(one: SideBySide) -> dict[str, Any]:
    ground = _ground(one)
    panels = [
        {"name": _TITLES[name], "picture": _png(_grey(image)), "remark": ""}
        for name, image in one.channels.items()
    ]
    hands = (
        ("Active model", one.before, _score(one.f1_before)),
        ("Candidate", one.after, _score(one.f1_after)),
        ("Person", one.person, ""),
    )
    for name, codes, remark in hands:
        panels.append({"name": name, "picture": _png(_drawn(ground, codes)), "remark": remark})
    gain = "no line is asked for" if math.isnan(one.gain) else f"F1 {one.gain:+.2f}"
    return {"frame": one.frame[:12], "gain": gain, "panels": panels}


def _score(value: float) -> str:
    return "" if math.isnan(value) else f"F1 {value:.2f}"


def _grey(image: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Return a channel as (lines, pixels, 3); what was never scanned is light."""
    known = np.isfinite(image)
    low, high = np.percentile(image[known].astype(np.float64), _CLIPPED)
    scaled = (image.astype(np.float64) - low) / max(high - low, 1e-12)
    grey = np.where(known, np.nan_to_num(scaled).clip(0, 1) * 255, 228).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _ground(one: SideBySide) -> NDArray[np.uint8]:
    """Return the first channel, pale, to draw lines on."""
    grey = _grey(next(iter(one.channels.values()))).astype(np.float64)
    return (255 - _PALE * (255 - grey)).astype(np.uint8)


def _drawn(ground: NDArray[np.uint8], codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return lines in the colours of their classes, 3 px wide, on a pale channel."""
    result = ground.copy()
    result[codes == ClassCode.IGNORE] = (200, 200, 200)
    for code, colour in WALL_COLOURS.items():
        line = cv2.dilate((codes == code).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
        result[line] = tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return result


def _png(picture: NDArray[np.uint8]) -> str:
    """Return a picture, enlarged to `SIDE`, as the address of an image in the page itself."""
    scale = SIDE / max(picture.shape[:2])
    size = tuple(round(n * scale) for n in picture.shape[1::-1])
    stream = io.BytesIO()
    Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR).save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
