"""What asking for a region would mean, before it is asked: the frame, its time, a refusal."""

import math
from dataclasses import dataclass

from ai_afm.config import RunConfig
from ai_afm.control.costs import predicted_seconds
from ai_afm.control.frames import wish_frame
from ai_afm.errors import AfmError
from ai_afm.microscope.admission import check_alone
from ai_afm.microscope.base import Capabilities
from ai_afm.microscope.rules import Rules
from ai_afm.survey.survey import Survey, Wish
from ai_afm.types import Consent, Limits, Point, ScanRegion, ScanRequest


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run's answer to a wish depends on.

    Parameters
    ----------
    config
        Of the run.
    capabilities
        Of its instrument.
    limits, consent
        As they are now.
    position
        Where the tip is, m; `None` where that is not known.
    """

    config: RunConfig
    capabilities: Capabilities
    limits: Limits
    consent: Consent
    position: Point | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a wish would become: the frame, its time (s), and why it is refused ("": it is not)."""

    request: ScanRequest
    seconds: float
    refusal: str

    @property
    def legal(self) -> bool:
        """Whether the guard has nothing against it by itself."""
        return not self.refusal


def preview(region: ScanRegion, ground: Ground) -> Preview:
    """Return what asking for a region would mean; the same checks as the run makes, no more.

    Dose, travel and run time are held against it only when its turn comes.
    """
    survey = Survey(ground.limits, ground.consent)
    request = wish_frame(ground.config, survey, Wish("wish", region))
    seconds = predicted_seconds(request, ground.position, ground.capabilities.times)
    try:
        check_alone(request, Rules(ground.limits, ground.capabilities, ground.consent))
    except AfmError as exc:
        return Preview(request, seconds, str(exc))
    return Preview(request, seconds, "")


def wish_args(region: ScanRegion) -> dict[str, object]:
    """Return the arguments of the command `wish` (or `forbid`) for a rectangle."""
    (x, y), (width, height) = region.center, region.size
    return {
        "center_nm": [_nm(x), _nm(y)],
        "size_nm": [_nm(width), _nm(height)],
        "angle_deg": round(math.degrees(region.angle), 3),
    }


def _nm(metres: float) -> float:
    return round(metres * 1e9, 3)
