"""Rectangles of the file and rectangles on the map, both ways."""

import math
from collections.abc import Mapping
from typing import Any

from ai_afm.config import parse_region
from ai_afm.errors import ConfigError
from ai_afm.types import ScanRegion
from ai_afm_gui.steer.editor import rounded
from ai_afm_gui.steer.setup.draft import Draft
from ai_afm_gui.steer.setup.permission import BIASED, zones

PLACE = ("center_nm", "size_nm", "angle_deg")
BIAS, PULSES = 8.0, 2
"""Of a zone that was just painted; a person sets them."""


def place_keys(region: ScanRegion) -> dict[str, Any]:
    """Return a rectangle as the keys of a file."""
    region = rounded(region)
    return {
        "center_nm": [round(c * 1e9, 3) for c in region.center],
        "size_nm": [round(s * 1e9, 3) for s in region.size],
        "angle_deg": round(math.degrees(region.angle), 3),
    }


def region_of(values: Mapping[str, Any]) -> ScanRegion | None:
    """Return the rectangle of a zone of the file, `None` where that is none yet."""
    try:
        return parse_region({k: values[k] for k in PLACE if k in values})
    except ConfigError:
        return None


def overview_region(draft: Draft) -> ScanRegion | None:
    """Return the rectangle of the first look, `None` where it is all that may be used."""
    if draft.get("overview.size_nm") is None:
        return None
    return region_of({key: draft.get(f"overview.{key}") for key in PLACE})


def put_overview(draft: Draft, region: ScanRegion) -> Draft:
    """Return the draft with another first look."""
    for key, value in place_keys(region).items():
        draft = draft.put(f"overview.{key}", value)
    return draft


def put_zone(draft: Draft, number: int, region: ScanRegion, level: str = "image") -> Draft:
    """Return the draft with a zone in another place; one more where there is none of its number."""
    painted = zones(draft)
    if number >= len(painted):
        biased = {"max_bias_v": BIAS, "max_pulses": PULSES} if level in BIASED else {}
        painted.append({**place_keys(region), "level": level, **biased})
    else:
        painted[number] = {**painted[number], **place_keys(region)}
    return draft.put("consent.zones", painted)


def change_zone(draft: Draft, number: int, key: str, value: Any) -> Draft:
    """Return the draft with a key of a zone set; key "" takes the zone away."""
    painted = zones(draft)
    if not 0 <= number < len(painted):
        return draft
    if not key:
        del painted[number]
        return draft.put("consent.zones", painted or None)
    zone = {**painted[number], key: value}
    if key == "level" and value in BIASED and not zone.get("max_bias_v"):
        zone |= {"max_bias_v": BIAS, "max_pulses": PULSES}
    if key == "level" and value not in BIASED:
        zone = {k: v for k, v in zone.items() if k not in ("max_bias_v", "max_pulses")}
    painted[number] = zone
    return draft.put("consent.zones", painted)
