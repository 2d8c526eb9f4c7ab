"""What the network costs on this processor: CPU time of one thread, compared in the same run.

CPU time and ratios, since wall time on a shared machine tells of the others. All variants take
turns in each round, and medians over the rounds are compared.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai_afm.segment.decide import labelled, probabilities
from ai_afm.segment.kernels import Kernels
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.predict import build_network
from ai_afm.segment.row_cache import RowCache, full_frame
from ai_afm.segment.runtime import DTYPES, flop_per_pixel, in_dtype, peak_gflops
from ai_afm.types import FloatImage

NEW_LINES = 16
BAND = 32
"""Provisional rows in the banded stream."""
_ALL = {"provisional": None, "settled": 0, "band": BAND}
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Speed:
    """Cost of the network and of its row cache, CPU ms of one thread, and whether they agree.

    Parameters
    ----------
    dtype
        Number format.
    peak_gflops
        What one core can do at most in it: the larger of a matrix product and a 3x3 convolution.
    share_of_peak
        What a full pass reaches of that.
    full_ms
        A full pass.
    refresh_provisional_ms, refresh_band_ms, refresh_settled_ms
        16 new lines in the middle of the frame: all rows so far up to date, the last 32 rows up to
        date, settled rows only.
    ratio_provisional, ratio_settled
        A full pass against such a refresh.
    stream_over_full_provisional, stream_over_full_band, stream_over_full_settled
        A whole frame in steps of 16 lines, the last flush included, against a full pass.
    labels_equal
        Whether all streams end with the labels of the full pass.
    max_logit_difference
        Largest difference of their logits, relative to the largest logit.
    """

    dtype: str
    peak_gflops: float
    share_of_peak: float
    full_ms: float
    refresh_provisional_ms: float
    refresh_band_ms: float
    refresh_settled_ms: float
    ratio_provisional: float
    ratio_settled: float
    stream_over_full_provisional: float
    stream_over_full_band: float
    stream_over_full_settled: float
    labels_equal: bool
    max_logit_difference: float

    def as_dict(self) -> dict[str, float | bool | str]:
        """Return the fields by name."""
        return asdict(self)


@dataclass(slots=True)
class _Stream:
    """Times of a frame that comes in steps, and its last logits."""

    total: float
    refresh: float
    logits: Tensor


def measure_speed(
    model: LoadedModel, planes: FloatImage, dtype: str = "float32", rounds: int = 5
) -> tuple[Speed, NDArray[np.uint8]]:
    """Measure full passes and streams of a frame; sets torch to one thread meanwhile.

    Parameters
    ----------
    model
        Whose network.
    planes
        (inputs, lines, pixels) float32, at least 6 steps of 16 lines.
    dtype
        "float32" or "bfloat16".
    rounds
        Medians are taken over so many.

    Returns
    -------
    speed
        The figures.
    label
        (lines, pixels) uint8: labels of the full pass.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        kernels = in_dtype(build_network(model), DTYPES[dtype])
        return _measure(model, kernels, torch.from_numpy(planes), dtype, rounds)
    finally:
        torch.set_num_threads(threads)


def _measure(
    model: LoadedModel, kernels: Kernels, planes: Tensor, dtype: str, rounds: int
) -> tuple[Speed, NDArray[np.uint8]]:
    full_frame(kernels, planes)
    spent: dict[str, list[float]] = {name: [] for name in ("peak", "full", *_ALL)}
    refresh: dict[str, list[float]] = {name: [] for name in _ALL}
    label = np.zeros(planes.shape[1:], np.uint8)
    equal, difference = True, 0.0
    for _ in range(rounds):
        spent["peak"].append(peak_gflops(DTYPES[dtype], repeats=2))
        seconds, logits = _timed(lambda: full_frame(kernels, planes))
        spent["full"].append(seconds)
        label = labelled(probabilities(logits, model), model)
        for name, band in _ALL.items():
            stream = _stream(kernels, planes, band)
            spent[name].append(stream.total)
            refresh[name].append(stream.refresh)
            equal &= np.array_equal(labelled(probabilities(stream.logits, model), model), label)
            off = float((stream.logits - logits).abs().max() / logits.abs().max())
            difference = max(difference, off)
    middle = {name: statistics.median(values) for name, values in spent.items()}
    push = {name: statistics.median(values) for name, values in refresh.items()}
    full, pixels = middle["full"], planes.shape[1] * planes.shape[2]
    flop = flop_per_pixel(build_network(model)) * pixels
    speed = Speed(
        dtype=dtype,
        peak_gflops=middle["peak"],
        share_of_peak=flop / full / 1e9 / middle["peak"],
        full_ms=1e3 * full,
        refresh_provisional_ms=1e3 * push["provisional"],
        refresh_band_ms=1e3 * push["band"],
        refresh_settled_ms=1e3 * push["settled"],
        ratio_provisional=full / push["provisional"],
        ratio_settled=full / push["settled"],
        stream_over_full_provisional=middle["provisional"] / full,
        stream_over_full_band=middle["band"] / full,
        stream_over_full_settled=middle["settled"] / full,
        labels_equal=bool(equal),
        max_logit_difference=difference,
    )
    return speed, label


def _stream(kernels: Kernels, planes: Tensor, band: int | None) -> _Stream:
    lines = planes.shape[1]
    cache = RowCache(kernels, lines, planes.shape[2], band)
    pushes = []
    for start in range(0, lines, NEW_LINES):
        new = planes[:, start : start + NEW_LINES]
        pushes.append(_timed(lambda rows=new: cache.push(rows))[0])  # type: ignore[misc]
    # the first pushes have fewer rows above them, the last one flushes
    middle = pushes[len(pushes) // 4 : -1]
    return _Stream(sum(pushes), statistics.median(middle), cache.logits)


def _timed(work: Callable[[], _Result]) -> tuple[float, _Result]:
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result
