"""The page of a lab's flywheel: what corrections have cost, and what they have won."""

import math
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from ai_afm.flywheel.gate.gathered import LEARNED
from ai_afm.flywheel.ledger import Effort, Gain, Ledger, Round
from ai_afm.report.pages import environment
from ai_afm.report.palette import ACCENT, FIRST, MUTED, WALL_COLOURS, WALL_NAMES
from ai_afm.report.svg import WIDTH, drawn

_UM = 1e6
_WORDS = (
    "F1 of lines and their classes on the newest corrections, before and after each round, "
    "against the number of corrections in the dataset of the round"
)


def flywheel_page(ledger: Ledger) -> str:
    """Return the page as HTML that opens offline.

    Parameters
    ----------
    ledger
        From `flywheel.ledger.ledger`.
    """
    measured = [r for r in ledger.rounds if r.corrections and r.gain is not None]
    template = environment().get_template("flywheel.html.j2")
    return template.render(
        tiles=_tiles(ledger),
        figure=drawn(lambda: _figure(measured), "gain", _WORDS) if measured else Markup(),
        rounds=[_row(number, one) for number, one in enumerate(ledger.rounds, 1)],
        changed=[_changed(number, one) for number, one in enumerate(ledger.rounds, 1) if one.new],
        learned_from=any(r.gain.measured_on == LEARNED for r in measured if r.gain),
        forecast=ledger.forecast,
        measured_on=ledger.measured_on,
    )


def lines_of(ledger: Ledger) -> list[str]:
    """Return the same in a few lines of text: one a round, then the sum and the forecast."""
    found = []
    for number, one in enumerate(ledger.rounds, 1):
        row = _row(number, one)
        found.append(f"round {number}: {one.model}, {row['verdict']}, {row['state']}")
        found.append(
            f"  corrections {row['corrections']}, {row['new']} new; {row['seconds']} of "
            f"{row['people']}; {row['corrected']}"
        )
        found.append(f"  F1 {row['f1']}; {row['interval']}; {row['cost']}")
        found += [f"  refused: {words}" for words in row["refused"]]
    whole = ledger.all
    found.append(
        f"in all: {whole.corrections} corrections, {duration(whole.seconds)}, {_um(whole)}"
    )
    found.append(f"forecast: {ledger.forecast.words}")
    return found


def duration(seconds: float) -> str:
    """Return a time in words.

    Examples
    --------
    >>> duration(42), duration(672), duration(9000)
    ('42 s', '11 min', '2.5 h')
    """
    if seconds < 600:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _tiles(ledger: Ledger) -> list[dict[str, str]]:
    """Return the numbers that come first: what was put in, then what came out last."""
    whole = ledger.all
    people = ", ".join(whole.people) or "nobody"
    tiles = [
        {
            "value": duration(whole.seconds),
            "label": "of people's time",
            "remark": f"{whole.corrections} corrections by {people}",
        },
        {
            "value": f"{whole.corrected * _UM:.3g} µm",
            "label": "of line corrected",
            "remark": "drawn, erased or renamed" + _unsized(whole),
        },
    ]
    judged = [r for r in ledger.rounds if r.gain is not None]
    if judged:
        last = judged[-1]
        assert last.gain is not None
        tiles.append(
            {
                "value": f"{last.gain.value:+.3f}",
                "label": "F1, the last round that was judged",
                "remark": f"{_f1(last.gain)}; {_interval(last.gain)}; {last.gain.measured_on}",
            }
        )
        tiles.append(
            {
                "value": "none" if last.cost is None else duration(last.cost),
                "label": "of people's time for a point of 0.01",
                "remark": "no gain shown" if last.cost is None else "of the same round",
            }
        )
    return tiles


def _row(number: int, one: Round) -> dict[str, Any]:
    new, gain, verdict = one.new, one.gain, one.verdict
    unknown = "its dataset is not in this lab"
    return {
        "number": number,
        "model": one.model,
        "added": one.added[:16].replace("T", " "),
        "dataset": one.dataset or unknown,
        "corrections": "not told" if one.corrections is None else str(one.corrections),
        "new": "not told" if new is None else str(new.corrections),
        "people": ", ".join(new.people) or "nobody" if new else "nobody that is told",
        "seconds": "not told" if new is None else duration(new.seconds),
        "corrected": "not told" if new is None else _um(new),
        "f1": "not measured" if gain is None else _f1(gain),
        "change": "" if gain is None else f"{gain.value:+.3f}",
        "interval": "no interval" if gain is None else _interval(gain),
        "measured_on": "" if gain is None else gain.measured_on,
        "cost": _cost(one),
        "verdict": _verdict(one),
        "bad": verdict is not None and not verdict.passed,
        "refused": [] if verdict is None else list(verdict.refused),
        "state": "without a state" if one.state is None else one.state.value,
    }


