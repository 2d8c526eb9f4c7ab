"""How long following an area will take, from what can be seen before it begins."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ai_afm.control.area import plan
from ai_afm.control.area.follow import along, lines_seen, wanted
from ai_afm.control.area.state import Ground, Mask, Prediction, Step, no_wall_leads, resolves
from ai_afm.control.area.verify import PATCH, PATCHES, completeness
from ai_afm.image.instrument_time import TURNING_OF_PASS, move_seconds
from ai_afm.types import ClassCode

DOUBT = 0.15
"""Half width of the prediction's 90 % interval, relative."""
NOTHING = 0.009
"""Strips over less than this share of the area: the overview shows (nearly) nothing, which an
empty sample does as well as one whose walls are too dense for it."""
FADED = 0.73
"""Strips along lines of probability 0.7 over those along what is followed: below this the overview
shows lines without being sure of them, because they are faint or too close to each other."""
SURE, FAINT = 0.7, 0.15
"""Probabilities of lines that are surely there, and of what may be more of them."""
PLAIN, VAGUE, TWINS, MERGED = 1.0, 1.1, 4.7, 4.6
"""What following takes over its first round, after an overview that shows lines apart: of plain
lines; more as much of the area is on lines, but not surely; as much may be on lines, where those
are twins; and as far as lines come apart at a higher probability."""
BOUNDARIES = 1.45
"""The least of that where no sort of wall leads: of boundaries a fast look shows but a part."""
SHARP, GUESSED = 1.04, 1.26
"""The same where patches were looked at first, and the map with them is sharp, or is not."""
FURTHER, UNSEEN, UTMOST = 1.3, 0.02, 2.4
"""The same for boundaries where it is not; the share of the raster that comes on top, as there are
always some of which it shows nothing; and the most of both together over the first round."""


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to follow, before anything was followed.

    Parameters
    ----------
    wanted
        (lines, pixels) bool: strips along the lines that are followed.
    sure
        Strips along lines of probability 0.7 over those. Below 1 where lines are faint; above 1
        where lines run into each other, and come apart only where the map is sure of them.
    vague
        Share of the area on lines that are followed, but of probability up to 0.7.
    doubtful
        Share of the area that may be on lines, but not surely.
    """

    wanted: Mask
    sure: float
    vague: float
    doubtful: float

    @property
    def resolved(self) -> bool:
        """Whether the overview shows lines, and shows them apart."""
        return bool(self.wanted.mean() >= NOTHING and self.sure >= FADED)


def look_at(ground: Ground) -> Look:
    """Return what there is to follow.

    Parameters
    ----------
    ground
        With an overview.
    """
    assert ground.overview is not None
    strips = wanted(ground)
    sure = along(lines_seen(ground.overview, SURE), ground.half_width) & ~ground.covered
    followed, surely, perhaps = (
        float((ground.overview > p).mean()) for p in (ground.settings.threshold, SURE, FAINT)
    )
    share = float(sure.sum() / max(strips.sum(), 1))
    return Look(strips, share, followed - surely, perhaps - surely)


def prediction(ground: Ground, look: Look, first: Step | None) -> Prediction:
    """Predict the time of overview, following and verification over that of the full raster.

    The first round of strips is timed by the cost model; what following adds beyond it is taken
    from worlds that no result is reported of.

    Parameters
    ----------
    ground
        Nothing was followed yet.
    look
        At that ground.
    first
        The first round, `None` where there is nothing to follow.
    """
    settings = ground.settings
    requests = () if first is None else first.requests
    planned = plan.seconds_for(requests, settings, ground.at) / settings.raster_time
    patched = ground.patched
    follow = _after_patches(ground, planned) if patched else growth(ground.kinds, look) * planned
    verifying = 0.0
    if not patched or completeness(ground).density > 0:
        known = min(follow, 1.0)
        verifying = PATCHES * patch_seconds(ground, known) / settings.raster_time
    ratio = ground.spent / settings.raster_time + follow + verifying
    return Prediction(ratio, ratio * (1 - DOUBT), ratio * (1 + DOUBT))


def growth(kinds: Mapping[int, float], look: Look) -> float:
    """Return the time of all rounds of strips over that of the first one.

    A lamella has two walls, of which an overview makes one line where they are dense; faint lines
    go on beyond what is seen of them; and lines that run into each other are more than they seem.
    Numbers from worlds of the seeds 100 to 105.
    """
    twins = kinds.get(int(ClassCode.WALL_FERROELASTIC), 0.0)
    hidden = VAGUE * look.vague + TWINS * twins * look.doubtful
    seen = PLAIN + hidden + MERGED * max(look.sure - 1, 0.0)
    return max(seen, BOUNDARIES) if no_wall_leads(kinds) else seen


def _after_patches(ground: Ground, planned: float) -> float:
    """Return the time of all rounds of strips over the raster's, where patches were looked at."""
    assert ground.overview is not None
    if resolves(ground.overview):
        return SHARP * planned
    guessed = GUESSED * planned
    if no_wall_leads(ground.kinds):
        guessed = min(UTMOST * planned, FURTHER * planned + UNSEEN)
    return max(guessed, _by_density(ground))


def _by_density(ground: Ground) -> float:
    """Return the time of strips along lines as dense as in the patches, over the raster's."""
    settings = ground.settings
    width = 2 * ground.half_width + 1
    turn = settings.times.turn_around_min * settings.speed / settings.grid.pixel_size[0]
    # on the average a line crosses 2 / pi rows per pixel of its length, and each crossing turns
    return completeness(ground).density * (width + 2 / math.pi * turn)


def patch_seconds(ground: Ground, share: float = 0.0) -> float:
    """Return what a patch costs where `share` of it was scanned before, s."""
    settings = ground.settings
    width = PATCH[1] * (1 - share) * settings.grid.pixel_size[0]
    pass_ = width / settings.speed
    line = 2 * (pass_ + max(settings.times.turn_around_min, TURNING_OF_PASS * pass_))
    far = 0.5 * settings.grid.region.size[0]
    return PATCH[0] * line + move_seconds(far, settings.times)
