"""`ai-afm gate`: whether a candidate may take the place of the active model."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ai_afm.cli.lab import Json, LabOption, open_store
from ai_afm.cli.output import say

REFUSED = 6
"""Exit code when the candidate does not pass."""


def gate(
    name: Annotated[str, typer.Argument(metavar="NAME@VERSION", help="The candidate.")],
    page: Annotated[
        Path | None, typer.Option(help="Write the page there, too; the lab keeps one in gate/.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Judge a candidate against the active model: may it take its place? Exit code 6 when not.

    The report is kept; `ai-afm models promote` needs the newest one of a model to have passed.
    """
    from ai_afm.flywheel.gate.lab import GateSettings, hear
    from ai_afm.flywheel.gate.picture_file import write_pictures
    from ai_afm.flywheel.gate.pictures import side_by_side
    from ai_afm.flywheel.headway import Headway
    from ai_afm.report.gate_page import ROWS, gate_page
    from ai_afm.store.platform import write_atomically

    with open_store(lab) as store:
        headway = Headway(lambda text: typer.echo(text, err=True))
        hearing = hear(store, name, GateSettings(seed=seed), headway=headway)
        typer.echo("draws the page", err=True)
        kept = store.lab.path / "gate" / f"{hearing.number:04d}-{name.replace('@', '-')}.html"
        kept.parent.mkdir(exist_ok=True)
        content = gate_page(hearing).encode()
        for path in (kept, *([page] if page else [])):
            write_atomically(path, content)
        pictures = kept.with_suffix(".npz")
        write_pictures(pictures, side_by_side(hearing, ROWS))
    judged = hearing.judgement
    if json:
        files = {"page": str(kept), "pictures": str(pictures)}
        say({"report": hearing.number, **files, **judged.as_json()}, True)
    else:
        _tell(hearing.number, judged.as_json(), kept)
    if not judged.passed:
        raise typer.Exit(REFUSED)


def _tell(number: int, report: dict[str, Any], page: Path) -> None:
    """Say it in a few lines: the lab's own material first, then what refused it."""
    verdict = "passed" if report["passed"] else "refused"
    typer.echo(f"{report['model']} against {report['against']}: {verdict} (report {number})")
    for finding in report["findings"]:
        if finding["rule"] == "own material":
            typer.echo(f"  {finding['words']}")
    for words in report["refused"]:
        typer.echo(f"  refused: {words}")
    typer.echo(f"  {page}")
