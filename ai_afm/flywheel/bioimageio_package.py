"""A model as a BioImage.IO package, which other programs open, and which `models add` takes back.

Beside the network as TorchScript, with test tensors, a page and a cover, it holds the card and the
weights as they are, with their manifest: whoever adds it elsewhere gets the same model.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import StoreError
from ai_afm.flywheel.bioimageio_text import (
    PackedFiles,
    Publication,
    description,
    page,
    shape_of,
    smallest,
    yaml,
)
from ai_afm.flywheel.model_package import (
    BESIDE,
    FILES,
    MANIFEST,
    RDF,
    ModelFiles,
    manifest,
    model_content,
    write_members,
)
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.image.normalise import normalise, start_state
from ai_afm.segment.decide import labelled
from ai_afm.segment.model_file import CARD, WEIGHTS, LoadedModel
from ai_afm.types import ClassCode, FloatImage

SCRIPT, PLANES_FILE, PROBABILITY, SAMPLE, PAGE, COVER = BESIDE
_SAMPLE_SEED, _SAMPLE_WORLD = 12, 12
"""Of the simulated scan in the test tensors."""
_COVER_PX = 320
_COLOURS = {
    ClassCode.WALL: (60, 60, 235),
    ClassCode.WALL_180: (60, 60, 235),
    ClassCode.WALL_FERROELASTIC: (30, 160, 250),
    ClassCode.GRAIN_BOUNDARY: (210, 140, 40),
    ClassCode.TOPOGRAPHY_EDGE: (90, 170, 60),
}
"""Of the lines on the cover: blue, green, red."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A simulated scan, what the network sees of it, and what it says.

    Parameters
    ----------
    channels
        (3, lines, pixels) float32: height, m; amplitude, arbitrary unit; phase, rad.
    planes
        (7, lines, pixels) float32.
    probability
        (classes, lines, pixels) float32.
    """

    channels: FloatImage
    planes: FloatImage
    probability: FloatImage


def write_bioimageio(folder: Path, out: Path, publication: Publication) -> ModelFiles:
    """Write a model as a BioImage.IO package.

    Parameters
    ----------
    folder
        Of the model; its files are checked first.
    out
        The .zip; must not exist.
    publication
        Authors and licence.

    Raises
    ------
    ModelError
        When the model's files do not match its card, or it wants other inputs than this version
        makes.
    BadInput
        When an author or the licence is none.
    StoreError
        When `out` exists, or the disk refuses.
    """
    publication.check()
    if out.exists():
        raise StoreError(f"{out} exists; choose another name")
    model, content = model_content(folder)
    script, sample = _script_and_sample(model)
    content |= {
        MANIFEST: manifest(model, {name: _sha256(content[name]) for name in FILES}),
        SCRIPT: script,
        PLANES_FILE: _npy(sample.planes[None]),
        PROBABILITY: _npy(sample.probability[None]),
        SAMPLE: _npy(sample.channels),
        PAGE: page(model.card, publication).encode(),
        COVER: _cover(sample, model),
    }
    hashes = {name: _sha256(data) for name, data in content.items()}
    beside = (CARD, WEIGHTS, MANIFEST, SAMPLE)
    files = PackedFiles(SCRIPT, PLANES_FILE, PROBABILITY, PAGE, COVER, beside, hashes)
    torch_version = version("torch").partition("+")[0]
    rdf = yaml(description(model.card, publication, files, torch_version)).encode()
    write_members(out, {RDF: rdf, **content})
    return ModelFiles(hashes[WEIGHTS], hashes[CARD])


def _script_and_sample(model: LoadedModel) -> tuple[bytes, Sample]:
    """Return the network as TorchScript, and what it says of a simulated scan."""
    import torch
    from torch import Tensor, nn

    from ai_afm.segment.predict import build_network

    class Probabilities(nn.Module):
        """The network with its calibrated softmax."""

        def __init__(self) -> None:
            super().__init__()
            self.network = build_network(model).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
            self.temperature = float(model.card.decision.temperature)

        def forward(self, planes: Tensor) -> Tensor:
            """Return (n, classes, lines, pixels) of (n, planes, lines, pixels)."""
            logits: Tensor = self.network(planes)
            return torch.softmax(logits / self.temperature, dim=1)

    channels, planes = _simulated_scan(model)
    batch = torch.from_numpy(planes[None])
    with warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
        # TorchScript is deprecated in favour of torch.export, whose files these readers do not know
        warnings.simplefilter("ignore", DeprecationWarning)
        traced = torch.jit.trace(Probabilities().eval(), batch)  # type: ignore[no-untyped-call]
        stream = io.BytesIO()
        torch.jit.save(traced, stream)
    probability: FloatImage = traced(batch)[0].detach().numpy()
    return stream.getvalue(), Sample(channels, planes, probability)


def _simulated_scan(model: LoadedModel) -> tuple[FloatImage, FloatImage]:
    """Return channels, (3, lines, pixels), and planes; lines are not pixels, so nobody mixes up."""
    align = shape_of(model.card).align
    lines, pixels = smallest(model.card) + 2 * align, smallest(model.card)
    crop = twin_crops(_SAMPLE_SEED, _SAMPLE_WORLD, 1, lines)[0]
    units = {"height": 1e-9, "amplitude": 1.0, "phase": 1.0}
    channels = {
        name: np.asarray(crop.channels[name], np.float32)[:, :pixels] * np.float32(unit)
        for name, unit in units.items()
    }
    planes, _ = normalise(channels, start_state(channels, raised=shape_of(model.card).raised))
    return np.stack(list(channels.values())), planes


def _cover(sample: Sample, model: LoadedModel) -> bytes:
    """Return a picture, twice as wide as high: the amplitude, and the lines on it; a .png."""
    amplitude = sample.channels[1]
    low, high = np.nanpercentile(amplitude, (2, 98))
    grey = np.nan_to_num(np.clip((amplitude - low) / max(high - low, 1e-12), 0, 1))
    left = cv2.cvtColor((255 * grey).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    right = left // 2 + 96
    label = labelled(sample.probability, model)
    for code, colour in _COLOURS.items():
        right[label == code] = colour
    side = min(label.shape)
    halves = [
        cv2.resize(half[:side, :side], (_COVER_PX, _COVER_PX), interpolation=cv2.INTER_NEAREST)
        for half in (left, right)
    ]
    return bytes(cv2.imencode(".png", np.hstack(halves))[1])


def _npy(image: NDArray[np.float32]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(image), (1, 0), allow_pickle=False)
    return stream.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
