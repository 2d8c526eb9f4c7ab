"""Samples with an instrument over them: grown ones under the twin, stored scans as they are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from ai_afm.bench.policy.scores import Truth
from ai_afm.bench.policy.stage import Stage
from ai_afm.bench.policy.worlds import NEAR, PolicyWorld, policy_worlds
from ai_afm.image.canvas import Grid
from ai_afm.image.instrument_time import STOCK_TIMES
from ai_afm.image.readers import read_file, read_reference
from ai_afm.microscope.replay import ReplayMicroscope, ReplaySettings
from ai_afm.microscope.simulated.afm import SimulatedAfm
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.microscope.simulated.sample import Untouched
from ai_afm.microscope.simulated.settings import DeviceSettings
from ai_afm.types import Frame


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of the benchmark.

    Parameters
    ----------
    name
        How it is called.
    grid
        Area and pixels of the full raster.
    truth
        Its lines; `None` where nobody knows them: then what the network finds in the full raster
        stands for them.
    stage
        Makes a new instrument over the untouched sample; the number makes its noise another one.
    """

    name: str
    grid: Grid
    truth: Truth | None
    stage: Callable[[int], Stage]


def _times(settings: DeviceSettings, instrument: str) -> DeviceSettings:
    """Return the settings of an instrument that takes paths, or of one that takes frames only."""
    if instrument == "stock":
        return replace(settings, times=STOCK_TIMES, paths=False)
    return settings


def grown_samples(seed: int, count: int, pixels: int, instrument: str) -> Iterator[Sample]:
    """Yield `count` grown samples of five families and nine densities under the twin."""
    for world in policy_worlds(seed, count, (pixels, pixels)):
        truth = Truth(world.truth, world.hidden, world.c)
        yield Sample(world.name, Grid(world.region, world.shape), truth, _twin(world, instrument))


def _twin(world: PolicyWorld, instrument: str) -> Callable[[int], Stage]:
    def stage(number: int) -> Stage:
        settings = DeviceSettings(imaging=world.imaging, extent=1.2 * world.region.size[0],
                                  seed=number)  # fmt: skip
        device = _times(settings, instrument)
        return Stage(SimulatedAfm(Untouched(world.world), device, InstantClock()))

    return stage


def stored_samples(paths: Sequence[Path]) -> Iterator[Sample]:
    """Yield stored scans as samples; a reference (`.npz`) brings its lines along.

    Scanning one again brings no new noise, and a fast line is as good as a slow one: both flatter
    every policy that looks fast first.
    """
    for path in paths:
        truth = None
        if path.suffix == ".npz":
            reference = read_reference(path)
            frame = reference.frame
            lines = reference.mask & ~reference.ignore
            away = cv2.distanceTransform((~lines).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
            truth = Truth(lines, reference.ignore, float((away <= NEAR).mean()))
        else:
            frame = read_file(path)
        yield Sample(path.stem, Grid(frame.region, frame.shape), truth, _replay(frame))


def _replay(frame: Frame) -> Callable[[int], Stage]:
    def stage(number: int) -> Stage:
        settings = ReplaySettings(seed=number)
        return Stage(ReplayMicroscope(frame, settings, InstantClock()))

    return stage
