"""Make a lab of the twin's frames whose truth is known, as a model sees them; a process of its own.

`python -m ai_afm_gui.review.material FOLDER [--frames N] [--walls N] [--seed S]
[--second NAME@VERSION]`. It is the only module here that loads a network, so nothing of the window
imports it.
"""

import argparse
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ai_afm.bench.flywheel.material import CERAMIC, frames_of
from ai_afm.bench.flywheel.night import truth_of
from ai_afm.bench.quality.answers import make_segmenter
from ai_afm.bench.quality.frames import Exam, pose
from ai_afm.bench.quality.worlds import FAMILIES, Scene, draw_scene
from ai_afm.flywheel.fill import Filling, fill_with
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.records import Label, Source, pack_label
from ai_afm.flywheel.seen import Seen
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.windows import stake_of
from ai_afm.segment.base import Segmenter
from ai_afm.segment.model_file import load_model
from ai_afm.store.segmentation_file import Provenance, read_segmentation, write_segmentation
from ai_afm.types import ClassCode, Segmentation

LINES = tuple(c for c in ClassCode if c not in (ClassCode.BACKGROUND, ClassCode.IGNORE))
MODEL = "wallnet@2.7.0"
TRUTH = "truth.npz"
"""In the folder: the true lines of each frame, by its hash; see `bench.flywheel.night.truth_of`."""
LAB = "lab"
WALLS = "walls.npz"
"""In the folder: for each larger frame of walls its truth, and what the model says, in 1/255."""
WALL_FAMILIES = ("stripes", "labyrinth", "irregular", "lamellae", "bubbles", "soft_lamellae")
WALL_SHAPE = (352, 416)
"""Lines and pixels of a frame in which walls of 300 px are looked for."""


def make_lab(
    folder: Path, frames: int, seed: int, model: str = MODEL, second: str | None = None
) -> Path:
    """Make a lab with a filled review queue, and beside it the truth; return the lab folder.

    Parameters
    ----------
    folder
        New or empty.
    frames
        Number of frames; the families of samples come by turns, the ceramic that the model knows
        badly among them.
    seed
        Of samples, instruments and the lot.
    model
        "name@version" of the model that is corrected.
    second
        Another one, whose predictions are stored as well.
    """
    families = (*(name for name in FAMILIES if name != "bare"), CERAMIC)
    exams = frames_of(families, seed, frames)
    names = (model,) if second is None else (model, second)
    segmenters = [make_segmenter(load_model(name, [])) for name in names]
    truth: dict[str, Label] = {}
    with FlywheelStore.open(Lab.make(folder / LAB)) as store:
        seen = []
        for number, exam in enumerate(exams):
            looks = [_look(one, number, exam) for one in segmenters]
            seen.append(_seen(number, exam, looks[0]))
            record = store.add_frame(seen[-1].frame, seen[-1].source)
            for content in looks:
                store.add_prediction(record.sha256, content)
            truth[record.sha256] = truth_of(exam)
        fill_with(store, seen, Filling(per_frame=1, seed=seed))
    with zipfile.ZipFile(folder / TRUTH, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, label in truth.items():
            archive.writestr(f"{name}.npy", pack_label(label))
    return folder / LAB


def make_walls(folder: Path, frames: int, seed: int, model: str = MODEL) -> Path:
    """Image larger frames of walls as a model sees them; return the file.

    Parameters
    ----------
    folder
        Where it goes.
    frames
        How many; the families come by turns.
    seed
        Of samples and instruments.
    model
        "name@version".
    """
    segmenter = make_segmenter(load_model(model, []))
    path = folder / WALLS
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(frames):
            exam = pose(
                _large(draw_scene(seed, number, WALL_FAMILIES[number % len(WALL_FAMILIES)]))
            )
            segmenter.begin(exam.frame)
            said = segmenter.glimpse(exam.frame, exam.frame.shape[0], final=True)
            line = np.rint(255 * np.nan_to_num(said.probability_of(*LINES))).astype(np.uint8)
            archive.writestr(f"truth-{number:03d}.npy", pack_label(truth_of(exam)))
            archive.writestr(f"line-{number:03d}.npy", pack_label(line))
    return path


def _large(scene: Scene) -> Scene:
    """Return a scene that is imaged with more lines and pixels of the same size."""
    lines, pixels = WALL_SHAPE
    pixel = scene.pixel
    spec = replace(scene.spec, extent=1.5 * pixel * max(WALL_SHAPE))
    region = replace(scene.request.region, size=(pixels * pixel, lines * pixel))
    return replace(
        scene, spec=spec, request=replace(scene.request, region=region, shape=WALL_SHAPE)
    )


def _look(segmenter: Segmenter, number: int, exam: Exam) -> bytes:
    """Return the segmentation file that a run would have stored."""
    segmenter.begin(exam.frame)
    said: Segmentation = segmenter.glimpse(exam.frame, exam.frame.shape[0], final=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seen.h5"
        write_segmentation(path, said, Provenance(number, exam.frame.shape[0], final=True))
        return path.read_bytes()


def _seen(number: int, exam: Exam, content: bytes) -> Seen:
    """Return a frame as the queue is filled from it."""
    measurement = replace(exam.frame.measurement, sample=f"{exam.scene.family} {number}")
    frame = replace(exam.frame, measurement=measurement)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seen.h5"
        path.write_bytes(content)
        stored = read_segmentation(path)
    source = Source(f"{number:064x}", "scan", number, f"scans/{number:06d}.h5")
    urgent = "unlike anything that the model knows" if stored.segmentation.ood else ""
    stake = stake_of(stored.segmentation, np.ones(frame.shape[0], np.bool_))
    return Seen(source, str(number), frame, content, stored, stake, (), 0, urgent)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(prog="ai_afm_gui.review.material", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--walls", type=int, default=0, help="larger frames of walls")
    parser.add_argument("--second")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.frames:
        make_lab(given.folder, given.frames, given.seed, given.model, given.second)
    if given.walls:
        make_walls(given.folder, given.walls, given.seed, given.model)


if __name__ == "__main__":
    main()
