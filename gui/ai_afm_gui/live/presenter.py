"""What the Live page says of a state of a run: titles, times, marks, and why here. No Qt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ai_afm.types import Authority, Direction, MapRequest, ScanRequest, SlowDirection
from ai_afm_gui.client.forecast import Basis
from ai_afm_gui.client.named import outcome_word, role_word
from ai_afm_gui.client.state import Eta, RunState, View
from ai_afm_gui.client.units import duration, metres, number
from ai_afm_gui.client.values import Decision, Entry, Phase
from ai_afm_gui.live.viewport import Pair
from ai_afm_gui.words import translate

FINE = 600.0
"""s below which seconds of what is left are told."""


@dataclass(frozen=True, slots=True)
class RowMark:
    """A row to be marked: its frame coordinate w, nm, and a word; `tip` or the settled line."""

    w: float
    word: str
    tip: bool


def title(state: RunState | None) -> str:
    """Return what the page shows, in a line."""
    view = None if state is None else state.view
    if state is None or view is None:
        return translate("Live", "Nothing is scanned yet")
    entry = entry_of(state, view)
    request = view.frame.request
    lines, pixels = request.shape
    width, height = request.region.size
    size = (
        metres(width)
        if abs(width - height) < 1e-3 * width
        else f"{metres(width)} x {metres(height)}"
    )
    names = {
        "scan": translate("Live", "Scan {number}"),
        "path": translate("Live", "Path {number}"),
        "map": translate("Live", "Map {number}"),
    }
    parts = [names[view.kind].format(number=view.number)]
    if entry is not None:
        what = role_word(entry.role)
        parts.append(f"{what} {entry.target}" if entry.target else what)
    parts += [size, f"{lines} x {pixels} px", number(request.line_rate, "Hz")]
    if view.kind == "path":
        parts.append(translate("Live", "each row is a sweep"))
    elif view.live:
        way = translate("Live", "downwards")
        if request.slow_direction is SlowDirection.UP:
            way = translate("Live", "upwards")
        parts.append(way)
    return "   ".join(parts)


def entry_of(state: RunState, view: View) -> Entry | None:
    """Return the entry of the frame that is shown."""
    found = (e for e in reversed(state.entries) if (e.kind, e.number) == (view.kind, view.number))
    return next(found, None)


def progress(state: RunState, now: datetime) -> tuple[str, str]:
    """Return how far the frame is and when it ends, and when the run ends, in words."""
    view, eta = state.view, state.eta
    frame = ""
    if view is not None:
        lines = view.frame.shape[0]
        frame = translate("Live", "line {rows} of {lines}").format(rows=view.rows, lines=lines)
        if view.live and eta.frame is not None:
            frame += ", " + translate("Live", "{time} left").format(time=_left(eta.frame, eta.pace))
    if state.phase is Phase.ENDED:
        return frame, translate("Live", "run: {outcome}").format(
            outcome=outcome_word(_first(state.outcome))
        )
    if state.phase is Phase.BROKEN:
        return frame, translate("Live", "run: broken off")
    return frame, _foretold(eta, now) or _at_most(eta, now)


def basis(state: RunState, now: datetime) -> str:
    """Return what the time that is left was worked out from, in sentences."""
    if state.phase in (Phase.ENDED, Phase.BROKEN):
        return ""
    budget = duration(state.facts.budget)
    words = translate(
        "Live",
        "At most: the run's budget of {time} instrument time, less what was spent. "
        "It may be done long before.",
    ).format(time=budget)
    forecast = state.eta.forecast
    if forecast is None:
        return words
    if forecast.basis is Basis.PLAN:
        return translate("Live", "All frames of the plan that are left, by the cost model")
    policy = translate(
        "Live",
        "About: what the policy predicted after its first look, less what was spent since; the "
        "range is its own, meant to hold nine times in ten",
    )
    return "\n".join((policy, _at_most(state.eta, now), words))


def _foretold(eta: Eta, now: datetime) -> str:
    """Return what the run has foretold, empty where it has not."""
    forecast = eta.forecast
    if forecast is None:
        return ""
    if forecast.whole:
        words = translate("Live", "run: about {time} left, until {clock}")
    else:
        words = translate("Live", "area: about {time} left, until {clock}")
    if eta.pace is None:
        if forecast.whole:
            words = translate("Live", "run: about {time} of instrument time left")
        else:
            words = translate("Live", "area: about {time} of instrument time left")
    pace = 1.0 if eta.pace is None else eta.pace
    time = about(forecast.seconds * pace)
    if forecast.low < forecast.high:
        time += f" ({span(forecast.low * pace, forecast.high * pace)})"
    return words.format(time=time, clock=_clock(now, forecast.seconds * pace))


def _at_most(eta: Eta, now: datetime) -> str:
    if eta.run_most is None:
        return ""
    if eta.pace is None:
        text = translate("Live", "run: at most {time} of instrument time left")
        return text.format(time=duration(eta.run_most))
    left = eta.run_most * eta.pace
    words = translate("Live", "run: at most {time} left, until {clock}")
    return words.format(time=duration(left), clock=_clock(now, left))


def about(seconds: float) -> str:
    """Write a time span that is only about right: tens of seconds below ten minutes, then minutes.

    Examples
    --------
    >>> about(42.4), about(203.0), about(1230.0), about(4800.0)
    ('42 s', '3 min 20 s', '20 min', '1 h 20 min')
    """
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    if seconds < FINE:
        minutes, rest = divmod(10 * round(seconds / 10), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def span(low: float, high: float) -> str:
    """Write from when to when something lies, s, as short as it can be said.

    Examples
    --------
    >>> span(20.0, 42.4), span(168.0, 203.0), span(1100.0, 1300.0), span(3300.0, 6600.0)
    ('20 - 42 s', '2:50 - 3:20 min', '18 - 22 min', '0:55 - 1:50 h')
    """
    if high < 59.5:
        return f"{low:.0f} - {high:.0f} s"
    if FINE <= high < 3570:
        return f"{low / 60:.0f} - {high / 60:.0f} min"
    unit, step, word = (1, 10, "min") if high < FINE else (60, 1, "h")
    ends = [step * round(seconds / unit / step) for seconds in (low, high)]
    return " - ".join(f"{end // 60}:{end % 60:02d}" for end in ends) + f" {word}"


def _clock(now: datetime, seconds: float) -> str:
    end = now.astimezone() + timedelta(seconds=seconds)
    return f"{end:%H:%M}" if end.date() == now.astimezone().date() else f"{end:%a %H:%M}"


def _left(seconds: float, pace: float | None) -> str:
    if pace is None:
        return translate("Live", "{time} of instrument time").format(time=duration(seconds))
    return duration(seconds * pace)


def _first(outcome: str) -> str:
    """Return the word with which a run ended."""
    return outcome.partition(":")[0]


def marks(view: View | None) -> tuple[RowMark, ...]:
    """Return the rows to be marked: where the tip is, and up to where nothing changes any more."""
    if view is None or view.kind == "path":
        return ()
    found = []
    request = view.frame.request
    lines, height = request.shape[0], request.region.size[1] * 1e9
    down = request.slow_direction is SlowDirection.DOWN
    settled = 0 if view.seen is None else view.seen.segmentation.settled
    if view.live and 0 < settled < lines:
        rows = settled if down else lines - settled
        word = translate("Live", "settled")
        found.append(RowMark((rows / lines - 0.5) * height, word, False))
    newest = view.newest.get(Direction.TRACE)
    if view.live and newest is not None:
        word = translate("Live", "tip")
        found.append(RowMark(((newest + 0.5) / lines - 0.5) * height, word, True))
    return tuple(found)


def decision_of(state: RunState, view: View | None) -> Decision | None:
    """Return the decision to explain: that of the frame shown, else the newest."""
    entry = None if view is None else entry_of(state, view)
    newest = state.entries[-1] if state.entries else None
    if entry is None or entry is newest:
        return state.decision
    return next((d for d in reversed(state.decisions) if d.row == entry.decision), None)


@dataclass(frozen=True, slots=True)
class Why:
    """Why here: a heading, the reason; (name, value) of its score, and of what else is known."""

    heading: str
    reason: str
    parts: tuple[tuple[str, str], ...] = ()
    more: tuple[tuple[str, str], ...] = ()


def why(state: RunState | None) -> Why:
    """Return why the run is where it is."""
    decision = None if state is None else decision_of(state, state.view)
    if state is None or decision is None:
        return Why(translate("Live", "Why here"), translate("Live", "Nothing is decided yet."))
    heading = translate("Live", "Why here")
    if decision.refused:
        heading = translate("Live", "Refused by the guard")
    elif state.phase is Phase.WAITING and state.authority is Authority.ADVISE:
        heading = translate("Live", "Proposed, waits for approval")
    parts: list[tuple[str, str]] = []
    if decision.score is not None:
        parts.append((translate("Live", "score"), f"{decision.score:g}"))
    parts += [(part_word(name), value) for name, value in decision.parts]
    request = decision.request
    if isinstance(request, MapRequest) and request.predicted is not None:
        likely, low, high = request.predicted
        share = f"{likely:.2g} ({low:.2g} to {high:.2g})"
        parts.append((translate("Live", "time against the full raster"), share))
    more = [(translate("Live", "decided by"), decision.controller)]
    if isinstance(request, ScanRequest):
        more.append((translate("Live", "pixel"), metres(request.pixel_size[0])))
    if decision.model:
        more.append((translate("Live", "model"), decision.model))
    more.append((translate("Live", "at"), f"{decision.time.astimezone():%H:%M:%S}"))
    reason = decision.reason
    if decision.refused:
        reason = f"{reason}\n{decision.refused}"
    return Why(heading, reason, tuple(parts), tuple(more))


def part_word(name: str) -> str:
    """Return what a part of a score is called."""
    words = {
        "weight of its kind": translate("Live", "weight of its kind"),
        "certainty and form": translate("Live", "certainty and form"),
        "candidates": translate("Live", "best of"),
    }
    return words.get(name, name)


def first_cut(frame: Pair) -> tuple[Pair, Pair]:
    """Return a cut through the middle of a frame, from left to right, nm."""
    return (-0.35 * frame[0], 0.0), (0.35 * frame[0], 0.0)
