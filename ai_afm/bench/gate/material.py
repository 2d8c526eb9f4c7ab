"""A lab's own material: scans of samples that its model sees badly, and who corrects them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ai_afm.flywheel.annotator import Skill, strokes_for
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.gate.cases import Case, recorded
from ai_afm.flywheel.gate.tally import Looker
from ai_afm.flywheel.records import Label
from ai_afm.flywheel.strokes import paint
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.types import (
    Channel,
    ClassCode,
    Direction,
    Frame,
    Measurement,
    Mode,
    ScanRegion,
    ScanRequest,
    SlowDirection,
)

WORLD_SEED = 6_000_047
"""Added to the seed of the benchmark: samples of its labs, never trained on elsewhere."""
PIXEL = 10e-9
"""Size of a pixel of the frames, m; the lines do not depend on it."""
ENOUGH_PX = 150
"""px of visible line in a crop that is worth asking a person about."""
_CHANNELS = (Channel("height", "m", "Z"), Channel("amplitude", "pm", "A"), Channel("phase", "rad"))
_SCALE = {"height": 1e-9, "amplitude": 30.0, "phase": 1.0}


@dataclass(frozen=True, slots=True)
class Material:
    """A family of samples, by its name and by the mix of the twin's worlds that it is."""

    name: str
    mixes: Mapping[str, float]


MATERIALS = (
    Material("twins", {"twins": 1.0}),
    Material("grains", {"grains": 1.0}),
)


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """One scan of a sample, as the twin made it, and where it was taken."""

    crop: TrainingCrop
    frame: Frame


def scans(material: Material, seed: int, world: int, count: int) -> list[Scan]:
    """Return scans of one sample: a world of the twin, each with an instrument of its own."""
    made = twin_crops(seed + WORLD_SEED, world, count, mixes=material.mixes)
    usable = [c for c in made if all(np.isfinite(i).all() for i in c.channels.values())]
    return [Scan(c, _frame(c, f"{material.name} {world}", k)) for k, c in enumerate(usable)]


def truth_of(crop: TrainingCrop) -> Label:
    """Return the lines that can be seen, 1 px wide, and 255 where nobody could tell."""
    lines = crop.label > 0
    hidden = (lines & (crop.visible == 0)).astype(np.uint8)
    unknown = cv2.dilate(hidden, np.ones((5, 5), np.uint8)) > 0
    truth = np.where(lines & (crop.visible != 0), crop.label, 0).astype(np.uint8)
    truth[(unknown & (truth == 0)) | crop.ignore] = ClassCode.IGNORE
    return truth


def corrected(crop: TrainingCrop, looker: Looker, skill: Skill, rng: np.random.Generator) -> Label:
    """Return the label that a person makes of what a model draws in a crop."""
    case = Case(crop, recorded(crop), ("",), "")
    lines = looker.codes(looker(case))
    shown = cv2.dilate(lines, np.ones((3, 3), np.uint8)).astype(np.uint8)
    truth = truth_of(crop)
    label = paint(shown, strokes_for(shown, truth, skill, rng).strokes)
    return np.where(truth == ClassCode.IGNORE, truth, label).astype(np.uint8)


def _frame(crop: TrainingCrop, sample: str, number: int) -> Frame:
    lines, pixels = crop.label.shape
    # side by side, so that no two scans of a sample claim to show the same place
    centre = (number % 4 * 1.5 * pixels * PIXEL, number // 4 * 1.5 * lines * PIXEL)
    region = ScanRegion(centre, (pixels * PIXEL, lines * PIXEL), 0.0)
    request = ScanRequest(region, (lines, pixels), line_rate=1.0, slow_direction=SlowDirection.DOWN)
    data = {
        (name, Direction.TRACE): (image.astype(np.float32) * np.float32(_SCALE[name]))
        for name, image in crop.channels.items()
    }
    measurement = Measurement(mode=Mode.PFM_DART, instrument="twin", sample=sample)
    scanned = {Direction.TRACE: np.ones(lines, np.bool_)}
    return Frame(request, data, _CHANNELS, scanned, measurement)


def lined(found: Sequence[Scan]) -> list[Scan]:
    """Return the scans with enough lines to be seen: the review queue asks for such."""
    return [s for s in found if ((s.crop.visible != 0) & (s.crop.label > 0)).sum() >= ENOUGH_PX]
