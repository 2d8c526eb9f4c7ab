"""What `ai-afm demo --flywheel` does between its two runs: correct, learn, judge, and compare.

The sample is a material on which the model that ships is weak: the grains of a ferroelectric
ceramic off resonance, where boundaries and twins stand close to walls. A simulated person corrects
what the review queue asks; the twin's truth is known to that person and to the scores alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.config import RunConfig, parse_config
from ai_afm.errors import BadInput
from ai_afm.flywheel.annotator import Skill, Work, correct
from ai_afm.flywheel.datasets.freeze import Split, freeze
from ai_afm.flywheel.datasets.learning import crops_in
from ai_afm.flywheel.fill import fill_from_run
from ai_afm.flywheel.gate.cases import Case, recorded
from ai_afm.flywheel.gate.lab import GateSettings, Hearing, hear, looker_of
from ai_afm.flywheel.gate.scores import f1
from ai_afm.flywheel.gate.tally import GROUPS, NAMED, tally
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Label, Place, Window
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.rounds.begin import Around, Wish
from ai_afm.flywheel.rounds.training import train_round
from ai_afm.flywheel.sessions import CorrectionSession
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.image.scan_layout import read_scan
from ai_afm.microscope.simulated.surface import World
from ai_afm.report.gain_figure import Compared
from ai_afm.report.truth import true_world
from ai_afm.segment.decide import DRAWN_CODES
from ai_afm.segment.metrics import coded
from ai_afm.segment.model_file import LoadedModel
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import ClassCode, Frame, SlowDirection

PERSON = "simulated person"
CORRECTED = 10
"""Crops that the person corrects."""
ANOTHER = 100
"""Added to the seed: the second run scans another sample of the material."""
_LINES = (ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC, ClassCode.GRAIN_BOUNDARY)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the demo is: pixels of an overview's edge, and crops that are corrected."""

    overview: int = 256
    corrected: int = CORRECTED


