"""Score a method against a reference: the numbers of `ai-afm evaluate`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput, ModelError
from ai_afm.image.channels import map_channels, phase_in_radians
from ai_afm.image.normalise import CHANNELS
from ai_afm.segment.classical import METHODS, find_lines
from ai_afm.segment.metrics import cl_dice, line_score, random_lines, thinned
from ai_afm.segment.model_file import LoadedModel
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    Channel,
    ClassCode,
    Direction,
    FloatImage,
    Frame,
    Measurement,
    ScanRegion,
    ScanRequest,
)

UNET = "unet"
CLASSICAL_MIN_PIXELS = 12
"""Pieces of a classical method's mask that are dropped, px; a model's card has its own number."""

KINDS: Mapping[str, tuple[int, ...]] = {
    "domain_wall": tuple(int(c) for c in DOMAIN_WALL_CODES),
    "grain_boundary": (int(ClassCode.GRAIN_BOUNDARY),),
}
_ANY = tuple(sorted(c for codes in KINDS.values() for c in codes))
_SEED = 20260101

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reference:
    """A real or simulated scan with its true lines, from an `.npz` file.

    Parameters
    ----------
    name
        Of the file.
    kind
        "domain_wall" or "grain_boundary".
    use
        "full", or "recall_only" where true lines are missing in the reference.
    lines, band, ignore
        (lines, pixels) bool: 1-px lines, the band around them, and what does not count.
    channels
        Canonical name -> (lines, pixels) float32, SI units, phase in rad.
    pixel_size
        (between lines, along a line), m.
    mapping
        (name in the file, canonical name) of each channel.
    """

    name: str
    kind: str
    use: str
    lines: Mask
    band: Mask
    ignore: Mask
    channels: Mapping[str, FloatImage]
    pixel_size: tuple[float, float]
    mapping: tuple[tuple[str, str], ...]


def read_reference(path: Path) -> Reference:
    """Read a reference file; its arrays carry the orientation that row 0 is the top.

    Raises
    ------
    BadInput
        When the file cannot be read, or lacks or contradicts what a reference needs.
    """
    try:
        # opened here, for numpy leaves a file open that it cannot read
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            part = {key: stored[key] for key in stored.files}
    except (OSError, ValueError, BadZipFile, EOFError) as exc:
        raise BadInput(f"{path} is no readable .npz file: {exc}") from exc
    missing = {"channels", "channel_names", "mask", "kind"} - part.keys()
    if missing:
        raise BadInput(f"{path} is no reference: it has no {', '.join(sorted(missing))}")
    mask, images = part["mask"].astype(bool), part["channels"]
    names = [str(n) for n in part["channel_names"]]
    kind = str(part["kind"])
    if kind not in KINDS:
        raise BadInput(f"{path}: unknown kind {kind!r}; known: {', '.join(KINDS)}")
    if images.shape != (len(names), *mask.shape) or mask.ndim != 2:
        raise BadInput(
            f"{path}: channels {images.shape} do not fit {len(names)} names, mask {mask.shape}"
        )
    mapped = map_channels(names)
    channels: dict[str, FloatImage] = {}
    for entry, image in sorted(
        zip(mapped, images, strict=True), key=lambda m: m[0].direction.value
    ):
        # "retrace" sorts before "trace": where a file has both, the trace stays
        value = np.asarray(image, np.float32)
        channels[entry.name] = phase_in_radians(value, "")[0] if entry.name == "phase" else value
    size = part.get("pixel_size_m", np.full(2, np.nan))
    return Reference(
        name=path.stem,
        kind=kind,
        use=str(part.get("use", "full")),
        lines=mask,
        band=part.get("mask_band", mask).astype(bool),
        ignore=part.get("ignore", np.zeros(mask.shape)).astype(bool),
        channels=channels,
        pixel_size=(float(size[0]), float(size[1])),
        mapping=tuple((m.original_name, m.name) for m in mapped),
    )


def evaluate_reference(
    path: Path,
    method: str = UNET,
    model: LoadedModel | None = None,
    channels: Sequence[str] | None = None,
) -> dict[str, object]:
    """Score one method on one reference.

    Parameters
    ----------
    path
        The reference, an `.npz` file.
    method
        "unet" or one of `classical.METHODS`.
    model
        For "unet".
    channels
        Canonical names of the channels that may be used; `None` for all.

    Returns
    -------
    dict
        name, kind, method; f1, precision and recall at 1 and 2 px of the class that `kind` names;
        any_f1 at both; called_fraction of the un-thinned mask of any class; random_f1_2px and
        random_recall_2px of as many random pixels as were drawn; cldice. `None` where a number has
        no meaning.

    Raises
    ------
    BadInput
        When the file is no reference, the method is unknown, or a channel that was asked for is
        missing.
    ModelError
        When "unet" is asked for without a model.
    """
    reference = read_reference(path)
    if channels is not None:
        absent = [c for c in channels if c not in reference.channels]
        if absent:
            there = ", ".join(reference.channels)
            raise BadInput(f"{path} has no channel {absent[0]!r}; it has: {there}")
    usable = {
        n: reference.channels[n]
        for n in CHANNELS
        if n in reference.channels and (channels is None or n in channels)
    }
    rng = np.random.default_rng(_SEED)
    if method == UNET:
        if model is None:
            raise ModelError("the method 'unet' needs a model")
        label = _unet_label(usable, reference, model)
        own, called = np.isin(label, KINDS[reference.kind]), np.isin(label, _ANY)
        min_pixels = model.card.decision.min_pixels
    else:
        if method not in METHODS:
            raise BadInput(f"unknown method {method!r}; known: {', '.join((UNET, *METHODS))}")
        own = called = find_lines(method, usable, rng)
        # random pixels are a control, not pieces of lines
        min_pixels = 0 if method == "random" else CLASSICAL_MIN_PIXELS
    scores = _scores(reference, own, called, min_pixels, rng)
    return {"name": reference.name, "kind": reference.kind, "method": method, **scores}


def _unet_label(
    channels: Mapping[str, FloatImage], reference: Reference, model: LoadedModel
) -> NDArray[np.uint8]:
    from ai_afm.segment.predict import UnetSegmenter, segment_frame

    frame = frame_of(channels, reference.pixel_size)
    return segment_frame(frame, UnetSegmenter(model)).label


def frame_of(channels: Mapping[str, FloatImage], pixel_size: tuple[float, float]) -> Frame:
    """Wrap finished images, (lines, pixels) each, as a frame that was scanned downwards."""
    if not channels:
        raise BadInput("no channel to segment")
    shape = next(iter(channels.values())).shape
    known = [s if np.isfinite(s) and s > 0 else 1.0 for s in pixel_size]
    region = ScanRegion((0.0, 0.0), (known[1] * shape[1], known[0] * shape[0]))
    units = {"height": "m", "phase": "rad"}
    return Frame(
        request=ScanRequest(region, (shape[0], shape[1]), line_rate=1.0),
        data={(name, Direction.TRACE): image for name, image in channels.items()},
        channels=tuple(Channel(name, units.get(name, "arb")) for name in channels),
        scanned={Direction.TRACE: np.ones(shape[0], np.bool_)},
        measurement=Measurement(),
    )


def _scores(
    reference: Reference, own: Mask, called: Mask, min_pixels: int, rng: np.random.Generator
) -> dict[str, float | None]:
    true, ignore = reference.lines, reference.ignore
    drawn, any_drawn = thinned(own, min_pixels), thinned(called, min_pixels)
    one, two = (line_score(drawn, true, ignore, t) for t in (1, 2))
    any_one, any_two = (line_score(any_drawn, true, ignore, t) for t in (1, 2))
    chance = line_score(random_lines(int((drawn & ~ignore).sum()), ignore, rng), true, ignore, 2)
    return {
        "f1_1px": one.f1,
        "precision_1px": one.precision,
        "recall_1px": one.recall,
        "f1_2px": two.f1,
        "precision_2px": two.precision,
        "recall_2px": two.recall,
        "any_f1_1px": any_one.f1,
        "any_f1_2px": any_two.f1,
        "called_fraction": float(called.mean()),
        "random_f1_2px": chance.f1,
        "random_recall_2px": chance.recall,
        "cldice": cl_dice(own, reference.band, ignore),
    }
