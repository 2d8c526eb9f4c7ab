"""The flywheel in numbers: F1 against corrected crops, by the review queue and by lot."""

import hashlib
import json
import logging
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ai_afm.bench.flywheel.climb import Round, Teaching, climb
from ai_afm.bench.flywheel.material import POLYCRYSTALS, Material, frames_of
from ai_afm.bench.flywheel.models import BASE, PLENTY, base_crops, base_model, taught
from ai_afm.bench.flywheel.night import Night, Review
from ai_afm.bench.flywheel.scores import answers_of, counts_of, pooled_f1
from ai_afm.bench.quality.frames import Exam
from ai_afm.flywheel.annotator import Skill
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.fit import TrainSettings
from ai_afm.flywheel.rounds.learn import RoundSettings
from ai_afm.segment.model_file import LoadedModel
from ai_afm.store import platform

log = logging.getLogger(__name__)

ROUND = RoundSettings()
"""How a round learns: as in a lab."""
SHARE = 0.9
"""Share of the lost F1 that counts as back."""
_STREAMS = {"test": 6_100_000, "golden": 6_200_000, "plenty": 6_300_000, "night": 6_400_000}
"""Seeds of the samples of each part; a night adds the benchmark's own."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the benchmark is.

    Parameters
    ----------
    base, plenty, round
        How the models are trained.
    replay_worlds, replay_crops
        Simulated worlds without the material against forgetting, and crops of each.
    check_worlds, check_crops
        The same, for what tells how much of the base model a round keeps.
    test, golden, plenty_frames
        Frames of the material that models are judged by, of each other family, and of the material
        for the ceiling.
    night
        Frames of the material and of other families in a night.
    counts, by_lot
        Corrected crops after which a model is trained; by lot, it goes on with the second.
    """

    base: TrainSettings = BASE
    plenty: RoundSettings = PLENTY
    round: RoundSettings = ROUND
    replay_worlds: int = 50
    replay_crops: int = 12
    check_worlds: int = 64
    check_crops: int = 2
    test: int = 48
    golden: int = 24
    plenty_frames: int = 120
    night: tuple[int, int] = (20, 60)
    counts: tuple[int, ...] = (3, 6, 10)
    by_lot: tuple[int, ...] = (20, 40)


def benchmark(
    seed: int, work: Path, size: Size | None = None, material: Material = POLYCRYSTALS
) -> dict[str, Any]:
    """Leave a material out of a base model, and win it back with corrections.

    A night's scans show the material in a quarter of the frames. The review queue, or the lot,
    chooses crops of 128 px, a simulated annotator corrects them, and each round learns from the
    base model with all corrections so far.

    Parameters
    ----------
    seed
        Of the night, the lot, and the annotator's hand; base model and test frames stay the same.
    work
        Folder for what takes long: models, and rounds that are done. A second call goes on.
    size
        How large.
    material
        What is left out.

    Returns
    -------
    dict
        The numbers, plain JSON values.
    """
    size = size or Size()
    work.mkdir(parents=True, exist_ok=True)
    test = frames_of(material.families, _STREAMS["test"], size.test)
    golden = frames_of(material.others, _STREAMS["golden"], size.golden * len(material.others))
    base = base_model(work, material, size.base)
    replay = base_crops(material, size.base.seed + 7, size.replay_worlds, size.replay_crops)
    checks = base_crops(material, size.base.seed + 11, size.check_worlds, size.check_crops)
    judge = partial(_judged, test=test, golden=golden)
    teaching = Teaching(base, replay, checks, size.round, judge, material.families)
    start, before = judge(base)
    ceiling, _ = judge(_ceiling(work, base, replay, size, material))
    goal = start + SHARE * (ceiling - start)
    night = _night(base, seed, size, material)
    rounds = {
        chooser: _rounds(work / f"rounds-{chooser}-{seed}.json", chooser, night, size, teaching,
                         goal, seed)
        for chooser in ("queue", "lot")
    }  # fmt: skip
    drops = _drops(before, rounds["queue"])
    return {
        "material_left_out": material.name,
        "base": base.spec,
        "families": list(material.families),
        "seed": seed,
        "f1_start": round(start, 4),
        "f1_ceiling": round(ceiling, 4),
        "f1_goal": round(goal, 4),
        "rounds": [asdict(r) for r in rounds["queue"]],
        "random_rounds": [asdict(r) for r in rounds["lot"]],
        "frames_to_90": frames_to(goal, start, rounds["queue"]),
        "random_frames_to_90": frames_to(goal, start, rounds["lot"]),
        "golden_before": {name: round(f1, 4) for name, f1 in before.items()},
        "golden_drop": drops,
        "golden_drop_max": max(drops.values(), default=0.0),
        "night": {"of_material": size.night[0], "of_others": size.night[1]},
        "annotator": asdict(Skill()),
        "work": str(work),
    }


