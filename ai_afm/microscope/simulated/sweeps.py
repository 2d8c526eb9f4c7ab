"""Sweeps of a path imaged in blocks: where their samples lie, and what is recorded at them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.contact import Conditions, Felt
from ai_afm.microscope.simulated.imaging import signals
from ai_afm.microscope.simulated.instrument import Instrument
from ai_afm.microscope.simulated.noise import LineEvents
from ai_afm.microscope.simulated.patch import Lattice, Patch, felt_patch
from ai_afm.microscope.simulated.scanner import hysteresis_shift, plane_and_bow
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.surface import Array
from ai_afm.microscope.simulated.track import Indices, Track
from ai_afm.types import FloatImage


@dataclass(frozen=True, slots=True)
class ImagedSweeps:
    """Passes that were imaged together: channel -> (passes, pixels) float32, in sweep order.

    A sweep shorter than the longest one repeats its last sample. `saturated` is (passes,).
    """

    channels: Mapping[str, FloatImage]
    saturated: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SweepBlock:
    """Consecutive sweeps of a track, when they begin, and where the tip truly is.

    Parameters
    ----------
    track
        The path.
    sweeps
        (m,) numbers of the sweeps.
    times
        (m,) when each begins, s.
    shift
        (m, 2) true minus believed position, m.
    voltages
        (DC bias, AC amplitude), V.
    events
        What happens to the sweeps of the path.
    """

    track: Track
    sweeps: Indices
    times: Array
    shift: Array
    voltages: tuple[float, float]
    events: LineEvents

    def part(self, chosen: Indices) -> "SweepBlock":
        """Return some of the sweeps."""
        return SweepBlock(self.track, self.sweeps[chosen], self.times[chosen], self.shift[chosen],
                          self.voltages, self.events)  # fmt: skip

    def groups(self) -> list[Indices]:
        """Return which sweeps (as places in the block) have the same dwell time, in order."""
        dwell = self.track.dwell[self.sweeps]
        if (dwell == dwell[0]).all():
            return [np.arange(len(self.sweeps))]
        return [np.flatnonzero(dwell == value) for value in np.unique(dwell)]

    def shares(self, *, overscan: bool) -> Array:
        """Return where the samples lie, (m, samples): 0 at the start of a sweep, 1 at its end."""
        n, over = self.track.pixels[self.sweeps], self.track.overscan[self.sweeps]
        over = over if overscan else np.zeros_like(over)
        last = n + 2 * over - 1
        k = np.minimum(np.arange(int(last.max()) + 1), last[:, None])
        return np.asarray((k - over[:, None] + 0.5) / n[:, None])

    def believed(self, share: Array) -> tuple[Array, Array]:
        """Return x, y (m, samples) where the instrument believes to be."""
        ends = self.track.ends[self.sweeps]
        start, way = ends[:, 0], ends[:, 1] - ends[:, 0]
        return start[:, :1] + share * way[:, :1], start[:, 1:] + share * way[:, 1:]

    def true(self, share: Array) -> tuple[Array, Array]:
        """Return x, y (m, samples) where the tip truly is, hysteresis apart."""
        x, y = self.believed(share)
        return x + self.shift[:, :1], y + self.shift[:, 1:]


def image_sweeps(
    block: SweepBlock, lattice: Lattice, instrument: Instrument, rng: np.random.Generator
) -> list[tuple[Indices, ImagedSweeps]]:
    """Image a block of sweeps.

    Parameters
    ----------
    block, lattice
        Which sweeps, and the lattice that `plan_block` found for them.
    instrument
        Sample, settings and phases; nothing of it is changed.
    rng
        Where the noise comes from.

    Returns
    -------
    groups
        (places in the block (m,), what was imaged of them: passes in the order trace 0, retrace 0,
        trace 1, ...).
    """
    settings, parts = instrument.imaging, [(g, block.part(g)) for g in block.groups()]
    paths = [_passes(part, settings) for _, part in parts]
    x = np.concatenate([p[0].ravel() for p in paths])
    y = np.concatenate([p[1].ravel() for p in paths])
    time = float(block.times.mean())
    patch = felt_patch(instrument.sample, (x, y), lattice, time, settings)
    found = []
    for (group, part), path in zip(parts, paths, strict=True):
        felt = _feel(part, path, patch, settings)
        dwell = float(block.track.dwell[part.sweeps[0]])
        conditions = Conditions(
            dwell, block.voltages, block.events, instrument.phases, in_order=True
        )
        found.append((group, _recorded(part, signals(felt, conditions, settings, rng))))
    return found


def _passes(block: SweepBlock, settings: ImagingSettings) -> tuple[Array, Array, Array]:
    """Return true x, y and the share of the sweep, each (passes, samples), in order of time."""
    share = block.shares(overscan=True)
    length = block.track.length[block.sweeps][:, None]
    ways = [share]
    if block.track.ways == 2:
        # Mirrored about the middle: the way back begins beyond the end.
        ways.append(1 - share)
    shares = np.stack(ways, axis=1)
    u = (shares - 0.5) * length[:, None]
    ahead = np.array([1.0, -1.0])[: len(ways), None] * _lead(u, length, settings)
    both = block.part(np.repeat(np.arange(len(share)), len(ways)))
    flat = shares.reshape(-1, share.shape[1])
    x, y = both.true(flat + (ahead / length[:, None]).reshape(flat.shape))
    return x, y, flat


def _lead(u: Array, length: Array, settings: ImagingSettings) -> Array:
    """Return how far (m) the tip is ahead of its believed places u of sweeps (m, ways, samples)."""
    if settings.scanner.closed_loop:
        return np.zeros_like(u)
    each = zip(u, length[:, 0].tolist(), strict=True)
    return np.stack([hysteresis_shift(own, long, settings.scanner) for own, long in each])


def _feel(
    block: SweepBlock, path: tuple[Array, Array, Array], patch: Patch, settings: ImagingSettings
) -> Felt:
    """Return what the tip feels on the passes of a group."""
    x, y, share = path
    track, ways, m = block.track, block.track.ways, block.sweeps
    fields = patch.at(x, y)
    passes, turns = track.schedule.passes[m], track.schedule.turns[m]
    begins = np.stack([block.times, block.times + passes + turns], axis=1)[:, :ways].ravel()
    over = np.repeat(track.overscan[m], ways)
    dwell = float(track.dwell[m[0]])
    time = begins[:, None] + (np.arange(x.shape[1]) - over[:, None]) * dwell
    whole = np.repeat(ways * (passes + turns), ways)
    since = time - np.repeat(block.times, ways)[:, None]
    both = block.part(np.repeat(np.arange(len(m)), ways))
    plane = plane_and_bow(*both.believed(share), settings.scanner)
    rows = np.repeat(block.sweeps, ways)
    return Felt(**fields, time=time, plane=plane, share=since / whole[:, None], rows=rows)


def _recorded(block: SweepBlock, imaged: tuple[dict[str, Array], dict[str, float]]) -> ImagedSweeps:
    """Cut the overscan off, and turn retraces round."""
    images, limits = imaged
    n, over = block.track.pixels[block.sweeps], block.track.overscan[block.sweeps]
    k = np.arange(int(n.max()))
    ways = [over[:, None] + np.minimum(k, n[:, None] - 1)]
    if block.track.ways == 2:
        ways.append(np.maximum((over + n - 1)[:, None] - k, over[:, None]))
    index = np.stack(ways, axis=1).reshape(-1, len(k))
    rows = np.arange(len(index))[:, None]
    cut = {name: values[rows, index] for name, values in images.items()}
    saturated = np.zeros(len(index), np.bool_)
    for name, limit in limits.items():
        saturated |= (np.abs(cut[name]) >= limit).any(axis=1)
    return ImagedSweeps({k: v.astype(np.float32) for k, v in cut.items()}, saturated)
