"""How long a run will take still, by the instrument's cost model."""

from datetime import datetime

import numpy as np

from ai_afm.image.instrument_time import InstrumentTimes, line_seconds, path_schedule
from ai_afm.types import PathRequest, Proposal, ScanRequest
from ai_afm_gui.client.digest import Digest
from ai_afm_gui.client.forecast import Forecaster
from ai_afm_gui.client.state import Eta, View
from ai_afm_gui.client.values import Entry, Facts

ENOUGH = 8
"""Rows from which the pace of a clock that is not real can be measured."""


def frame_times(request: Proposal | None, times: InstrumentTimes) -> tuple[float, ...]:
    """Return when each line (sweep) of a request ends, s after its beginning; () for others."""
    if isinstance(request, ScanRequest):
        one = line_seconds(request.line_rate, times)
        return tuple((np.arange(1, request.shape[0] + 1) * one).tolist())
    if isinstance(request, PathRequest) and request.sweeps:
        return tuple(np.cumsum(path_schedule(request, times).durations).tolist())
    return ()


def eta(
    facts: Facts,
    digest: Digest,
    view: View | None,
    ends: tuple[float, ...],
    now: datetime,
    forecaster: Forecaster,
) -> Eta:
    """Return how long the frame under way and the run will take still.

    Parameters
    ----------
    facts, digest
        The run.
    view
        Its newest frame.
    ends
        `frame_times` of the request under way.
    now
        Time of day, for the pace of clocks that are not real.
    forecaster
        Of the run.
    """
    current, done, frame = digest.current, 0.0, None
    if current is not None and ends and _shows(view, current):
        assert view is not None
        rows = min(view.rows, len(ends))
        done = ends[rows - 1] if rows else 0.0
        frame = ends[-1] - done
    if digest.finished is not None:
        return Eta()
    most = max(facts.budget - digest.spent - done, 0.0)
    forecast = forecaster.look(facts, digest, done)
    return Eta(frame, most, forecast, _pace(facts, current, done, now))


def _shows(view: View | None, entry: Entry) -> bool:
    return view is not None and (view.kind, view.number) == (entry.kind, entry.number)


def _pace(facts: Facts, current: Entry | None, done: float, now: datetime) -> float | None:
    """Return a person's seconds for one of the instrument's."""
    if facts.clock == "real":
        return 1.0
    if current is not None and current.began is not None and done > 0:
        measured = (now - current.began).total_seconds() / done
        if measured > 0:
            return measured
    return 1 / facts.acceleration if facts.clock == "accelerated" else None
