"""What a run is for, as a person says it, and the tables that follow from it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ai_afm_gui.steer.setup.draft import Draft


class Purpose(StrEnum):
    """What a new run is to find out."""

    LOOK = "look"
    PROBE = "probe"
    AREA = "area"
    QUESTION = "question"
    FILE = "file"
    """What its file says, and the wizard does not edit."""


QUESTION: Mapping[str, Any] = {
    "compare": "wall",
    "with": "bulk",
    "on": "nucleation bias",
    "effect": 0.25,
}
"""A question to begin with; its effect is the person's to set."""
SHOWN_CONTROLLERS = ("targets", "raster")


def purpose_of(draft: Draft) -> Purpose:
    """Return what a draft is for."""
    controller = draft.get("run.controller")
    if controller not in SHOWN_CONTROLLERS or draft.has("sequence") or draft.has("spectra"):
        return Purpose.FILE
    if draft.has("question"):
        return Purpose.QUESTION
    if draft.has("area"):
        return Purpose.AREA
    return Purpose.PROBE if draft.get("probe.enabled") else Purpose.LOOK


def with_purpose(draft: Draft, purpose: Purpose) -> Draft:
    """Return the draft for another purpose; numbers that still have a meaning stay."""
    if purpose in (Purpose.FILE, purpose_of(draft)):
        return draft
    for table in ("sequence", "spectra"):
        draft = draft.put(table, None)
    if draft.get("run.controller") not in SHOWN_CONTROLLERS:
        draft = draft.put("run.controller", "targets")
    question, area = purpose is Purpose.QUESTION, purpose is Purpose.AREA
    draft = draft.put("question", dict(QUESTION) if question else None)
    draft = draft.put("area", {"policy": "targets"} if area else None)
    if question:
        draft = draft.put("probe.plan", None)
    return draft.put("probe.enabled", purpose in (Purpose.PROBE, Purpose.QUESTION))


MEASURED = {
    "raster": 1.0,
    "targets": 0.149,
    "follow": 0.147,
    "variable-speed": 0.318,
    "sparse-refine": 0.320,
    "uncertainty": 0.662,
}
"""Instrument time over that of the full raster: the mean over samples with walls on 1-8 % of the
area, 20 worlds of the twin (docs/policy.md, `ai-afm bench policy`)."""


def predicted(policy: str, raster_seconds: float) -> tuple[float, float]:
    """Return the time that a policy is likely to need, s, and the share of the raster it saves."""
    ratio = MEASURED[policy]
    return ratio * raster_seconds, max(0.0, 1.0 - ratio)
