"""Whether a frame lies outside the model's world: a small second network beside the first.

It looks at pieces of 64 x 64 pixels of the very planes that the segmenting network sees, each piece
by itself, and says how much likelier such a piece is something foreign (a grating, a chip, noise, a
failing scan) than a sample with or without walls. A piece is judged once, when its last line is in:
so it is cheap, it does not depend on the frame's shape, and nothing of it is inside the segmenting
network, whose rows stay exact. It learned from what the model was trained on and from painted
foreign frames (outlier exposure: Hendrycks et al. 2019, arXiv:1812.04606).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ai_afm.image.normalise import CHANNELS, PLANES
from ai_afm.types import FloatImage

PIECE = 64
"""Lines and pixels of a piece; a narrower frame is mirrored to that width."""
NARROWEST = 32
"""Pixels of a frame below which nothing is said: at 9 px more than half of them looked foreign."""
SETS = 2 ** len(CHANNELS)
"""Sets of channels: bit i is set where `CHANNELS[i]` is there."""
_FIRST_PRESENCE = len(PLANES) - len(CHANNELS)
_WIDTHS = (16, 24, 32, 48)
_HIDDEN = 32
_SPECTRAL = (12, 24)
_PEAKS = (2, 4, 8, 16, 32, 64, 128)
"""Numbers of modes of a spectrum whose share of the power is looked at."""
_SLOW = 3
"""Modes of less than so many periods a piece say nothing of order."""
_KNOWN_SHARE = 0.5
"""Share of a piece that has to be scanned before it is judged."""


class PieceNetwork(nn.Module):
    """Four convolutions, mean and spread of their maps, and two layers that weigh them.

    Mean and spread are what tells textures apart: Gatys et al. 2015, arXiv:1505.07376. They do not
    know order over long ways, which tells a lattice or a device from grains; the power spectrum
    does (`_spectra`), and two convolutions look at that.
    """

    def __init__(self) -> None:
        super().__init__()
        inputs = (len(PLANES), *_WIDTHS[:-1])
        steps = (2, 2, 2, 1)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(i, o, 3, step, bias=False)
            for i, o, step in zip(inputs, _WIDTHS, steps, strict=True)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(o) for o in _WIDTHS)
        self.lines = nn.ModuleList(
            nn.Conv2d(i, o, 3, 2, bias=False) for i, o in ((len(CHANNELS), _SPECTRAL[0]), _SPECTRAL)
        )
        self.line_norms = nn.ModuleList(nn.BatchNorm2d(o) for o in _SPECTRAL)
        pooled = 2 * sum(_WIDTHS[1:]) + 2 * _SPECTRAL[1] + len(CHANNELS) * len(_PEAKS)
        self.norm = nn.BatchNorm1d(pooled)
        self.hidden = nn.Linear(pooled, _HIDDEN)
        self.last = nn.Linear(_HIDDEN, 1)

    def forward(self, pieces: Tensor) -> Tensor:
        """Return the log odds (N,) that pieces (N, planes, 64, 64) are foreign."""
        pooled: list[Tensor] = []
        x = pieces
        for level, (conv, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            x = functional.relu(norm(conv(x)))
            if level:
                pooled += [x.mean((2, 3)), x.flatten(2).std(2)]
        spectra, peaks = _spectra(pieces)
        for conv, norm in zip(self.lines, self.line_norms, strict=True):
            spectra = functional.relu(norm(conv(spectra)))
        pooled += [spectra.mean((2, 3)), spectra.amax((2, 3)), peaks]
        x = functional.dropout(self.norm(torch.cat(pooled, 1)), 0.1, self.training)
        odds: Tensor = self.last(functional.relu(self.hidden(x)))
        return odds[:, 0]


def _spectra(pieces: Tensor) -> tuple[Tensor, Tensor]:
    """Return what the power spectra of height, amplitude and phase say of order.

    Returns
    -------
    spectra
        (N, 3, 64, 33), logarithm of the power over its mean, zero frequency in the middle row.
    peaks
        (N, 3 * numbers of `_PEAKS`), share of the power that so many strongest modes hold: much in
        a lattice, little in anything grown. Slow modes (tilt, hills) are left out.
    """
    rows, columns = (torch.hann_window(n, periodic=False) for n in pieces.shape[2:])
    modes = torch.fft.rfft2(pieces[:, :4] * columns * rows[:, None])
    power = modes.abs() ** 2
    power = torch.stack([power[:, 0], power[:, 1], power[:, 2] + power[:, 3]], 1)
    power[:, :, :_SLOW, :_SLOW] = 0
    power[:, :, 1 - _SLOW :, :_SLOW] = 0
    mean = power.mean((2, 3), keepdim=True) + 1e-9
    strongest = power.flatten(2).sort(2, descending=True).values.cumsum(2)
    shares = strongest[:, :, [n - 1 for n in _PEAKS]] / (strongest[:, :, -1:] + 1e-6)
    return torch.log1p((power / mean).roll(pieces.shape[2] // 2, 2)), shares.flatten(1)


@dataclass(frozen=True, slots=True)
class Judge:
    """A trained `PieceNetwork` and what it says of the model's own world.

    Parameters
    ----------
    network
        In evaluation mode.
    limit
        (8,) for each set of channels, see `SETS`: log odds that nearly all frames of the model's
        world stay below. The fewer channels there are, the less can be told, and the higher it is.
    """

    network: PieceNetwork
    limit: NDArray[np.float64]

    def odds(self, pieces: FloatImage) -> NDArray[np.float64]:
        """Return the log odds of pieces (N, planes, 64, 64) float32, (N,)."""
        with torch.inference_mode():
            odds: NDArray[np.float64] = self.network(torch.from_numpy(pieces)).double().numpy()
        return odds

    def arrays(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """Return all numbers by name, for the model's file."""
        state = {n: v.numpy() for n, v in self.network.state_dict().items()}
        weights = {prefix + "judge." + n: v for n, v in state.items() if v.ndim}
        return {**weights, prefix + "limit": self.limit.astype(np.float32)}


