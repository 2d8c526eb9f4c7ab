"""The U-Net as a `Segmenter`: rows in, probabilities and labels out, no row computed in vain."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ai_afm.errors import BadInput, ModelError
from ai_afm.image.normalise import (
    CHANNELS,
    PLANES,
    START_LINES,
    NormaliseState,
    normalise,
    start_state,
)
from ai_afm.segment.model_file import NETWORK, OUTSIDE, LoadedModel
from ai_afm.segment.row_cache import RowCache
from ai_afm.segment.uncertainty import cloud_from, uncertainty
from ai_afm.segment.unet import Architecture, UNet, folded
from ai_afm.types import ClassCode, Direction, FloatImage, Frame, Segmentation, SlowDirection

_OOD_ROWS = 8
"""Deepest rows (of 8 lines each) below which a frame is too short to be judged."""

DRAWN_CODES = (
    ClassCode.WALL,
    ClassCode.WALL_180,
    ClassCode.WALL_FERROELASTIC,
    ClassCode.GRAIN_BOUNDARY,
)
"""Classes of "any": what the issue's scores call a wall or a boundary."""


def build_network(model: LoadedModel) -> UNet:
    """Return the model's network, ready for inference.

    Raises
    ------
    ModelError
        When the model wants other input planes than this version makes.
    """
    card = model.card.network
    if card.inputs != PLANES:
        raise ModelError(
            f"{model.spec} wants the inputs {', '.join(card.inputs)}; here: {', '.join(PLANES)}"
        )
    network = UNet(Architecture(len(card.inputs), len(card.classes), card.width, card.depth))
    network.load_state_dict(weights_of(model))
    return folded(network)


def weights_of(model: LoadedModel) -> dict[str, torch.Tensor]:
    """Return a copy of the network's weights by name, as `UNet.load_state_dict` takes them."""
    arrays = {n.removeprefix(NETWORK): a for n, a in model.arrays.items() if n.startswith(NETWORK)}
    return {n: torch.from_numpy(np.array(a)) for n, a in arrays.items()}


class UnetSegmenter:
    """A U-Net that keeps its rows: a `Segmenter`.

    Parameters
    ----------
    model
        From `load_model`.
    threads
        Threads of the network's arithmetic.
    inherited
        State of normalisation of a parent scan of the same surface, for narrow bands; `None`
        starts anew.
    """

    def __init__(
        self, model: LoadedModel, threads: int = 1, inherited: NormaliseState | None = None
    ) -> None:
        self._model = model
        self._threads = threads
        self._inherited = inherited
        self._network = build_network(model)
        self._cloud = cloud_from(model.arrays, OUTSIDE)
        self._progress: _Progress | None = None

    @property
    def model(self) -> str:
        """Name and version: "name@version"."""
        return self._model.spec

    @property
    def model_sha256(self) -> str:
        """Hash of the weights."""
        return self._model.sha256

    @property
    def normalisation(self) -> NormaliseState | None:
        """State after the last glimpse, for a band that inherits it; `None` before any."""
        return self._progress.state if self._progress else None

    @property
    def rows_computed(self) -> float:
        """Convolution rows computed so far, in full-resolution rows: a cost without a clock."""
        return self._progress.computed if self._progress else 0.0

    def begin(self, frame: Frame) -> None:
        """Start a new frame; its buffers grow while the scan runs.

        Raises
        ------
        BadInput
            When the frame has no channel that the network can use.
        """
        if not _usable(frame):
            there = ", ".join(sorted({name for name, _ in frame.data})) or "none"
            raise BadInput(
                f"no channel that the network can use ({', '.join(CHANNELS)}); there are: {there}"
            )
        self._progress = _Progress(frame.shape, len(self._model.card.network.classes))

    def glimpse(self, frame: Frame, lines: int, final: bool = False) -> Segmentation:
        """Segment the first `lines` rows (in order of arrival) of the frame that was begun.

        With `final`, nothing more will come: all scanned rows are settled. See `Segmenter`.

        Raises
        ------
        BadInput
            When `begin` was not called for a frame of this shape, `lines` goes back or beyond the
            frame, or a reading is infinite.
        """
        progress = self._progress
        if progress is None or progress.shape != frame.shape:
            raise BadInput(f"a frame of shape {frame.shape} was not begun")
        if not max(progress.lines, 1) <= lines <= frame.shape[0]:
            raise BadInput(f"{lines} lines asked for; {progress.lines} seen of {frame.shape[0]}")
        with _threads(self._threads):
            self._advance(frame, progress, lines, final)
        return self._segmentation(frame, progress)

    def _advance(self, frame: Frame, progress: "_Progress", lines: int, final: bool) -> None:
        new = lines > progress.lines
        if not new and (progress.finished or not final):
            return
        if progress.lines < START_LINES and self._inherited is None and new:
            # levels of the first lines are only known now: everything so far (< 24 lines) once more
            progress.restart()
        start = progress.lines
        channels = _arrived(frame, start, lines)
        if start == 0:
            progress.state = start_state(channels)
            if self._inherited is not None:
                progress.state = _adopt(self._inherited, progress.state)
            progress.cache = RowCache(self._network, *frame.shape)
        planes, progress.state = normalise(channels, progress.state)
        progress.known[start:lines] = planes[4:].any(axis=(0, 2))
        assert progress.cache is not None
        pushed = progress.cache.push(torch.from_numpy(planes), final)
        progress.lines, progress.settled = lines, pushed.settled
        progress.finished = final or lines == frame.shape[0]
        progress.computed += pushed.computed
        logits = progress.cache.logits[:, pushed.first :] / self._model.card.decision.temperature
        progress.probability[:, pushed.first : lines] = logits.softmax(dim=0).float().numpy()
        progress.probability[:, :lines][:, ~progress.known[:lines]] = np.nan
        # before the start-up levels are fixed, nothing is settled
        if lines < START_LINES and self._inherited is None and not progress.finished:
            progress.settled = 0

    def _segmentation(self, frame: Frame, progress: "_Progress") -> Segmentation:
        card = self._model.card
        probability = np.array(progress.probability)
        direction = frame.request.slow_direction
        if direction is SlowDirection.UP:
            probability = probability[:, ::-1]
        probability = np.ascontiguousarray(probability)
        score = self._ood(progress)
        limit = card.decision.ood_threshold
        return Segmentation(
            probability=probability,
            classes=card.network.classes,
            label=labelled(probability, self._model),
            uncertainty=uncertainty(probability),
            model=self.model,
            model_sha256=self.model_sha256,
            settled=progress.settled,
            slow_direction=direction,
            ood_score=score,
            ood=score is not None and limit is not None and score > limit,
        )

    def _ood(self, progress: "_Progress") -> float | None:
        if self._cloud is None or progress.cache is None:
            return None
        features = progress.cache.features
        if features.shape[1] < _OOD_ROWS:
            return None
        return self._cloud.distance(features.numpy())


