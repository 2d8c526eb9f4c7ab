"""A run as a window reads it: its folder, and its steering socket. No Qt, no torch.

How to use it
-------------
A page (or whoever else) makes one `Follower` for a run and asks it for the newest state in every
`tick()`; nothing of it blocks::

    follower = Follower(folder)        # raises StoreError when the folder is no run
    ...
    state = follower.newest()          # RunState, or None before the first look
    if state is not None and state is not last: show(state)
    ...
    follower.close()                   # in shut(), and before another run is shown

`RunState` (see `state` and `values`) is frozen; each look gives a new one, and what did not change
is the same object as before, so `state.entries is last.entries` tells that no scan has changed.
Everything is in SI units and in sample coordinates.

- `state.facts`      sample, instrument, scanner range, limits and consent at the start, budget
- `state.phase`      starting, running, paused, waiting, ended, broken off, unsure
- `state.entries`    scans, paths, maps: region, shape, lines done, reason, role, target
- `state.decisions`  each with reason, score and its parts; `state.decision` is the newest
- `state.waiting`    wishes of a person, then what the run's own ranking puts next (live runs that
                     choose targets; worked out in a thread, so it may be a decision behind)
- `state.limits`, `state.consent`   as they are now
- `state.view`       the frame under way (or the last): channels, rows so far, segmentation
- `state.lamps`      link, tip, z range, drift, disk, model, queue: word, level, sentence, since
- `state.eta`, `state.drift`, `state.probes`, `state.log`, `state.live.status`
- `state.whole`      false while the early history of a long run is still being read

`Follower.show(kind, number)` pins another scan, path or map as `state.view` ("" and 0: follow the
run again). `RunReader(folder).poll()` does one look at once, for tests, scripts and processes.

Commands go through a `RunLink`, whose `ask` returns a `concurrent.futures.Future` at once::

    link = RunLink(folder)
    answer = link.ask("pause")                             # or ask("wish", {...}, wait=2.0)
    ... in tick():  if answer.done(): say(answer.result()) # an Answer: ok, text, seconds; no raise
    link.close()
"""

from ai_afm_gui.client.follower import Follower
from ai_afm_gui.client.forecast import Basis, Forecast
from ai_afm_gui.client.link import Answer, RunLink
from ai_afm_gui.client.reader import RunReader
from ai_afm_gui.client.state import Eta, Live, RunState, Seen, View
from ai_afm_gui.client.values import (
    Decision,
    Drift,
    Entry,
    Facts,
    Lamp,
    Level,
    LogLine,
    Phase,
    ProbeEntry,
    Waiting,
    WriteEntry,
)

__all__ = [
    "Answer",
    "Basis",
    "Decision",
    "Drift",
    "Entry",
    "Eta",
    "Facts",
    "Follower",
    "Forecast",
    "Lamp",
    "Level",
    "Live",
    "LogLine",
    "Phase",
    "ProbeEntry",
    "RunLink",
    "RunReader",
    "RunState",
    "Seen",
    "View",
    "Waiting",
    "WriteEntry",
]
