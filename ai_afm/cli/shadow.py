"""`ai-afm models shadow`: where a model has seen the runs of a lab otherwise than they went by."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.lab import Json, LabOption, open_registry
from ai_afm.cli.output import say
from ai_afm.flywheel.lab import Lab
from ai_afm.service.lab import find_lab, home_lab, model_folders
from ai_afm.service.runs import runs_of


def shadow(
    name: Annotated[str, typer.Argument(metavar="NAME@VERSION")],
    look: Annotated[
        list[Path] | None, typer.Option(help="Let it look at this run first; may be repeated.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Scans of the worst list.")] = 10,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Tell where a model has seen runs of this lab otherwise than the one that they went by."""
    from ai_afm.flywheel.shadow_asking import disagreement_in

    with open_registry(lab) as registry:
        known = registry.records.require(name)
        state = registry.records.states()[name].value
        if look:
            registry.check(name)
            _look(look, name, lab)
        home = Lab.open(find_lab(lab) or home_lab())
        runs = [folder.path for folder in runs_of(home, registry.records.database)]
    runs += [run.absolute() for run in look or () if run.absolute() not in runs]
    told = disagreement_in(runs, known.files.weights).as_json(most)
    say({"model": name, "state": state, **told}, json)


def _look(runs: list[Path], name: str, lab: Path | None) -> None:
    """Let a model look at runs, as it would in the shadow."""
    from ai_afm.flywheel.shadow import look_on
    from ai_afm.segment.model_file import load_model

    model = load_model(name, model_folders(lab))
    for run in runs:
        for _ in look_on(run, [model]):
            pass  # each look is on the disk when it comes
