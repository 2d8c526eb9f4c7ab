"""Score a method against a reference: the numbers of `ai-afm evaluate`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput, ModelError
from ai_afm.image.channels import pick
from ai_afm.image.normalise import CHANNELS
from ai_afm.image.readers import Reference, read_reference
from ai_afm.segment.classical import METHODS, find_lines
from ai_afm.segment.metrics import cl_dice, line_score, random_lines, thinned
from ai_afm.segment.model_file import LoadedModel
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Direction, FloatImage, Frame

UNET = "unet"
CLASSICAL_MIN_PIXELS = 12
"""Pieces of a classical method's mask that are dropped, px; a model's card has its own number."""

KINDS: Mapping[str, tuple[int, ...]] = {
    "domain_wall": tuple(int(c) for c in DOMAIN_WALL_CODES),
    "grain_boundary": (int(ClassCode.GRAIN_BOUNDARY),),
}
_ANY = tuple(sorted(c for codes in KINDS.values() for c in codes))
_SEED = 20260101
SCORES = (
    "f1_1px",
    "precision_1px",
    "recall_1px",
    "f1_2px",
    "precision_2px",
    "recall_2px",
    "any_f1_1px",
    "any_f1_2px",
    "called_fraction",
    "random_f1_2px",
    "random_recall_2px",
    "cldice",
)
"""What is reported of each reference, beside its name, kind and method."""

Mask = NDArray[np.bool_]


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
        Canonical names of the channels that may be used, where the file has them; `None` for all.

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
        When the file is no reference, the method is unknown, or none of the channels is there.
    ModelError
        When "unet" is asked for without a model.
    """
    reference = read_reference(path)
    if reference.kind not in KINDS:
        raise BadInput(f"{path}: unknown kind {reference.kind!r}; known: {', '.join(KINDS)}")
    usable = _usable(reference.frame, channels, path)
    head: dict[str, object] = {"name": path.stem, "kind": reference.kind, "method": method}
    if method == "phase-gradient" and "phase" not in usable:
        return {**head, **dict.fromkeys(SCORES)}  # what the method cannot look at is not measured
    rng = np.random.default_rng(_SEED)
    if method == UNET:
        if model is None:
            raise ModelError("the method 'unet' needs a model")
        label = _unet_label(usable, reference.frame, model)
        own, called = np.isin(label, KINDS[reference.kind]), np.isin(label, _ANY)
        min_pixels = model.card.decision.min_pixels
    else:
        if method not in METHODS:
            raise BadInput(f"unknown method {method!r}; known: {', '.join((UNET, *METHODS))}")
        own = called = find_lines(method, usable, rng)
        # random pixels are a control, not pieces of lines
        min_pixels = 0 if method == "random" else CLASSICAL_MIN_PIXELS
    scores = _scores(reference, own, called, min_pixels, rng)
    return {**head, **scores}


def _usable(frame: Frame, channels: Sequence[str] | None, path: Path) -> dict[str, FloatImage]:
    """Return the channels that a method may use, the trace where there is one."""
    found = {n: image for n in CHANNELS if (image := pick(frame, n)) is not None}
    usable = {n: image for n, image in found.items() if channels is None or n in channels}
    if not usable:
        asked = ", ".join(channels or CHANNELS)
        raise BadInput(f"{path} has none of the channels {asked}; it has: {', '.join(found)}")
    return usable


def _unet_label(
    channels: Mapping[str, FloatImage], frame: Frame, model: LoadedModel
) -> NDArray[np.uint8]:
    from ai_afm.segment.predict import UnetSegmenter, segment_frame

    chosen = {(name, Direction.TRACE): image for name, image in channels.items()}
    scanned = {Direction.TRACE: np.ones(frame.shape[0], np.bool_)}
    limited = replace(frame, data=chosen, scanned=scanned)
    return segment_frame(limited, UnetSegmenter(model)).label


def _scores(
    reference: Reference, own: Mask, called: Mask, min_pixels: int, rng: np.random.Generator
) -> dict[str, float | None]:
    true, ignore = reference.mask, reference.ignore
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
        "cldice": cl_dice(own, reference.mask_band, ignore),
    }
