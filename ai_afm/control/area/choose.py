"""The default policy: look, predict what following would cost, choose, and say why."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.control.area import plan
from ai_afm.control.area.follow import along, lines_seen, strips
from ai_afm.control.area.overview import overview
from ai_afm.control.area.state import Ground, Prediction, Step
from ai_afm.control.area.verify import (
    PATCH,
    PATCHES,
    completeness,
    enough_verified,
    verification,
)
from ai_afm.image.instrument_time import TURNING_OF_PASS, move_seconds
from ai_afm.types import ClassCode, Role, ScanRequest

WORTH = 0.90
"""Predicted time over raster time above which adaptive imaging does not help."""
MOST = 1.05
"""No plan may end later than this many raster times."""
DOUBT = 0.15
"""Half width of the prediction's 90 % interval, relative."""
NOTHING = 0.01
"""Strips that would take less than this share of the raster: the overview shows (nearly) nothing,
which an empty sample does as well as one whose walls are too dense for it."""
FADED = 0.75
"""Strips along lines of probability 0.7 over those along what is followed: below this the overview
shows lines without being sure of them, because they are faint or too close to each other."""
CROWDED = 0.3
"""Share of the area in strips from which lines count as crowded."""
FAINT = 0.045
"""Share of the raster's time that following adds where the overview shows lines faintly."""


@dataclass(frozen=True, slots=True)
class TargetsPolicy:
    """Overview; then following where it is predicted to pay, else the raster; then verification."""

    @property
    def name(self) -> str:
        """How it is called."""
        return "targets"

    def next(self, ground: Ground) -> Step | None:
        """Return the next step, with family and prediction once the overview is there."""
        if ground.seen is None:
            return overview(ground.settings)
        if ground.done("raster"):
            return None
        if not ground.done("follow"):
            return self._first(ground)
        step = strips(ground)
        if step is not None and not self._pays(ground, step):
            return rest_by_raster(ground, "the strips cost more than was predicted")
        if step is None and not enough_verified(ground):
            step = verification(ground)
        return None if step is None else replace(step, family="follow")

    def _first(self, ground: Ground) -> Step | None:
        """Predict and choose; where the overview leaves that open, look at random patches first."""
        if not ground.done("verify") and not resolved(ground):
            # no more patches than leave room for the raster
            room = (MOST - 1.01) * ground.settings.raster_time - ground.spent
            step = verification(ground, int(np.clip(room / _patch_seconds(ground), 1, PATCHES)))
            if step is not None:
                return step
        said = prediction(ground)
        percent = f"{100 * said.low:.0f} to {100 * said.high:.0f} % of raster"
        if said.high > WORTH:
            reason = f"adaptive imaging will not help here: predicted {percent}"
            step = rest_by_raster(ground, reason)
            ratio = (ground.spent + ground.settings.raster_time) / ground.settings.raster_time
            return replace(step, prediction=Prediction(ratio, 0.98 * ratio, 1.02 * ratio))
        first = strips(ground) or (None if enough_verified(ground) else verification(ground))
        if first is None:
            return None
        reason = f"{first.reason}. Following is predicted to take {percent}"
        return replace(first, reason=reason, family="follow", prediction=said)

    def _pays(self, ground: Ground, step: Step) -> bool:
        settings = ground.settings
        cost = plan.seconds_for(step.requests, settings, ground.at)
        return ground.spent + cost <= MOST * settings.raster_time


def resolved(ground: Ground) -> bool:
    """Tell whether the overview shows lines, and shows them apart."""
    cost = _strip_seconds(ground, ground.settings.threshold)
    if cost < NOTHING * ground.settings.raster_time:
        return False
    return _strip_seconds(ground, 0.7) >= FADED * cost


def prediction(ground: Ground) -> Prediction:
    """Predict the time of overview, following and verification over that of the full raster.

    Where the overview resolves the lines, the passes along them are planned and timed by the cost
    model, and what following adds beyond them is taken from worlds that no result is reported of.
    Where it does not, the density of lines in random patches tells how much there is to follow.
    """
    settings = ground.settings
    raster = settings.raster_time
    planned = _strip_seconds(ground, settings.threshold)
    if ground.done("verify"):
        follow = _by_density(ground)
        if planned >= NOTHING * raster:
            follow = max(follow, planned / raster + FAINT)
    else:
        follow = growth(ground.kinds, planned / raster) * planned / raster
    verifying = PATCHES * _patch_seconds(ground, min(follow, 1.0)) / raster
    ratio = ground.spent / raster + follow + verifying
    return Prediction(ratio, ratio * (1 - DOUBT), ratio * (1 + DOUBT))


def growth(kinds: Mapping[int, float], cost: float) -> float:
    """Return the time of all rounds of strips over that of those along the overview's lines.

    A lamella has two walls, of which an overview makes one line where they are dense; boundaries
    are faint in fast lines. Numbers from worlds of seed 100.
    """
    twins = kinds.get(int(ClassCode.WALL_FERROELASTIC), 0.0)
    boundaries = kinds.get(int(ClassCode.GRAIN_BOUNDARY), 0.0)
    of_twins = 1.1 + min(max(5.5 * (cost - 0.13), 0.0), 0.8)
    return 1.12 * (1 - twins - boundaries) + of_twins * twins + 1.3 * boundaries


def _by_density(ground: Ground) -> float:
    """Return the time of strips along lines as dense as in the patches, over the raster's."""
    settings, density = ground.settings, completeness(ground).density
    width = 2 * ground.half_width + 1
    turn = settings.times.turn_around_min * settings.speed / settings.grid.pixel_size[0]
    # on the average a line crosses 2 / pi rows per pixel of its length, and each crossing turns
    share = density * (width + 2 / math.pi * turn)
    # crowded lines are missed in patches, too
    return float(share * (1.0 if share < CROWDED else 1.2))


def _strip_seconds(ground: Ground, threshold: float) -> float:
    assert ground.overview is not None
    settings = ground.settings
    mask = along(lines_seen(ground.overview, threshold), ground.half_width) & ~ground.covered
    requests = plan.requests_for(mask, settings, ground.at, plan.Asked(""))
    return plan.seconds_for(requests, settings, ground.at)


def _patch_seconds(ground: Ground, share: float = 0.0) -> float:
    """Return what a patch costs where `share` of it was scanned before, s."""
    settings = ground.settings
    width = PATCH[1] * (1 - share) * settings.grid.pixel_size[0]
    pass_ = width / settings.speed
    line = 2 * (pass_ + max(settings.times.turn_around_min, TURNING_OF_PASS * pass_))
    far = 0.5 * settings.grid.region.size[0]
    return PATCH[0] * line + move_seconds(far, settings.times)


def rest_by_raster(ground: Ground, why: str) -> Step:
    """Return the full raster, as the end of all choosing."""
    settings = ground.settings
    request = ScanRequest(
        settings.grid.region, settings.grid.shape, settings.line_rate, role=Role.RASTER,
        reason=f"Full raster: {why}",
    )  # fmt: skip
    return Step("raster", (request,), request.reason, family="raster")
