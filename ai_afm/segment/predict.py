"""The U-Net as a `Segmenter`: rows in, probabilities and labels out, no row computed in vain."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from ai_afm.errors import BadInput, ModelError
from ai_afm.image.normalise import (
    CHANNELS,
    PLANES,
    RAISED,
    START_LINES,
    NormaliseState,
    normalise,
    start_state,
)
from ai_afm.segment.decide import labelled, probabilities, too_fine
from ai_afm.segment.inputs import adopted, arrived, usable
from ai_afm.segment.model_file import NETWORK, OUTSIDE, LoadedModel
from ai_afm.segment.outside import OutsideScore, judge_from
from ai_afm.segment.row_cache import RowCache
from ai_afm.segment.runtime import Engine, choose_dtype, dtype_name, in_dtype
from ai_afm.segment.uncertainty import uncertainty
from ai_afm.segment.unet import UNet, architecture_of, folded
from ai_afm.types import ClassCode, FloatImage, Frame, Segmentation, SlowDirection


def build_network(model: LoadedModel) -> UNet:
    """Return the model's network, ready for inference.

    Raises
    ------
    ModelError
        When the model wants other input planes than this version makes.
    """
    card = model.card.network
    if card.inputs not in (PLANES, RAISED):
        raise ModelError(
            f"{model.spec} wants the inputs {', '.join(card.inputs)}; here: {', '.join(PLANES)}, "
            f"or {', '.join(RAISED[1:4])}"
        )
    network = UNet(architecture_of(card))
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
    dtype
        Number format, "float32" or "bfloat16"; `None`: see `runtime.choose_dtype`.
    band
        Rows behind the newest one that a glimpse refreshes before they settle; `None`: all of
        them, so that a glimpse is what the network says of the lines so far; 0: rows are unknown
        until they settle. See `RowCache`.
    engine
        What segments frames that are finished when they come; `None` leaves that to the rows, too.
    """

    def __init__(
        self,
        model: LoadedModel,
        threads: int = 1,
        inherited: NormaliseState | None = None,
        dtype: str | None = None,
        band: int | None = None,
        engine: Engine | None = None,
    ) -> None:
        self._model = model
        self._threads = threads
        self._inherited = inherited
        self._dtype = choose_dtype(dtype)
        self._band = band
        self._engine = engine
        self._kernels = in_dtype(build_network(model), self._dtype)
        self._judge = judge_from(model.arrays, OUTSIDE)
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
    def dtype(self) -> str:
        """Number format of the arithmetic: "float32" or "bfloat16"."""
        return dtype_name(self._dtype)

    @property
    def normalisation(self) -> NormaliseState | None:
        """State after the last glimpse, for a band that inherits it; `None` before any."""
        return self._progress.state if self._progress else None

    @property
    def ood_limit(self) -> float | None:
        """Score beyond which the frame that was begun is flagged; `None` without a limit.

        A judge has one for each set of channels, and none before it says anything.
        """
        if self._progress is None or self._progress.outside is None:
            return None
        return self._progress.outside.limit

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
        if not usable(frame):
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
        channels = arrived(frame, start, lines)
        if start == 0:
            progress.outside = OutsideScore(self._judge) if self._judge else None
            progress.state = start_state(channels, raised=self._model.card.network.raised)
            if self._inherited is not None:
                progress.state = adopted(self._inherited, progress.state)
        planes, progress.state = normalise(channels, progress.state)
        progress.known[start:lines] = planes[4:].any(axis=(0, 2))
        progress.lines = lines
        progress.finished = final or lines == frame.shape[0]
        if progress.outside is not None:
            progress.outside.add(planes, progress.finished)
        if self._engine is not None and start == 0 and lines == frame.shape[0]:
            self._run_engine(self._engine, progress, planes)
        else:
            self._push(progress, planes)
        # before the start-up levels are fixed, nothing is settled
        if lines < START_LINES and self._inherited is None and not progress.finished:
            progress.settled = 0

    def _run_engine(self, engine: Engine, progress: "_Progress", planes: FloatImage) -> None:
        logits = engine.run(planes[None])
        progress.settled = progress.lines
        progress.take(torch.from_numpy(logits[0]), 0, self._model)

    def _push(self, progress: "_Progress", planes: FloatImage) -> None:
        if progress.cache is None:
            progress.cache = RowCache(self._kernels, *progress.shape, self._band)
        pushed = progress.cache.push(torch.from_numpy(planes), progress.finished)
        progress.settled = pushed.settled
        progress.computed += pushed.computed
        progress.take(progress.cache.logits[:, pushed.first :], pushed.first, self._model)

    def _segmentation(self, frame: Frame, progress: "_Progress") -> Segmentation:
        card = self._model.card
        direction = frame.request.slow_direction
        step = -1 if direction is SlowDirection.UP else 1
        score, beyond = self._ood(progress)
        return Segmentation(
            # copies: later glimpses go on writing
            probability=progress.probability[:, ::step].copy(),
            classes=card.network.classes,
            label=progress.label[::step].copy(),
            uncertainty=progress.uncertainty[::step].copy(),
            model=self.model,
            model_sha256=self.model_sha256,
            settled=progress.settled,
            slow_direction=direction,
            ood_score=score,
            ood=beyond or too_fine(frame, self._model),
        )

    def _ood(self, progress: "_Progress") -> tuple[float | None, bool]:
        """Return how far the frame lies outside, and whether that is too far."""
        if progress.outside is None:
            return None, False
        return progress.outside.value, progress.outside.beyond


class _Progress:
    """How far a frame has come: the row cache and what it said, rows in order of arrival."""

    def __init__(self, shape: tuple[int, int], classes: int) -> None:
        self.shape = shape
        self.state = NormaliseState()
        self.cache: RowCache | None = None
        self.outside: OutsideScore | None = None
        self.lines = 0
        self.settled = 0
        self.finished = False
        self.computed = 0.0
        self.known = np.zeros(shape[0], np.bool_)
        self.probability = np.full((classes, *shape), np.nan, np.float32)
        self.uncertainty = np.full(shape, np.nan, np.float32)
        self.label = np.full(shape, ClassCode.IGNORE, np.uint8)

    def restart(self) -> None:
        """Forget the rows, keep the count of work."""
        self.state, self.cache, self.lines = NormaliseState(), None, 0

    def take(self, logits: torch.Tensor, first: int, model: LoadedModel) -> None:
        """Turn the logits (outputs, rows, pixels) of rows `first` and below into what is said."""
        rows = slice(first, first + logits.shape[1])
        probability = probabilities(logits, model)
        probability[:, ~self.known[rows]] = np.nan
        self.probability[:, rows] = probability
        self.label[rows] = labelled(probability, model)
        self.uncertainty[rows] = uncertainty(probability)


def segment_frame(frame: Frame, segmenter: UnetSegmenter) -> Segmentation:
    """Segment a finished frame in one go.

    Raises
    ------
    BadInput
        When the frame has no usable channel.
    """
    segmenter.begin(frame)
    return segmenter.glimpse(frame, frame.shape[0], final=True)


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
