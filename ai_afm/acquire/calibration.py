"""The instrument's times, measured once in a run and told again by its journal."""

import math
from dataclasses import asdict, replace

from ai_afm.config import RunConfig
from ai_afm.errors import StoreError
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.image.time_calibration import calibrated, deviation
from ai_afm.microscope.base import Capabilities
from ai_afm.microscope.exercise import exercise, timed
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.store.journal import Journal
from ai_afm.types import Authority

KIND = "calibrated"
"""Kind of the journal row with the measured times."""


def known_capabilities(
    config: RunConfig, journal: Journal, microscope: GuardedMicroscope
) -> Capabilities:
    """Return what an instrument can do, with measured times where the run asks for them.

    A run that goes on takes the times that it began with. Authority "watch" moves nothing, so
    nothing is measured.

    Parameters
    ----------
    config
        Of the run, resolved.
    journal
        Gets a row with the measured times, or has it.
    microscope
        In its hands the exercise is as legal as any scan.

    Raises
    ------
    OutOfRange, InstrumentError
        When the exercise is not legal, or fails.
    """
    declared = microscope.capabilities
    for row in journal.rows(KIND):
        return declared.with_times(_read(row.payload["times"]))
    if not config.instrument.calibrate or config.run.authority is Authority.WATCH:
        return declared
    region = config.overview.region
    limits = microscope.limits
    reach = 0.45 * min(region.size)
    allowed = replace(declared, max_line_rate=min(declared.max_line_rate, limits.max_line_rate))
    requests = exercise(allowed, region.center, reach, 0.9 * limits.max_tip_speed)
    measured = timed(microscope, requests)
    times = calibrated(declared.times, measured)
    seconds = math.fsum(m.seconds for m in measured)
    journal.append(
        KIND,
        {
            "times": asdict(times),
            "declared": asdict(declared.times),
            "seconds": seconds,
            "largest_deviation": deviation(times, measured),
        },
    )
    return declared.with_times(times)


def _read(stored: dict[str, float]) -> InstrumentTimes:
    try:
        return InstrumentTimes(**stored)
    except TypeError as exc:
        raise StoreError(f"the journal's calibration cannot be read: {exc}") from exc
