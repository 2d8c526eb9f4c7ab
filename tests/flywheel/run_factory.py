"""A run whose segmentations were made by a model, look by look, as a run makes them."""

import lab_factory
from model_factory import a_model

from ai_afm.image.scan_layout import LiveScan
from ai_afm.segment.model_file import load_model
from ai_afm.segment.predict import UnetSegmenter
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import Provenance, segmentation_name, write_segmentation
from ai_afm.types import SlowDirection

SHAPE = (96, 112)
LOOKS = (17, 48, 70, 96)


def models_of(folder):
    """A models folder with tiny@1.0.0."""
    if not (folder / "models" / "tiny").exists():
        a_model(folder / "models", "1.0.0", seed=3)
    return folder / "models"


def seen_run(folder, looks=LOOKS, slow=(SlowDirection.DOWN, SlowDirection.UP)):
    """Make a run with a scan in each direction, looked at after so many lines."""
    run = RunFolder.create(folder / "run", "")
    Journal.open(run.journal_file).close()
    segmenter = UnetSegmenter(load_model("tiny@1.0.0", [models_of(folder)]), dtype="float32")
    for number, direction in enumerate(slow, 1):
        lab_factory.a_scan(run, number, slow=direction, shape=SHAPE)
        file = run.scan_file(number)
        with LiveScan(file) as scan:
            frame = scan.refresh()
        segmenter.begin(frame)
        for lines in looks:
            final = lines == SHAPE[0]
            seen = segmenter.glimpse(frame, lines, final)
        path = run.segmentations / segmentation_name(file, seen.model_sha256)
        write_segmentation(path, seen, Provenance(number, lines, final, "2.13.0", "float32", 1))
    return run
