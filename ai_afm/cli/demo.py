"""`ai-afm demo`: the microscope drives itself on the digital twin and writes a report."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.drive import drive
from ai_afm.cli.output import say
from ai_afm.config import RunConfig
from ai_afm.service.session import create_run

WORLDS = ("film", "labyrinth", "ferroelectric_ceramic", "bubbles", "stripes")
"""Samples of the demo, one after the other by seed."""


def demo(
    out: Annotated[Path, typer.Option(help="Run folder; must be absent or empty.")],
    seed: Annotated[int, typer.Option(min=0, help="Chooses the sample and all chance.")] = 0,
    events: Annotated[
        Path | None, typer.Option(help="File outside the run: one JSON line per durable scan line.")
    ] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Let the microscope drive itself on the digital twin."""
    folder = create_run(out, demo_config(seed))
    say(drive(folder, lab, events).figures(folder), json)


def demo_config(seed: int) -> RunConfig:
    """Return the run of the demo: bias is allowed everywhere, as on a sample made to be written on."""
    world = WORLDS[seed % len(WORLDS)]
    return RunConfig.model_validate(
        {
            "run": {
                "sample": f"digital twin: {world}, seed {seed}",
                "operator": "demo",
                "seed": seed,
                "authority": "unattended",
                "budget_min": 180.0,
            },
            "instrument": {
                "kind": "simulated",
                "clock": "instant",
                "options": {"world": world, "seed": seed},
            },
            "consent": {
                "zones": [
                    {
                        "size_nm": (20000.0, 20000.0),
                        "level": "bias",
                        "max_bias_v": 10.0,
                        "max_pulses": 4,
                    }
                ]
            },
            "overview": {"size_nm": (5000.0, 5000.0), "lines": 192, "pixels": 192},
            "targets": {"count": 4, "lines": 128, "pixels": 128},
            "probe": {"per_target": 2},
        }
    )