def frames_to(goal: float, start: float, rounds: Sequence[Round]) -> float | None:
    """Return after how many crops a goal is reached, straight between rounds; `None` if never."""
    if start >= goal:
        return 0.0
    points = [(0, start), *((r.corrected_frames, r.f1) for r in rounds)]
    for (n, low), (m, high) in pairwise(points):
        if high >= goal:
            return round(n + (m - n) * (goal - low) / (high - low), 2)
    return None


def _judged(
    model: LoadedModel, test: Sequence[Exam], golden: Sequence[Exam]
) -> tuple[float, dict[str, float]]:
    """Return the F1 on the material, and on each other family in which something is to be seen."""
    own = pooled_f1(counts_of(answers_of(model, test), test))
    others = counts_of(answers_of(model, golden), golden)
    return own, {f: pooled_f1({f: counts}) for f, counts in others.items() if counts[:, 3].sum()}


def _ceiling(
    work: Path, base: LoadedModel, replay: Sequence[TrainingCrop], size: Size, material: Material
) -> LoadedModel:
    plenty = frames_of(material.families, _STREAMS["plenty"], size.plenty_frames)
    return taught(work, base, plenty, replay, size.plenty)


def _night(base: LoadedModel, seed: int, size: Size, material: Material) -> Night:
    """Return the scans of a night, in random order, as the base model sees them."""
    new, known = size.night
    exams = frames_of(material.families, _STREAMS["night"] + 2 * seed, new)
    exams += frames_of(material.others, _STREAMS["night"] + 2 * seed + 1, known)
    order = np.random.default_rng([seed, 29]).permutation(len(exams))
    mixed = [exams[n] for n in order]
    return Night(mixed, answers_of(base, mixed))


def _rounds(
    path: Path,
    chooser: str,
    night: Night,
    size: Size,
    teaching: Teaching,
    goal: float,
    seed: int,
) -> list[Round]:
    """Go through the rounds of one way to choose; by lot, until the goal is reached."""
    key = _key(size, seed)
    known = _stored(path, key)
    counts = size.counts if chooser == "queue" else (*size.counts, *size.by_lot)
    found: list[Round] = []
    with tempfile.TemporaryDirectory() as folder:
        review = Review(Path(folder) / "lab", night, seed)
        asked = review.by_queue() if chooser == "queue" else review.by_lot()
        for one in climb(review, asked, counts, teaching, known):
            found.append(one)
            log.info("%s: %s", chooser, one)
            _store(path, key, found)
            if chooser == "lot" and one.f1 >= goal:
                break
        review.store.close()
    return found


def _drops(before: Mapping[str, float], rounds: Sequence[Round]) -> dict[str, float]:
    """Return by how much the last round has lowered the F1 of each other family."""
    after = rounds[-1].golden
    return {name: round(f1 - after[name], 4) for name, f1 in before.items()}


def _key(size: Size, seed: int) -> str:
    """Return what rounds depend on: those of other settings are done again."""
    said = json.dumps(asdict(replace(size, by_lot=())) | {"seed": seed}, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _stored(path: Path, key: str) -> dict[int, Round]:
    if not path.is_file():
        return {}
    stored = json.loads(path.read_text("utf-8"))
    if stored["key"] != key:
        return {}
    rounds = [Round(**one) for one in stored["rounds"]]
    return {one.corrected_frames: one for one in rounds}


def _store(path: Path, key: str, rounds: Iterable[Round]) -> None:
    content = json.dumps({"key": key, "rounds": [asdict(r) for r in rounds]}, indent=1)
    platform.write_atomically(path, content.encode())
