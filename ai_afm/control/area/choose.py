"""The default policy: look, predict what following would cost, choose, and say why."""

from dataclasses import dataclass, replace

import numpy as np

from ai_afm.control.area import plan
from ai_afm.control.area.follow import strips, strips_over
from ai_afm.control.area.overview import overview
from ai_afm.control.area.predict import look_at, patch_seconds, prediction
from ai_afm.control.area.state import Ground, Prediction, Step
from ai_afm.control.area.verify import PATCHES, enough_verified, verification
from ai_afm.types import Role, ScanRequest

WORTH = 0.95
"""Predicted time over raster time above which adaptive imaging does not help."""
MOST = 1.05
"""No plan may end later than this many raster times."""


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
        if step is None or not self._pays(ground, step):
            # what is left costs more than it may; by raster it would cost a raster more
            step = None if enough_verified(ground) else verification(ground)
        return None if step is None else replace(step, family="follow")

    def _first(self, ground: Ground) -> Step | None:
        """Predict and choose; where the overview leaves that open, look at random patches first."""
        look = look_at(ground)
        if not ground.done("verify") and not look.resolved:
            # no more patches than leave room for the raster
            room = (MOST - 1.01) * ground.settings.raster_time - ground.spent
            step = verification(ground, int(np.clip(room / patch_seconds(ground), 1, PATCHES)))
            if step is not None:
                return step
        first = strips_over(ground, look.wanted)
        said = prediction(ground, look, first)
        percent = f"{100 * said.low:.0f} to {100 * said.high:.0f} % of raster"
        if said.high > WORTH:
            reason = f"adaptive imaging will not help here: predicted {percent}"
            step = rest_by_raster(ground, reason)
            ratio = (ground.spent + ground.settings.raster_time) / ground.settings.raster_time
            return replace(step, prediction=Prediction(ratio, 0.98 * ratio, 1.02 * ratio))
        if first is None:
            first = None if enough_verified(ground) else verification(ground)
        if first is None:
            return None
        reason = f"{first.reason}. Following is predicted to take {percent}"
        return replace(first, reason=reason, family="follow", prediction=said)

    def _pays(self, ground: Ground, step: Step) -> bool:
        settings = ground.settings
        cost = plan.seconds_for(step.requests, settings, ground.at)
        return ground.spent + cost <= MOST * settings.raster_time


def rest_by_raster(ground: Ground, why: str) -> Step:
    """Return the full raster, as the end of all choosing."""
    settings = ground.settings
    request = ScanRequest(
        settings.grid.region, settings.grid.shape, settings.line_rate, role=Role.RASTER,
        reason=f"Full raster: {why}",
    )  # fmt: skip
    return Step("raster", (request,), request.reason, family="raster")
