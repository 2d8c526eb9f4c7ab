"""`ai-afm corrections`: what people have corrected, out and in, and whether to believe it."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli import trust
from ai_afm.cli.lab import Json, LabOption, open_store
from ai_afm.cli.output import say
from ai_afm.errors import BadInput
from ai_afm.flywheel.exchange.export import Format, export_corrections
from ai_afm.flywheel.exchange.importing import import_corrections

app = typer.Typer(help="Corrections: labels out and in, and doubts.", no_args_is_help=True)
app.command("agreement")(trust.agreement_of_people)
app.command("suspects")(trust.suspects_among)
app.command("quarantine")(trust.hold)
app.command("release")(trust.let_in)
app.command("held")(trust.list_held)


@app.command("export")
def export(
    out: Annotated[Path, typer.Argument(help="Folder for the files.")],
    format: Annotated[
        Format, typer.Option("--format", help="png, tiff, geojson or coco.")
    ] = Format.PNG,
    queue: Annotated[
        bool, typer.Option("--queue", help="What waits in the review queue, to be corrected.")
    ] = False,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Write the labels that people stand by, or those that wait for them."""
    with open_store(lab) as store:
        files = export_corrections(store, out, format, queue)
    say({"files": [str(file) for file in files]}, json)


@app.command("import")
def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Files, folders or zip archives.")
    ],
    annotator: Annotated[
        str | None,
        typer.Option(envvar="AI_AFM_ANNOTATOR", help="Who made them; default: who a file says."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, in words.")] = "",
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Take labels in, item by item; what is refused is told, and the others are stored."""
    with open_store(lab) as store:
        done = import_corrections(store, paths, annotator, reason)
    conflicts = [{"item": item, "reason": why} for item, why in done.conflicts]
    refused = [{"item": item, "reason": why} for item, why in done.refused]
    said = {
        "imported": len(done.revisions),
        "known": done.known,
        "revisions": list(done.revisions),
        "conflicts": conflicts,
        "refused": refused,
    }
    say(said, json)
    if refused or conflicts:
        total = len(done.revisions) + done.known + len(conflicts) + len(refused)
        raise BadInput(
            f"{len(refused)} of {total} items are refused, {len(conflicts)} are kept as branches"
        )


@app.command("list")
def list_all(lab: LabOption = None, json: Json = False) -> None:
    """List all corrections, branches too."""
    with open_store(lab) as store:
        rows = [
            {
                "revision": c.revision,
                "frame": c.place.frame,
                "annotator": c.annotator,
                "seconds": c.seconds,
                "parent": c.parent,
                "branch": c.branch,
                "item": c.item,
                "added": c.added,
                "reason": c.reason,
            }
            for c in store.corrections()
        ]
    say({"corrections": rows}, json)
