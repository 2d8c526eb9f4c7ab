"""When it is quiet enough to probe, and when it is time to look where one is."""

import math

import numpy as np

from ai_afm.survey.tracking.state import Status, Track, predict, total_uncertainty

SHARE = 0.25
"""Of the distance bin that drift and creep together may use up while a probe lasts."""
SURE = 2.0
"""Standard deviations of the motion that are counted besides what is expected."""


def settled(track: Track, distance_bin: float, seconds: float) -> str | None:
    """Return why no probe may begin now, or `None`.

    Parameters
    ----------
    track
        The state now. Its last fix must be newer than the last move: nobody has looked since
        otherwise.
    distance_bin
        Width of the bin of distances from the wall that the probe belongs to, m.
    seconds
        How long the probe takes.

    Returns
    -------
    str or None
        A sentence for the person; `None` when drift and creep over the probe stay below a quarter
        of the bin, twice their uncertainty included.
    """
    if track.status is not Status.TRACKING:
        return f"the place is not sure ({track.status.value}): look for it first"
    last = max((when for when, _ in track.creep.moves), default=-math.inf)
    if track.settings.creep > 0 and track.fixed < last:
        return "the tip has moved since the last look: take a check frame first"
    allowed = SHARE * distance_bin
    here, there = track.seen_from(track.time), track.seen_from(track.time + seconds)
    step = np.eye(5)
    step[0, 2] = step[1, 3] = seconds
    travel = there @ step - here
    motion = float(np.hypot(*(travel @ track.mean)))
    spread = travel @ track.covariance @ travel.T
    spread += track.settings.wander * seconds**3 / 3 * np.eye(2)
    doubt = SURE * math.sqrt(max(float(np.linalg.eigvalsh(spread)[-1]), 0.0))
    if motion + doubt <= allowed:
        return None
    return (
        f"in {seconds:.3g} s drift and creep move the sample by {motion * 1e9:.2g} nm, perhaps "
        f"{(motion + doubt) * 1e9:.2g} nm; a quarter of the bin is {allowed * 1e9:.2g} nm: wait"
    )


def check_due(track: Track, time: float, limit: float) -> str | None:
    """Return why a check frame is due before something is done at `time` (s), or `None`.

    Parameters
    ----------
    track
        The state.
    time
        When the place is needed, s.
    limit
        Largest rms error that is allowed there, m. That a jump may have come counts with its
        probability.
    """
    if track.status is not Status.TRACKING:
        return f"the place is not sure ({track.status.value})"
    error = total_uncertainty(track, time)
    if error <= limit:
        return None
    drift = predict(track, time).uncertainty
    minutes = (time - track.fixed) / 60
    return (
        f"{minutes:.2g} min after the last look the place may be off by {error * 1e9:.2g} nm rms "
        f"({drift * 1e9:.2g} nm without a jump); {limit * 1e9:.2g} nm are allowed"
    )