def _verdict(one: Round) -> str:
    if one.verdict is None:
        return "not judged"
    return f"{'passed' if one.verdict.passed else 'refused'} (report {one.verdict.report})"


def _cost(one: Round) -> str:
    if one.gain is None:
        return "not measured"
    if not one.gain.shown:
        return "no gain shown"
    return "not told" if one.cost is None else f"{duration(one.cost)} a point"


def _f1(gain: Gain) -> str:
    return f"{gain.before:.3f} → {gain.after:.3f}"


def _interval(gain: Gain) -> str:
    frames = f"{gain.frames} frame" + "s" * (gain.frames != 1)
    return f"95 % interval {gain.low:+.3f} to {gain.high:+.3f}, {frames}"


def _um(effort: Effort) -> str:
    return f"{effort.corrected * _UM:.3g} µm corrected" + _unsized(effort)


def _unsized(effort: Effort) -> str:
    return f"; {effort.unsized} of frames without a size are not in it" if effort.unsized else ""


def _changed(number: int, one: Round) -> dict[str, Any]:
    """Return what a round's new corrections have done to each class, µm."""
    assert one.new is not None
    classes = [
        {
            "name": WALL_NAMES[c.code],
            "colour": WALL_COLOURS[c.code],
            "lengths": [_length(v) for v in (c.drawn, c.erased, c.renamed, c.left_open)],
        }
        for c in one.new.changes
    ]
    judged = one.verdict
    golden = ""
    if judged is not None and judged.slices:
        golden = (
            f"Of {judged.slices} golden slices at the gate, F1 rose in {judged.risen} and fell in "
            f"{judged.fallen}, by the interval of each."
        )
    return {"number": number, "model": one.model, "classes": classes, "golden": golden}


def _length(metres: float) -> str:
    if metres == 0:
        return "–"
    return "< 0.01" if metres * _UM < 0.01 else f"{metres * _UM:.2f}"


def _figure(rounds: list[Round]) -> Figure:
    """Draw each round by itself: rounds are measured on different corrections, so never a line."""
    figure = Figure(figsize=(WIDTH * 0.75, 2.5), layout="constrained")
    axes = figure.subplots()
    for number, one in enumerate(rounds):
        gain, at = one.gain, one.corrections
        assert gain is not None
        assert at is not None
        first = number == 0
        axes.plot(at, gain.before, "o", mfc="white", mec=MUTED, label="before" if first else None)
        reach = [[gain.value - gain.low], [gain.high - gain.value]]
        axes.errorbar(
            at, gain.after, [[max(r[0], 0.0)] for r in reach], fmt="none", ecolor=ACCENT, capsize=3
        )
        colour = ACCENT if one.verdict is not None and one.verdict.passed else FIRST
        axes.plot(at, gain.after, "o", color=colour)
        axes.annotate(
            _short(one), (at, gain.after), (7, 0), textcoords="offset points", va="center"
        )
    for passed, colour, words in ((True, ACCENT, "passed"), (False, FIRST, "refused")):
        if any(r.verdict is not None and r.verdict.passed is passed for r in rounds):
            axes.plot([], [], "o", color=colour, label=f"after, {words}")
    axes.plot([], [], "-", color=ACCENT, label="95 % interval of the change")
    axes.set_xlabel("corrections in the round's dataset")
    axes.set_ylabel("F1 at 2 px")
    axes.set_xlim(0, _room(max(r.corrections or 0 for r in rounds)))
    axes.margins(y=0.15)
    axes.grid(visible=True, axis="y")
    axes.legend(loc="best")
    return figure


def _short(one: Round) -> str:
    """Return the last part of a model's version, which tells rounds apart."""
    return one.model.rpartition("+")[2]


def _room(corrections: int) -> float:
    """Return where an axis ends so that names fit beside the last point."""
    return math.ceil(corrections * 1.3 + 1)
