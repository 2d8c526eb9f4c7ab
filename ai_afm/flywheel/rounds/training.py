"""A round in a lab: planned, trained, entered; and how it goes on after a kill."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ai_afm.errors import BadInput, StoreError
from ai_afm.flywheel.datasets.freeze import require_dataset
from ai_afm.flywheel.datasets.manifest import Side
from ai_afm.flywheel.headway import Headway
from ai_afm.flywheel.model_records import Lineage
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.rounds.begin import Around, Wish, alone, check_room, planned, same_parent
from ai_afm.flywheel.rounds.draws import people
from ai_afm.flywheel.rounds.held import held
from ai_afm.flywheel.rounds.plan import RESULT, Plan, Task, round_folder, unfinished
from ai_afm.flywheel.rounds.replay import bank
from ai_afm.flywheel.rounds.result import PARENTS, Checks, LearnedFrom, described, enter
from ai_afm.flywheel.rounds.sources import check_leaks, corrected, learned_before
from ai_afm.flywheel.rounds.work import Workshop
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.store import platform

__all__ = ["Around", "Wish", "resume_round", "train_round"]


def train_round(store: FlywheelStore, wish: Wish, around: Around) -> dict[str, Any]:
    """Train a candidate on a dataset and enter it; the same wish goes on where it was killed.

    Parameters
    ----------
    store
        Of the lab.
    wish
        What is asked for. A round that has ended is not done again: its result is returned.
    around
        What it has around it.

    Returns
    -------
    result
        JSON values, as `ai-afm train --json` prints them.

    Raises
    ------
    BadInput
        When there is no dataset, or nothing in it to learn; when a golden set shows the same; when
        settings make no sense.
    StoreError
        When another training of this lab is under way, something stored is damaged, or the disk is
        full.
    ModelError
        When the parent is missing or damaged, or the training fails.
    """
    wish.settings.check()
    with alone(store) as rounds:
        registry = Registry(store, around.shipped)
        plan = planned(store, rounds, wish, around)
        folder = round_folder(rounds, plan.task)
        if (folder / RESULT).is_file():
            around.say(f"this round was done before: {plan.model}; another seed gives another")
            # a kill right after the result was written has left them
            _workshop(folder, plan.task, around).checkpoints.clear()
            return _told(registry, folder)
        return _done(store, registry, plan, around)


def resume_round(store: FlywheelStore, around: Around) -> dict[str, Any]:
    """Go on with the newest round that was killed.

    Raises
    ------
    BadInput
        When there is none.
    StoreError, ModelError
        See `train_round`; also when it was begun with another torch.
    """
    with alone(store) as rounds:
        open_ones = unfinished(rounds)
        if not open_ones:
            raise BadInput("no training of this lab was interrupted; `ai-afm train` begins one")
        plan = Plan.read(open_ones[-1])
        task, here = plan.task, (torch.__version__, around.processes)
        if (task.torch, task.processes) != here:
            raise StoreError(
                f"that round was begun with torch {task.torch} in {task.processes} processes, here "
                f"is {here[0]} in {here[1]}, which rounds differently; `ai-afm train` begins anew"
            )
        return _done(store, Registry(store, around.shipped), plan, around)


def _done(store: FlywheelStore, registry: Registry, plan: Plan, around: Around) -> dict[str, Any]:
    """Train what is planned, from its last checkpoint, and enter it."""
    task = plan.task
    folder = round_folder(store.lab.path / "rounds", task)
    frozen = require_dataset(store, task.dataset)
    # a golden set may have been frozen since the round began
    check_leaks(store, frozen)
    parent = same_parent(store, registry, task, around)
    check_room(store, task, around)
    work = _workshop(folder, task, around)
    work.curve.add("begun", model=plan.model, parent=task.parent, dataset=task.dataset)
    own = corrected(store, frozen.dataset)
    weights = own.weights(learned_before(store, task.parent))
    headway = Headway(around.say)
    made = bank(task.bank, store.lab.path / "cache", around.makers, work.wait, headway)
    network = around.learn(task.settings, parent, own.crops, made.replay, work, weights)
    around.say("looks how much of its parent must be kept, chooses the temperature, and measures")
    kept = held(parent, network, made.checks)
    shares = people([e.annotator for e in own.entries], weights)
    count = len(frozen.dataset.of(Side.TRAIN))
    learned = LearnedFrom(count, len(own.crops), len(made.replay), shares)
    model = described(plan, parent, kept, learned, Checks(made.checks, own.checks))
    enter(registry, folder, plan, model, _lineage(plan, learned))
    progress = work.progress
    result = {
        "dataset": task.dataset,
        "dataset_name": task.dataset_name,
        "parent": task.parent,
        **asdict(learned),
        "steps": progress.step,
        "keep": kept.keep,
        "losses": {kind: round(loss, 4) for kind, loss in kept.losses.items()},
        "skipped": progress.skipped,
        "went_back": progress.falls,
        "cpu_s": round(progress.cpu, 2),
        **_scores(model[0].metrics),
        "model": plan.model,
    }
    work.curve.add("finished", model=plan.model, cpu_s=result["cpu_s"])
    platform.write_atomically(folder / RESULT, json.dumps(result, indent=1).encode())
    work.checkpoints.clear()
    return _told(registry, folder)


def _workshop(folder: Path, task: Task, around: Around) -> Workshop:
    return Workshop(folder, task.key, around.live, around.say)


def _told(registry: Registry, folder: Path) -> dict[str, Any]:
    """Return what came out of a round that has ended."""
    try:
        result: dict[str, Any] = json.loads((folder / RESULT).read_text("utf-8"))
        model = result.pop("model")
    except (OSError, ValueError, KeyError) as exc:
        raise StoreError(f"{folder / RESULT} cannot be read: {exc!r}") from exc
    known = registry.records.require(model)
    return {
        "model": model,
        "state": registry.records.states()[model].value,
        "sha256": known.files.weights,
        "folder": str(registry.folder(model)),
        "round": str(folder),
        **result,
    }


def _scores(metrics: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Return the scores of the candidate, and those of its parent on the same examples."""
    own = {n: v for n, v in metrics.items() if not n.startswith(PARENTS)}
    before = {n.removeprefix(PARENTS): v for n, v in metrics.items() if n.startswith(PARENTS)}
    return {"scores": own, "scores_of_parent": before}


def _lineage(plan: Plan, learned: LearnedFrom) -> Lineage:
    about = {
        "sha256": plan.task.dataset,
        "name": plan.task.dataset_name,
        "corrections": learned.corrections,
        "round": plan.task.key,
        "draws": dict(learned.annotators),
    }
    return Lineage(about, tuple(sorted(learned.annotators)))
