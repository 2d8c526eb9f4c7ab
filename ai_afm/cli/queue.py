"""`ai-afm queue`: what to ask a person next."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ai_afm.cli.lab import Annotator, Json, LabOption, open_store
from ai_afm.cli.output import say
from ai_afm.errors import BadInput
from ai_afm.flywheel.fill import Filling, fill_from_run
from ai_afm.flywheel.items import Item
from ai_afm.flywheel.queue import LEASE, ReviewQueue
from ai_afm.flywheel.ranking import Ranked

app = typer.Typer(help="The review queue: what to ask a person next.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="ID", help="Number of the item.")]
Reason = Annotated[str, typer.Option(help="Why, in words.")]


@app.command("fill")
def fill(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.")],
    per_frame: Annotated[int, typer.Option(min=0, help="Most chosen crops of a scan.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Of the 15 % that are drawn by lot.")] = 0,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Put what a person should look at in runs, finished or live, into the queue."""
    totals = {"frames": 0, "known": 0}
    items: list[int] = []
    random: list[int] = []
    failed: list[dict[str, str]] = []
    with open_store(lab, make=True) as store:
        for run in runs:
            filled = fill_from_run(store, run, Filling(per_frame, seed))
            totals["frames"] += filled.frames
            totals["known"] += filled.known
            items += filled.items
            random += filled.random
            failed += [{"file": file, "reason": reason} for file, reason in filled.failed]
    said = totals | {"items": len(items), "random": len(random), "new": items, "failed": failed}
    say(said, json)
    if failed:
        raise BadInput(f"{len(failed)} scans could not be read; the others are in the queue")


@app.command("list")
def list_items(
    every: Annotated[bool, typer.Option("--all", help="Closed and taken ones, too.")] = False,
    most: Annotated[int, typer.Option(min=1, help="Number of items.")] = 20,
    annotator: Annotated[
        str, typer.Option(help="For whom: what they were unsure about is left to others.")
    ] = "",
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """List what would be asked next, in turn."""
    with open_store(lab) as store:
        queue = ReviewQueue(store)
        items = queue.items()
        states: dict[str, int] = {}
        for item in items:
            states[item.state.value] = states.get(item.state.value, 0) + 1
        turns = queue.in_turn(annotator, most)
        rows = [_row(item) for item in items] if every else [_turn(turn) for turn in turns]
    drawn = sum(item.random for item in items)
    say({"states": states, "total": len(items), "random": drawn, "items": rows}, json)


@app.command("next")
def next_item(
    annotator: Annotator,
    lease_min: Annotated[
        float, typer.Option(min=0.1, help="Minutes that it is kept for you.")
    ] = LEASE / 60,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Take the next item; it is kept for you for a while."""
    with open_store(lab) as store:
        item = ReviewQueue(store).next(annotator, 60 * lease_min)
    say({"item": None if item is None else _row(item)}, json)


@app.command("skip")
def skip(number: Number, annotator: Annotator, reason: Reason = "", lab: LabOption = None) -> None:
    """Put an item back, behind all others."""
    with open_store(lab) as store:
        ReviewQueue(store).skip(number, annotator, reason)


@app.command("unsure")
def unsure(
    number: Number, annotator: Annotator, reason: Reason = "", lab: LabOption = None
) -> None:
    """Say that you cannot tell; others will be asked."""
    with open_store(lab) as store:
        ReviewQueue(store).unsure(number, annotator, reason)


@app.command("reject")
def reject(
    number: Number, annotator: Annotator, reason: Reason = "", lab: LabOption = None
) -> None:
    """Say that nobody should be asked about it: a bad frame."""
    with open_store(lab) as store:
        ReviewQueue(store).reject(number, annotator, reason)


def _turn(turn: Ranked) -> dict[str, Any]:
    told = {"novelty": turn.novelty, "factor": turn.factor, "priority": turn.priority}
    return _row(turn.item) | told


def _row(item: Item) -> dict[str, Any]:
    window = item.place.window
    return {
        "id": item.id,
        "state": item.state.value,
        "frame": item.place.frame,
        "window_px": [window.top, window.left, window.lines, window.pixels],
        "random": item.random,
        "urgent": item.urgent,
        "doubt": item.doubt,
        "stake_px": item.stake,
        "length_um": item.length * 1e6,
        "annotator": item.annotator or None,
        "until": item.until,
        "revision": item.revision,
        "reason": item.reason,
    }
