"""The process in which shadow models look at a run: it may die, hang or be killed at any time."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ai_afm.errors import AfmError, ModelError
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.model_records import ModelState
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.shadow import look_on
from ai_afm.flywheel.shadow_asking import ask_about
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.model_file import LoadedModel, load_model

NICE = 5
"""How far behind the process that fills the queue it stands for the processor."""


def in_shadow(registry: Registry, lab: Lab) -> Iterator[LoadedModel]:
    """Yield the models of a lab that are in the shadow and whose files are those that were added.

    The others are said on stderr.
    """
    for spec, state in registry.records.states().items():
        if state is not ModelState.SHADOW:
            continue
        try:
            registry.check(spec)
            yield load_model(spec, [lab.models])
        except ModelError as exc:
            sys.stderr.write(f"{exc}\n")


def look(run: Path, lab: Lab, ended: bool) -> str:
    """Let the shadow models of a lab look at a run; return what they saw, in words.

    Parameters
    ----------
    run
        Run folder.
    lab
        With models in the shadow.
    ended
        Whether no more scans will come: then people are asked about the worst ones.
    """
    with FlywheelStore.open(lab) as store:
        models = list(in_shadow(Registry(store), lab))
        told = list(look_on(run, models))
        asked = [n for model in models for n in ask_about(store, run, model)] if ended else []
    if not told and not asked:
        return ""
    names = ", ".join(model.spec for model in models)
    return f"{names} looked at {len(told)} scans; {len(asked)} places to ask about"


def main() -> None:
    """Look once, and say what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("lab", type=Path)
    parser.add_argument("--ended", action="store_true")
    arguments = parser.parse_args()
    if sys.platform != "win32":
        os.nice(NICE)
    try:
        said = look(arguments.run, Lab(arguments.lab), arguments.ended)
    except AfmError as exc:
        sys.stderr.write(f"{exc}\n")
        sys.exit(1)
    sys.stdout.write(f"{said}\n")


if __name__ == "__main__":
    main()
