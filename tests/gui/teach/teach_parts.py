"""A lab with corrections and models, and processes that stand in for verbs of `ai-afm`."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "segment"))
sys.path.insert(0, str(Path(__file__).parents[2] / "flywheel"))

import dataset_factory
import lab_factory
import model_factory

__all__ = ["dataset_factory", "lab_factory", "model_factory"]

PLAN = {
    "format": "ai-afm round 1",
    "model": "tiny@1.0.0+r1.ab12cd",
    "created": "2026-03-01",
    "who": "Ann",
    "task": {
        "parent": "tiny@1.0.0",
        "dataset_name": "march",
        "settings": {"steps": 40, "batch": 4, "corrected": 1},
    },
}


def change(before=0.5, after=0.6, low=0.02, high=0.15, groups=8):
    return {"before": before, "after": after, "low": low, "high": high, "groups": groups}


def finding(rule="golden slice", where="simulated", holds=True, **more):
    found = {"value": -0.1, "limit": 0.01, "unit": "F1", "words": f"{rule} on {where}"}
    return {"rule": rule, "where": where, "holds": holds, "change": change(), **found, **more}


def begin_round(lab, folder="0123456789abcdef", **more):
    """Write the plan of a round; return its folder."""
    work = lab / "rounds" / folder
    work.mkdir(parents=True)
    (work / "plan.json").write_text(json.dumps(PLAN | more))
    return work


def tell(work, event, **values):
    """Add a line to a round's curve."""
    with (work / "curve.jsonl").open("a") as file:
        file.write(json.dumps({"event": event, **values}) + "\n")


def steps(work, step, loss=0.5):
    tell(work, "steps", step=step, loss=loss, learning_rate=1e-3, cpu_s=0.1 * step, skipped=0,
         went_back=0)  # fmt: skip


def python(script):
    """A launcher that runs a script instead of `ai-afm`; its arguments are those of the verb."""
    return lambda arguments: (sys.executable, ["-c", script, *arguments])
