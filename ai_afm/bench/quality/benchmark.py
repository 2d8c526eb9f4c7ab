"""How well a model sees, on worlds of the twin that it was never trained on, in one set of numbers.

What is asked, and what each number means, is fixed in `docs/perception-benchmark.md`.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ai_afm.bench.quality import scores
from ai_afm.bench.quality.answers import make_segmenter
from ai_afm.bench.quality.frames import SCORED, pose
from ai_afm.bench.quality.look import Look, look
from ai_afm.bench.quality.scores import Counts
from ai_afm.bench.quality.statistics import grain_bias, interval_coverage
from ai_afm.bench.quality.trust import (
    calibration_scores,
    outside_scores,
    partial_gap,
    type_scores,
)
from ai_afm.bench.quality.worlds import FAMILIES, draw_scene
from ai_afm.segment.metrics import Confusion
from ai_afm.segment.model_file import LoadedModel, load_model

WORLDS = 60
DATA_FOLDER = "AI_AFM_DATA"
"""Environment variable that names the folder of real scans."""


def benchmark(
    seed: int,
    worlds: int = WORLDS,
    model: LoadedModel | str | None = None,
    data: Path | None = None,
) -> dict[str, Any]:
    """Ask a model the questions of the benchmark and score its answers.

    Parameters
    ----------
    seed
        With `worlds` it determines everything.
    worlds
        Number of worlds, one frame each; shifts, unseen patterns and statistics scale with it.
    model
        The model, its "name@version", or `None` for the active one.
    data
        Folder of real scans, for the files without walls or grains; `None` takes the folder that
        the environment variable AI_AFM_DATA names, and none where it is not set.

    Returns
    -------
    dict
        The numbers, plain JSON values, `None` where one has no meaning or the model does not give
        it.

    Raises
    ------
    ModelError
        When the model cannot be loaded.
    """
    loaded = model if isinstance(model, LoadedModel) else load_model(model)
    segmenter = make_segmenter(loaded)
    scenes = [draw_scene(seed, n) for n in range(worlds)]
    looks = [look(segmenter, pose(scene)) for scene in scenes]
    result: dict[str, Any] = {"model": loaded.spec, "seed": seed, "worlds": worlds}
    result |= _line_scores(looks) | _structure_scores(looks)
    result |= calibration_scores(segmenter, scenes, looks)
    result |= outside_scores(segmenter, seed, looks, _data_folder(data))
    result |= type_scores(segmenter, [a.exam for a in looks])
    result["partial_f1_gap"] = partial_gap(segmenter, looks)
    result |= grain_bias(segmenter, seed, max(1, worlds // 10))
    return result | interval_coverage(segmenter, seed, max(2, worlds // 3))


def _line_scores(looks: Sequence[Look]) -> dict[str, Any]:
    def over(key: str, chosen: Iterable[Look]) -> Counts:
        return _total(a.counts[key] for a in chosen)

    def split(
        name: Callable[[Look], str], keys: Iterable[str], rule: str = "ruled"
    ) -> dict[str, float | None]:
        return {
            key: scores.macro_f1(over(rule, [a for a in looks if name(a) == key])) for key in keys
        }

    modes = sorted({a.exam.scene.mode.value for a in looks})
    sato = _total(a.sato for a in looks)
    return {
        "macro_f1_2px": scores.macro_f1(over("ruled", looks)),
        "macro_f1_2px_strict": scores.macro_f1(over("strict", looks)),
        "macro_f1_2px_lenient": scores.macro_f1(over("lenient", looks)),
        "log_sato_macro_f1_2px": scores.macro_f1(sato),
        "f1_by_mode": split(lambda a: a.exam.scene.mode.value, modes, "apart"),
        "f1_by_mode_with_edge_walls": split(lambda a: a.exam.scene.mode.value, modes),
        "f1_by_family": split(lambda a: a.exam.scene.family, FAMILIES),
        "f1_by_channels": split(
            lambda a: "+".join(a.exam.scene.given),
            sorted({"+".join(a.exam.scene.given) for a in looks}),
        ),
        "f1_1px": scores.macro_f1(over("1px", looks)),
        "by_class": scores.detail(over("ruled", looks)),
        "by_class_lenient": scores.detail(over("lenient", looks)),
        "log_sato_by_class": scores.detail(sato),
        "asked_share": _asked_share(looks),
    }


def _total(counts: Iterable[Counts]) -> Counts:
    total: Counts = np.zeros((len(SCORED), 4))
    for one in counts:
        total = total + one
    return total


def _asked_share(looks: Sequence[Look]) -> dict[str, float | None]:
    """Return which share of each class's lines can be seen, i.e. is asked for."""
    share: dict[str, float | None] = {}
    for code in SCORED:
        there = sum(int((a.exam.label == code).sum()) for a in looks)
        asked = sum(int(a.exam.true(code).sum()) for a in looks)
        share[str(int(code))] = asked / there if there else None
    return share


def _structure_scores(looks: Sequence[Look]) -> dict[str, Any]:
    confusion = _confusion(looks)
    drawn, true = (sum(a.lengths[i] for a in looks) for i in (0, 1))
    betti, sato = (sum(a.betti[i] for a in looks) for i in (0, 1))
    junctions = sum((a.junctions for a in looks), scores.Junctions())
    return {
        "confusion": confusion.rows(),
        "wall_vs_boundary_confusion": confusion.wall_vs_boundary(),
        "junction_f1": junctions.f1,
        "betti_error_ratio_to_sato": betti / sato if sato else None,
        "density_bias": drawn / true - 1 if true else None,
        "false_walls_at_grain_edges": {
            "near_resonance": _per_edge([a for a in looks if a.exam.near_resonance]),
            "elsewhere": _per_edge([a for a in looks if not a.exam.near_resonance]),
        },
    }


def _confusion(looks: Sequence[Look]) -> Confusion:
    total = looks[0].confusion
    for one in looks[1:]:
        total = total + one.confusion
    return total


def _per_edge(looks: Sequence[Look]) -> float | None:
    """Return false walls beside boundaries per visible boundary, pixels."""
    false, edges = (sum(a.edges[i] for a in looks) for i in (0, 1))
    return false / edges if edges else None


def _data_folder(named: Path | None) -> Path | None:
    folder = named or (Path(os.environ[DATA_FOLDER]) if DATA_FOLDER in os.environ else None)
    return folder if folder is not None and folder.is_dir() else None
