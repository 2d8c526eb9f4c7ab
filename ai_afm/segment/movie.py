"""High-speed AFM: whole frames from a movie or a stream, one after the other.

Frame by frame the row cache saves nothing, so frames go through an `Engine` as a whole. While the
network works on one frame the next is fetched and normalised. Levels are carried from frame to
frame, as it is the same surface: no frame waits for its own first lines.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.image.normalise import NormaliseState, normalise, start_state
from ai_afm.segment.decide import labelled, probabilities, too_fine
from ai_afm.segment.inputs import adopted, arrived
from ai_afm.segment.model_file import OUTSIDE, LoadedModel
from ai_afm.segment.outside import OutsideScore, judge_from
from ai_afm.segment.predict import build_network
from ai_afm.segment.runtime import Engine, TorchEngine, choose_dtype
from ai_afm.segment.uncertainty import uncertainty
from ai_afm.types import FloatImage, Frame, Segmentation, SlowDirection

Images: TypeAlias = NDArray[np.floating]


def segment_movie(
    frames: Iterable[Frame] | Images,
    model: LoadedModel,
    engine: Engine | None = None,
    ahead: int = 1,
) -> Iterator[Segmentation]:
    """Segment the frames of a movie or a stream, in their order.

    Parameters
    ----------
    frames
        Finished frames of one surface; or (frames, lines, pixels) heights, m, row 0 at the top.
        The iterable may block until the instrument has the next frame.
    model
        From `load_model`.
    engine
        What runs the network; `None` is torch on one thread. Its runs overlap with nothing but the
        normalisation of later frames, so it may use as many threads as there are cores.
    ahead
        Frames that are fetched before the oldest one's answer is given: 1 keeps two cores busy and
        answers one frame late, 0 answers each frame before the next is fetched.

    Yields
    ------
    Segmentation
        Of each frame, all rows settled.

    Raises
    ------
    BadInput
        When a frame has no channel that the network can use, or an infinite reading.
    """
    if engine is None:
        engine = TorchEngine(build_network(model), choose_dtype())
    work = _FrameWork(model, engine)
    waiting: deque[Future[Segmentation]] = deque()
    state: NormaliseState | None = None
    raised = model.card.network.raised
    # one worker: the engine's answers stay in order, and one network uses the cores at a time
    with ThreadPoolExecutor(1) as pool:
        try:
            for frame in frames:
                channels, direction = _channels(frame)
                planes, state = _planes(channels, state, raised)
                fine = isinstance(frame, Frame) and too_fine(frame, model)
                waiting.append(pool.submit(work, planes, direction, fine))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _channels(frame: Frame | Images) -> tuple[dict[str, FloatImage], SlowDirection]:
    """Return a frame's lines in order of arrival, by channel."""
    if isinstance(frame, Frame):
        return arrived(frame, 0, frame.shape[0]), frame.request.slow_direction
    image = np.asarray(frame)
    if image.ndim != 2:
        raise BadInput(f"a movie of heights is (frames, lines, pixels), not one of {image.shape}")
    return {"height": image.astype(np.float32, copy=False)}, SlowDirection.DOWN


def _planes(
    channels: dict[str, FloatImage], before: NormaliseState | None, raised: bool
) -> tuple[FloatImage, NormaliseState]:
    """Normalise a frame with the levels at the end of the one before."""
    own = start_state(channels, raised=raised)
    return normalise(channels, own if before is None else adopted(before, own))


class _FrameWork:
    """From planes to a segmentation: what the worker does with each frame."""

    def __init__(self, model: LoadedModel, engine: Engine) -> None:
        self._model = model
        self._engine = engine
        self._judge = judge_from(model.arrays, OUTSIDE)

    def __call__(
        self, planes: FloatImage, direction: SlowDirection, is_too_fine: bool
    ) -> Segmentation:
        """Segment planes (inputs, lines, pixels) in order of arrival."""
        logits = self._engine.run(planes[None])
        probability = probabilities(torch.from_numpy(logits[0]), self._model)
        # presence planes: a row without any reading says nothing
        probability[:, ~planes[4:].any(axis=(0, 2))] = np.nan
        if direction is SlowDirection.UP:
            probability = np.ascontiguousarray(probability[:, ::-1])
        score, beyond = self._ood(planes)
        return Segmentation(
            probability=probability,
            classes=self._model.card.network.classes,
            label=labelled(probability, self._model),
            uncertainty=uncertainty(probability),
            model=self._model.spec,
            model_sha256=self._model.sha256,
            settled=planes.shape[1],
            slow_direction=direction,
            ood_score=score,
            ood=beyond or is_too_fine,
        )

    def _ood(self, planes: FloatImage) -> tuple[float | None, bool]:
        """Return how far a frame lies outside, and whether that is too far."""
        if self._judge is None:
            return None, False
        outside = OutsideScore(self._judge)
        outside.add(planes, finished=True)
        return outside.value, outside.beyond
