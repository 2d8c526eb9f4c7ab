"""Score a method against a reference: the numbers of `ai-afm evaluate`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput, ModelError
from ai_afm.image.channels import pick
from ai_afm.image.normalise import CHANNELS
from ai_afm.image.readers import Reference, read_file, read_reference
from ai_afm.image.readers.npz import read_arrays
from ai_afm.segment.classical import METHODS, find_lines
from ai_afm.segment.metrics import (
    LineScore,
    betti_errors,
    betti_errors_in_windows,
    cl_dice,
    density_error,
    joined,
    junction_score,
    line_score,
    random_lines,
    thinned,
)
from ai_afm.segment.metrics.classes import class_scores
from ai_afm.segment.model_file import LoadedModel
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    ClassCode,
    Direction,
    FloatImage,
    Frame,
    Segmentation,
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
TOLERANCES = (1, 2, 3)
"""Distances at which lines are scored, px."""
JUNCTION_TOLERANCE = 3.0
"""Distance at which a junction counts as found, px: thinning moves junctions by 1 to 2."""
SCORES = (
    *(f"{part}_{t}px" for t in TOLERANCES for part in ("f1", "precision", "recall")),
    *(f"any_f1_{t}px" for t in TOLERANCES),
    "called_fraction",
    *(f"random_{part}_{t}px" for t in TOLERANCES for part in ("f1", "precision", "recall")),
    "cldice",
    "betti0_error",
    "betti1_error",
    "betti0_error_window",
    "betti1_error_window",
    "junction_f1",
    "junction_precision",
    "junction_recall",
    "density_error",
    "confusion",
    "wall_vs_boundary_confusion",
    "ece",
    "ece_by_class",
    "ood",
    "ood_score",
)
"""What is reported of each file, beside its name, kind, use and method."""
NEEDS: Mapping[str, tuple[str, ...]] = {
    "sato": ("amplitude", "height"),
    "log-sato": ("amplitude", "height"),
    "canny": ("amplitude", "height"),
    "phase-gradient": ("phase",),
}
"""Channels of which a classical method needs one."""

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
        name, kind, use, method; f1, precision and recall at 1, 2 and 3 px of the class that `kind`
        names (codes 1, 2 and 3 for "domain_wall"), each beside random_f1 ... of as many random
        pixels as were drawn; any_f1 of any class; called_fraction of the un-thinned mask of any
        class; cldice; betti0_error and betti1_error (pieces and holes) of the whole image, and
        their means over windows of 64 px; junction_f1 ... at 3 px, one to one; density_error, by
        how much too long the drawn lines are, where `use` is "full"; confusion of line pixels,
        wall_vs_boundary_confusion, ece and ece_by_class of a network where the archive holds the
        class `codes` of its lines; ood and ood_score: a frame outside the model's world is scored
        all the same, but a run would not act on it. `None` where a number has no meaning, or the
        method cannot see any of the channels.

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
    head = _head(path.stem, reference.kind, reference.use, method)
    usable = _usable(reference.frame, channels, path)
    if _blind(method, usable):
        return head
    rng = np.random.default_rng(_SEED)
    answer = _ask(method, model, usable, reference.frame, rng)
    codes = read_arrays(path).get("codes")
    scores = _line_scores(reference, answer, rng) | _shape_scores(reference, answer)
    return head | scores | _said(answer) | _class_scores(reference, answer, codes)


def evaluate_scan(
    path: Path,
    method: str = UNET,
    model: LoadedModel | None = None,
    channels: Sequence[str] | None = None,
) -> dict[str, object]:
    """Say how much a method draws on a scan without a reference: silence, where nothing is.

    Parameters, exceptions and fields as in `evaluate_reference`; `kind` and `use` are `None`, and
    so is everything but `called_fraction`, `ood` and `ood_score`.
    """
    frame = read_file(path)
    head = _head(path.stem, None, None, method)
    usable = _usable(frame, channels, path)
    if _blind(method, usable):
        return head
    return head | _said(_ask(method, model, usable, frame, np.random.default_rng(_SEED)))


def _head(name: str, kind: str | None, use: str | None, method: str) -> dict[str, object]:
    first: dict[str, object] = {"name": name, "kind": kind, "use": use, "method": method}
    return first | dict.fromkeys(SCORES)


def _blind(method: str, usable: Mapping[str, FloatImage]) -> bool:
    """Tell whether a method can see none of the channels: then nothing is measured."""
    return method in NEEDS and not set(NEEDS[method]) & set(usable)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a method drew: a label image and what counts as drawn; how to thin it.

    `segmentation` is `None` for a classical method: it knows no classes, and what it draws counts
    as whichever class is asked for.
    """

    called: Mask
    min_pixels: int
    segmentation: Segmentation | None = None

    def of(self, kind: str) -> Mask:
        """Return the un-thinned mask of the class that a reference asks for."""
        if self.segmentation is None:
            return self.called
        return np.isin(self.segmentation.label, KINDS[kind])