def material_config(seed: int, sizes: Sizes) -> RunConfig:
    """Return a run on a sample of the material; nothing is probed."""
    pixels = sizes.overview
    return RunConfig.model_validate(
        {
            "run": {
                "sample": f"digital twin: ferroelectric ceramic, seed {seed}",
                "operator": "demo",
                "seed": seed,
                "authority": "unattended",
                "budget_min": 120.0,
            },
            "instrument": {
                "kind": "simulated",
                "clock": "instant",
                "options": {
                    "world": "ferroelectric_ceramic",
                    "scale_nm": 1200.0,
                    "mode": "off_resonance",
                    "seed": seed,
                },
            },
            "overview": {"size_nm": (20.0 * pixels, 20.0 * pixels), "lines": pixels,
                         "pixels": pixels},
            "targets": {"count": 2, "lines": pixels // 2, "pixels": pixels // 2},
        }
    )  # fmt: skip


def corrected_by_person(
    store: FlywheelStore, run: RunFolder, count: int, seed: int
) -> Iterator[Work]:
    """Fill the queue from a run, and let a simulated person correct what it asks first."""
    fill_from_run(store, run.path)
    world = _world(run)
    queue, rng = ReviewQueue(store), np.random.default_rng([seed, 31])
    for _ in range(count):
        item = queue.next(PERSON)
        if item is None:
            return
        session = CorrectionSession.begin(store, item.place, PERSON, item.prediction, item.id)
        truth = truth_for_person(store.images(item.place.frame), item.place, world)
        yield correct(session, truth, Skill(), rng)[1]


def truth_for_person(frame: Frame, place: Place, world: World) -> Label:
    """Return the true lines that stand out in a window, and 255 where others do not."""
    label = place.window.of(true_lines(frame, world))
    crop = crops_in(frame, place.window, label, max(label.shape))[0]
    inside = tuple(slice(n) for n in label.shape)
    line, visible = crop.label[inside] > 0, crop.visible[inside] > 0
    truth = np.where(visible, crop.label[inside], np.uint8(ClassCode.BACKGROUND))
    truth[_widened(line & ~visible) & ~_widened(visible)] = ClassCode.IGNORE
    # crops are in order of arrival
    upwards = frame.request.slow_direction is SlowDirection.UP
    return np.ascontiguousarray(truth[::-1] if upwards else truth)


def learned_round(
    store: FlywheelStore, around: Around, wish: Wish, gate: GateSettings | None = None
) -> tuple[dict[str, Any], Hearing]:
    """Freeze all corrections, train a candidate, let the gate judge it; promote it if it passed."""
    freeze(store, "demo", Split(validation=0.0))
    trained = train_round(store, wish, around)
    hearing = hear(store, trained["model"], gate, around.shipped)
    if hearing.judgement.passed:
        registry = Registry(store, around.shipped)
        for step in ("looks on", "is used"):
            registry.promote(trained["model"], PERSON, f"demo: it has passed the gate and {step}")
    return trained, hearing


@dataclass(frozen=True, slots=True)
class Gain:
    """How two models do on the scans of a run, by the twin's truth.

    Parameters
    ----------
    before, after
        F1 at 2 px: of lines with their classes, of any line, of domain walls, of grain boundaries.
    scans
        Number of scans.
    """

    before: dict[str, float]
    after: dict[str, float]
    scans: int

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def gain_on(run: RunFolder, models: tuple[LoadedModel, LoadedModel]) -> Gain:
    """Let two models look at all scans of a run, as their labels draw lines."""
    world = _world(run)
    cases = [list(_cases(frame, world)) for frame in frames_of(run)]
    before, after = (_scores(model, list(chain.from_iterable(cases))) for model in models)
    return Gain(before, after, len(cases))


def compared(run: RunFolder, models: tuple[LoadedModel, LoadedModel], gain: Gain) -> Compared:
    """Return the first scan of a run with the lines that two models draw, and the true ones."""
    frame = next(frames_of(run))
    before, after = (_drawn(model, frame) for model in models)
    true = true_lines(frame, _world(run))
    return Compared(frame, before, after, true, (_words(gain.before), _words(gain.after)))


def _words(scores: dict[str, float]) -> str:
    return f"F1 {scores[NAMED]:.2f}, of grain boundaries {scores['grain boundary']:.2f}"


def _drawn(model: LoadedModel, frame: Frame) -> Label:
    """Return the 1-px lines of a model's labels."""
    from ai_afm.segment.predict import UnetSegmenter, segment_frame

    label = segment_frame(frame, UnetSegmenter(model)).label
    return coded(label, DRAWN_CODES, model.card.decision.min_pixels)


def frames_of(run: RunFolder) -> Iterator[Frame]:
    """Yield the scans of a run."""
    for file in sorted(run.scans.glob("*.h5")):
        yield read_scan(file).frame


def _cases(frame: Frame, world: World) -> Iterator[Case]:
    whole = Window(0, 0, *frame.shape)
    for crop in crops_in(frame, whole, true_lines(frame, world)):
        yield Case(crop, recorded(crop), ("demo",), "demo")


def _scores(model: LoadedModel, cases: Sequence[Case]) -> dict[str, float]:
    sums = tally(looker_of(model), cases).sum(axis=0)
    return {name: round(float(f1(sums, name)), 4) for name in (NAMED, *GROUPS)}


def true_lines(frame: Frame, world: World) -> Label:
    """Return the true walls and boundaries of a frame, 1 px wide."""
    label = world.labels(frame.region, frame.shape)
    return np.where(np.isin(label, _LINES), label, np.uint8(0)).astype(np.uint8)


def _widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0


def _world(run: RunFolder) -> World:
    world = true_world(parse_config(run.config_file.read_text("utf-8")))
    if world is None:
        raise BadInput(f"{run.path} was not made on the twin: nobody knows its truth")
    return world