def judge_from(arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> Judge | None:
    """Return the judge stored in a model's arrays, `None` where the model has none."""
    if prefix + "limit" not in arrays:
        return None
    start = prefix + "judge."
    state = {
        n.removeprefix(start): torch.from_numpy(np.array(a))
        for n, a in arrays.items()
        if n.startswith(start)
    }
    network = PieceNetwork()
    counted = {n: v for n, v in network.state_dict().items() if n.endswith("num_batches_tracked")}
    network.load_state_dict({**counted, **state})
    limit = np.asarray(arrays[prefix + "limit"], np.float64)
    return Judge(network.eval().requires_grad_(False), limit)


def channel_set(planes: FloatImage) -> int:
    """Return which channels have any reading in planes (planes, lines, pixels): bits of `SETS`."""
    presence = planes[_FIRST_PRESENCE:]
    return sum(1 << i for i, plane in enumerate(presence) if plane.any())


def pieces_of(strip: FloatImage) -> FloatImage:
    """Cut a strip (planes, 64, pixels) into pieces (N, planes, 64, 64); the last may overlap."""
    pixels = strip.shape[2]
    if pixels < PIECE:
        strip = np.pad(strip, ((0, 0), (0, 0), (0, PIECE - pixels)), mode="symmetric")
    starts = _starts(strip.shape[2])
    return np.stack([strip[:, :, s : s + PIECE] for s in starts]).astype(np.float32, copy=False)


def _starts(size: int) -> list[int]:
    starts = list(range(0, size - PIECE + 1, PIECE))
    return starts if size % PIECE == 0 else [*starts, size - PIECE]


def all_pieces(planes: FloatImage) -> FloatImage:
    """Cut planes (planes, lines, pixels) of at least 64 lines into pieces (N, planes, 64, 64)."""
    strips = (planes[:, s : s + PIECE] for s in _starts(planes.shape[1]))
    return np.concatenate([pieces_of(strip) for strip in strips])


@dataclass(slots=True)
class OutsideScore:
    """What the judge thinks of one frame while its lines come in.

    Parameters
    ----------
    judge
        Whose opinion it is.
    """

    judge: Judge
    _rows: list[FloatImage] = field(default_factory=list)
    _waiting: int = 0
    _odds: list[float] = field(default_factory=list)
    _channels: int = 0

    def add(self, planes: FloatImage, finished: bool) -> None:
        """Take the next rows (planes, lines, pixels), float32, in order of arrival.

        Rows are judged 64 at a time, each once; what is left over at the end of a frame of at least
        64 lines, together with the lines before it.
        """
        if planes.shape[2] < NARROWEST:
            return
        self._channels |= channel_set(planes)
        self._rows.append(planes)
        self._waiting += planes.shape[1]
        if self._waiting < PIECE and not finished:
            return
        rows = np.concatenate(self._rows, axis=1)
        for strip in self._strips(rows, finished):
            self._judge(strip)

    def _strips(self, rows: FloatImage, finished: bool) -> Iterator[FloatImage]:
        # a whole strip stays, for the last lines of the frame to be judged with those before them
        before = rows.shape[1] - self._waiting
        count = self._waiting // PIECE
        for i in range(count):
            yield rows[:, before + i * PIECE : before + (i + 1) * PIECE]
        self._waiting -= count * PIECE
        if finished and self._waiting and rows.shape[1] >= PIECE:
            yield rows[:, -PIECE:]
        self._rows = [rows[:, -(PIECE + self._waiting) :]]

    def _judge(self, strip: FloatImage) -> None:
        pieces = pieces_of(strip)
        known = pieces[:, _FIRST_PRESENCE:].max(axis=1).mean(axis=(1, 2)) >= _KNOWN_SHARE
        if known.any():
            self._odds += self.judge.odds(pieces[known]).tolist()

    @property
    def value(self) -> float | None:
        """Log odds that the rows so far are foreign.

        `None` before 64 lines have been scanned, and in frames too narrow to be judged.
        The mean over all pieces: a scratch or a particle does not make a frame foreign.
        """
        return float(np.mean(self._odds)) if self._odds else None

    @property
    def limit(self) -> float | None:
        """Log odds that frames of the model's world stay below, with the channels seen so far.

        `None` as long as `value` is.
        """
        return float(self.judge.limit[self._channels]) if self._odds else None

    @property
    def beyond(self) -> bool:
        """Whether that is more than frames of the model's world have, with the same channels."""
        value, limit = self.value, self.limit
        return value is not None and limit is not None and value > limit