def _ask(
    method: str,
    model: LoadedModel | None,
    usable: Mapping[str, FloatImage],
    frame: Frame,
    rng: np.random.Generator,
) -> _Answer:
    if method == UNET:
        if model is None:
            raise ModelError("the method 'unet' needs a model")
        said = _segment(usable, frame, model)
        return _Answer(np.isin(said.label, _ANY), model.card.decision.min_pixels, said)
    if method not in METHODS:
        raise BadInput(f"unknown method {method!r}; known: {', '.join((UNET, *METHODS))}")
    # random pixels are a control, not pieces of lines
    min_pixels = 0 if method == "random" else CLASSICAL_MIN_PIXELS
    return _Answer(find_lines(method, usable, rng), min_pixels)


def _usable(frame: Frame, channels: Sequence[str] | None, path: Path) -> dict[str, FloatImage]:
    """Return the channels that a method may use, the trace where there is one."""
    found = {n: image for n in CHANNELS if (image := pick(frame, n)) is not None}
    usable = {n: image for n, image in found.items() if channels is None or n in channels}
    if not usable:
        asked = ", ".join(channels or CHANNELS)
        raise BadInput(f"{path} has none of the channels {asked}; it has: {', '.join(found)}")
    return usable


def _segment(channels: Mapping[str, FloatImage], frame: Frame, model: LoadedModel) -> Segmentation:
    from ai_afm.segment.predict import UnetSegmenter, segment_frame

    chosen = {(name, Direction.TRACE): image for name, image in channels.items()}
    scanned = {Direction.TRACE: np.ones(frame.shape[0], np.bool_)}
    limited = replace(frame, data=chosen, scanned=scanned)
    return segment_frame(limited, UnetSegmenter(model))


def _line_scores(
    reference: Reference, answer: _Answer, rng: np.random.Generator
) -> dict[str, object]:
    true, ignore = reference.mask, reference.ignore
    own = answer.of(reference.kind)
    drawn, any_drawn = (thinned(mask, answer.min_pixels) for mask in (own, answer.called))
    chance = random_lines(int((drawn & ~ignore).sum()), ignore, rng)
    scores: dict[str, object] = {}
    for t in TOLERANCES:
        scores |= _named(line_score(drawn, true, ignore, t), "", f"_{t}px")
        scores |= _named(line_score(chance, true, ignore, t), "random_", f"_{t}px")
        scores[f"any_f1_{t}px"] = line_score(any_drawn, true, ignore, t).f1
    return scores | {"cldice": cl_dice(own, reference.mask_band, ignore)}


def _shape_scores(reference: Reference, answer: _Answer) -> dict[str, object]:
    """Return how the drawn lines hang together, and how long they are."""
    true, ignore = joined(reference.mask), reference.ignore
    drawn = thinned(answer.of(reference.kind), answer.min_pixels)
    whole = betti_errors(drawn, true, ignore)
    window = betti_errors_in_windows(drawn, true, ignore)
    # what a reference lacks would count as drawn too much
    full = reference.use == "full"
    return {
        "betti0_error": whole.b0,
        "betti1_error": whole.b1,
        "betti0_error_window": window.b0,
        "betti1_error_window": window.b1,
        "density_error": density_error(drawn, true, ignore) if full else None,
        **_named(junction_score(drawn, true, ignore, JUNCTION_TOLERANCE), "junction_", ""),
    }


def _class_scores(
    reference: Reference, answer: _Answer, codes: NDArray[np.generic] | None
) -> dict[str, Any]:
    if codes is None or answer.segmentation is None:
        return {}
    if codes.shape != reference.mask.shape:
        raise BadInput(f"codes have the shape {codes.shape}, the scan {reference.mask.shape}")
    named = codes.astype(np.uint8)
    return class_scores(answer.segmentation, named, reference.ignore, answer.min_pixels)


def _said(answer: _Answer) -> dict[str, object]:
    said = answer.segmentation
    known = said is not None and said.ood_score is not None
    return {
        "called_fraction": float(answer.called.mean()),
        "ood": said.ood if said is not None and known else None,
        "ood_score": said.ood_score if said is not None else None,
    }


def _named(score: LineScore, before: str, after: str) -> dict[str, float | None]:
    return {
        f"{before}{part}{after}": getattr(score, part) for part in ("f1", "precision", "recall")
    }
