"""What a run itself foretells of its time, where it does: an area by its policy, a raster by plan.

All other runs choose as they go; of them only the budget tells when they end at the latest.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ai_afm.config import RunConfig
from ai_afm.control.raster import tiles
from ai_afm.image.instrument_time import InstrumentTimes, line_seconds, scan_seconds
from ai_afm.types import Role
from ai_afm_gui.client.digest import Digest
from ai_afm_gui.client.values import Decision, Entry, Facts

_FOLLOWING = re.compile(r"Following is predicted to take (\d+) to (\d+) % of raster")
_RASTER = "adaptive imaging will not help here"
"""In the reason with which the policy of an area has chosen."""
_SURE = 0.02
"""Half width of the policy's interval of a raster, relative."""


class Basis(StrEnum):
    """What a forecast is from."""

    POLICY = "policy"
    """The prediction of the area's policy, with its interval."""
    PLAN = "plan"
    """The frames of a plan that are left, by the cost model."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is left, s of instrument time.

    Parameters
    ----------
    seconds, low, high
        Most likely, and between which two; the same three where no interval was given.
    basis
        What it is from.
    whole
        Whether the run ends then; else only the area is done.
    """

    seconds: float
    low: float
    high: float
    basis: Basis
    whole: bool


class Forecaster:
    """Works out what a run has foretold, again only when its journal has grown.

    Parameters
    ----------
    config
        Of the run, as its folder has it.
    """

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._seen: tuple[int, InstrumentTimes] | None = None
        self._left: Forecast | None = None

    def look(self, facts: Facts, digest: Digest, done: float) -> Forecast | None:
        """Return what is left, `None` where the run has not foretold it or has taken longer.

        Parameters
        ----------
        facts, digest
            The run.
        done
            s of the frame under way.
        """
        if self._seen != (digest.row, facts.times):
            self._seen = digest.row, facts.times
            self._left = foretold(self._config, facts.times, digest.entries, digest.decisions)
        left = self._left
        if left is None or left.seconds <= done:
            return None
        low, high = max(left.low - done, 0.0), left.high - done
        return Forecast(left.seconds - done, low, high, left.basis, left.whole)


def foretold(
    config: RunConfig,
    times: InstrumentTimes,
    entries: Sequence[Entry],
    decisions: Sequence[Decision],
) -> Forecast | None:
    """Return what was left when the last frame was over, `None` where nobody has foretold it.

    Parameters
    ----------
    config, times
        Of the run and its instrument.
    entries, decisions
        Oldest first.
    """
    if config.area is not None:
        return _area_left(config, times, entries, decisions)
    if config.run.controller == "raster":
        return _tiles_left(config, times, entries)
    return None


def _area_left(
    config: RunConfig,
    times: InstrumentTimes,
    entries: Sequence[Entry],
    decisions: Sequence[Decision],
) -> Forecast | None:
    area = config.area
    assert area is not None
    if any(e.role in (Role.ZOOM, Role.BEFORE) for e in entries):
        return None  # the area is done, and what follows it was not foretold
    raster = area.lines * line_seconds(area.line_rate_hz, times)
    said = next((d for d in decisions if _RASTER in d.reason), None)
    if said is not None:
        # of a raster the policy says the time of all, with what was spent before
        total = _spent(entries, said.row) + raster
        low, high = (1 - _SURE) * total, (1 + _SURE) * total
    else:
        found = (_FOLLOWING.search(d.reason) for d in decisions)
        percent = next((f for f in found if f is not None), None)
        if percent is None:
            return None
        low, high = (float(p) / 100 * raster for p in percent.groups())
    spent = _spent(entries)
    whole = config.targets.count == 0 and not config.probe.enabled
    return Forecast((low + high) / 2 - spent, low - spent, high - spent, Basis.POLICY, whole)


def _spent(entries: Sequence[Entry], until: float = math.inf) -> float:
    """Return the time that went into an area by decisions before a row, s."""
    taken = (e for e in entries if e.role is Role.AREA and (e.decision or 0) < until)
    return sum(e.seconds or 0.0 for e in taken)


def _tiles_left(
    config: RunConfig, times: InstrumentTimes, entries: Sequence[Entry]
) -> Forecast | None:
    done = {e.target for e in entries if e.role is Role.RASTER and e.finished is not None}
    left = sum(scan_seconds(asked, times) for name, asked in tiles(config) if name not in done)
    return Forecast(left, left, left, Basis.PLAN, True) if left else None
