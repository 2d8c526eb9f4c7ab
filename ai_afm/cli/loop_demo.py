"""`ai-afm demo --flywheel`: run, correct, train, judge, run again, and a picture of the gain."""

import time
from pathlib import Path
from typing import Any

import typer

from ai_afm.cli.drive import drive
from ai_afm.errors import BadInput
from ai_afm.flywheel.gate.lab import GateSettings
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.rounds.begin import Around, Wish
from ai_afm.flywheel.rounds.learn import RoundSettings
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.report.gain_figure import gain_figure
from ai_afm.segment.model_file import load_model
from ai_afm.service import loop_demo
from ai_afm.service.loop_demo import ANOTHER, PERSON, Sizes
from ai_afm.service.session import create_run
from ai_afm.store.run_folder import RunFolder

DPI = 110


def close_the_loop(
    out: Path,
    seed: int,
    sizes: Sizes | None = None,
    wish: Wish | None = None,
    gate: GateSettings | None = None,
) -> dict[str, Any]:
    """Do it all in the folder `out`, which becomes a lab; return the figures.

    Raises
    ------
    BadInput
        When the folder is not empty.
    AfmError
        Whatever ended a run or a round.
    """
    if out.exists() and any(out.iterdir()):
        raise BadInput(f"{out} is not empty; name a folder that is absent or empty")
    sizes, wish = sizes or Sizes(), wish or Wish(PERSON, settings=RoundSettings(seed=seed + 1))
    lab = Lab.make(out)
    first = _run(lab, "first", seed, sizes)
    before = load_model(None, [lab.models])
    with FlywheelStore.open(lab) as store:
        _tell("a simulated person corrects what the review queue asks")
        works = list(loop_demo.corrected_by_person(store, first, sizes.corrected, seed))
        begun = time.process_time()
        trained, hearing = loop_demo.learned_round(store, Around(say=_tell), wish, gate)
    spent = time.process_time() - begun
    candidate = load_model(trained["model"], [lab.models])
    _tell(f"the gate says: {'passed' if hearing.judgement.passed else 'refused'}")
    second = _run(lab, "second", seed + ANOTHER, sizes)
    models = before, candidate
    gain = loop_demo.gain_on(second, models)
    figure = gain_figure(
        loop_demo.compared(second, models, gain),
        (before.spec, candidate.spec),
        f"Another sample of the material, before and after {len(works)} corrected crops",
    )
    figure.savefig(out / "gain.png", dpi=DPI)
    return {
        "lab": str(out),
        "corrected_crops": len(works),
        "clicks": sum(work.clicks for work in works),
        "seconds_of_clicks": round(sum(work.seconds for work in works), 1),
        "train_and_gate_cpu_s": round(spent, 1),
        "gate": "passed" if hearing.judgement.passed else "refused",
        "active": load_model(None, [lab.models]).spec,
        "candidate": candidate.spec,
        "f1": gain.as_json(),
        "picture": str(out / "gain.png"),
    }


def _run(lab: Lab, name: str, seed: int, sizes: Sizes) -> RunFolder:
    folder = create_run(lab.runs / name, loop_demo.material_config(seed, sizes), lab.path)
    drive(folder, lab.path)
    return folder


def _tell(text: str) -> None:
    typer.echo(text, err=True)