class _Progress:
    """How far a frame has come: the row cache and what it said, rows in order of arrival."""

    def __init__(self, shape: tuple[int, int], classes: int) -> None:
        self.shape = shape
        self.state = NormaliseState()
        self.cache: RowCache | None = None
        self.lines = 0
        self.settled = 0
        self.finished = False
        self.computed = 0.0
        self.known = np.zeros(shape[0], np.bool_)
        self.probability = np.full((classes, *shape), np.nan, np.float32)

    def restart(self) -> None:
        """Forget the rows, keep the count of work."""
        self.state, self.cache, self.lines = NormaliseState(), None, 0


def labelled(probability: FloatImage, model: LoadedModel) -> NDArray[np.uint8]:
    """Turn probabilities into class codes by the model's thresholds.

    A pixel is drawn where walls and boundaries together are more probable than the card's
    threshold, as the likeliest of them; else it is a topography edge where that alone is; else
    background.

    Parameters
    ----------
    probability
        (classes, lines, pixels) float32, NaN where nothing is known.
    model
        Whose classes and thresholds count.

    Returns
    -------
    label
        (lines, pixels) uint8; 255 where nothing is known.
    """
    classes, decision = model.card.network.classes, model.card.decision
    drawn = [i for i, c in enumerate(classes) if c in DRAWN_CODES]
    label = np.zeros(probability.shape[1:], np.uint8)
    if ClassCode.TOPOGRAPHY_EDGE in classes:
        edge = probability[classes.index(ClassCode.TOPOGRAPHY_EDGE)]
        label[edge > decision.edge_threshold] = ClassCode.TOPOGRAPHY_EDGE
    if drawn:
        planes = probability[drawn]
        called = planes.sum(axis=0) > decision.any_threshold
        codes = np.array([classes[i] for i in drawn], np.uint8)
        label[called] = codes[planes[:, called].argmax(axis=0)]
    label[np.isnan(probability[0])] = ClassCode.IGNORE
    return label


def segment_frame(frame: Frame, segmenter: UnetSegmenter) -> Segmentation:
    """Segment a finished frame in one go.

    Raises
    ------
    BadInput
        When the frame has no usable channel.
    """
    segmenter.begin(frame)
    return segmenter.glimpse(frame, frame.shape[0], final=True)


def _usable(frame: Frame) -> dict[str, FloatImage]:
    """Return the channels that the network knows: trace, or retrace where there is no trace."""
    found = {}
    for name in CHANNELS:
        image = frame.get(name, Direction.TRACE)
        if image is None:
            image = frame.get(name, Direction.RETRACE)
        if image is not None:
            found[name] = image
    return found


def _arrived(frame: Frame, start: int, lines: int) -> dict[str, FloatImage]:
    """Return lines `start` to `lines`, in order of arrival, of the usable channels."""
    if frame.request.slow_direction is SlowDirection.UP:
        return {n: c[::-1][start:lines] for n, c in _usable(frame).items()}
    return {n: c[start:lines] for n, c in _usable(frame).items()}


def _adopt(inherited: NormaliseState, own: NormaliseState) -> NormaliseState:
    """Inherit levels; a channel that the parent did not have starts with its own."""
    state = inherited.inherited()
    scale = state.height_scale if np.isfinite(state.height_scale) else own.height_scale
    level = state.amplitude_level if np.isfinite(state.amplitude_level) else own.amplitude_level
    return replace(state, height_scale=scale, amplitude_level=level)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    if before == count:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
