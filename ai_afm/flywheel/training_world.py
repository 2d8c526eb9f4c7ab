"""Training crops from the twin: random worlds and instruments, mishaps, and what can be seen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.crops import VISIBLE, TrainingCrop
from ai_afm.flywheel.mishaps import RawCrop, log_uniform, spoiled, spoiled_as_seen
from ai_afm.image.normalise import normalise, start_state
from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.recipes import MIXES
from ai_afm.microscope.simulated.sample import (
    GrownWorld,
    Untouched,
    build_world,
    random_spec,
)
from ai_afm.microscope.simulated.settings import (
    TYPICAL_PIEZO,
    ImagingSettings,
    random_settings,
)
from ai_afm.types import Direction, FloatImage, Mode, ScanRegion, ScanRequest

CROP = 128
"""Lines and pixels of a crop."""
EXTENT = 6e-6
PIXEL_SIZES = (1e-9, 100e-9)
"""Smallest and largest pixel, m."""
FEATURE_PIXELS = (7.0, 240.0)
"""Smallest and largest typical distance of walls, px."""
ALONG_SHARE, ALONG_PIXELS, ALONG_DRAWS = 0.3, 25.0, 8
"""Share of crops whose place is the best of so many, where features are larger than so many px."""
LONGEST_LAG = 0.8
"""Time constants of lock-in and feedback, px: a longer lag puts lines beside their labels."""
BLUR_PIXELS, BLUR_SHARE = 5.0, 0.1
"""Largest electrical radius of the tip, in pixels and in typical distances of walls."""
SHIFT_PIXELS = 1.5
"""Largest distance by which the tip's shape moves a step."""
STANDS_OUT, AMONG_OTHERS = 2.6, 1.9
"""A line is visible where the image changes this many times more on it than beside it.

The second holds where lines are so dense that what lies beside one is another one's flank.
"""
ROOM = 0.25
"""Share of pixels away from all lines around a line that has the image to itself."""

SHORTEST_RUN = 14
"""Pixels of a line that have to stand out together."""

_SCALES = (0.8, 2.0, 4.0)
_ALONG, _AROUND = 4.0, 8.0


def twin_crops(
    seed: int,
    world_number: int,
    count: int,
    side: int = CROP,
    mixes: Mapping[str, float] = MIXES,
) -> list[TrainingCrop]:
    """Image random places of one random world with random instruments.

    Parameters
    ----------
    seed, world_number
        Together they determine everything.
    count
        Number of crops.
    side
        Lines and pixels of each.
    mixes
        What lies on the worlds, see `random_spec`.
    """
    rng = np.random.default_rng([seed, world_number])
    sample = Untouched(build_world(random_spec(rng, EXTENT, mixes)))
    return [_crop(sample, rng, side) for _ in range(count)]


def _crop(sample: Untouched, rng: np.random.Generator, side: int) -> TrainingCrop:
    request, settings = _place(sample.world, rng, side), random_settings(rng)
    settings = _aligned(settings, sample.world, request.pixel_size[0])
    settings = _driven(settings, sample.world)
    lag = max(settings.detection.time_constant, 1 / settings.feedback.integral)
    # dwell = 0.9 / (2 * pixels * line rate)
    fastest = 0.45 * LONGEST_LAG / (side * lag)
    request = replace(request, line_rate=min(request.line_rate, fastest))
    frame = image_frame(sample, request, settings, rng)
    way = Direction.TRACE if rng.random() < 0.5 else Direction.RETRACE
    height, amplitude, phase = (frame.data[n, way] for n in ("height", "amplitude", "phase"))
    label = sample.world.labels(request.region, request.shape)
    # dead response, dust: no domain wall is seen there, but nothing else is hidden
    unseen = sample.world.hidden(request.region, request.shape) & np.isin(label, (1, 2, 3))
    raw = RawCrop(
        height.astype(np.float64),
        amplitude.astype(np.float64) * np.exp(1j * np.nan_to_num(phase.astype(np.float64))),
        label,
        cv2.dilate(unseen.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0,
    )
    held = settings.detection.mode is Mode.TAPPING
    return finished(spoiled_as_seen(raw, rng) if held else spoiled(raw, rng), rng)


def _place(world: GrownWorld, rng: np.random.Generator, side: int) -> ScanRequest:
    """Draw a place, now and then the one of several with most of a line along the scan lines.

    Long lines along the scan lines are rare, and faults of single scan lines are not: without
    these a network learns that whatever lies along them is a fault.
    """
    first = _request(world, rng, side)
    if rng.random() > ALONG_SHARE or world.spec.feature_size / first.pixel_size[0] < ALONG_PIXELS:
        return first
    others = (replace(first, region=_region(rng, first.region.size[0])) for _ in range(ALONG_DRAWS))
    return max((first, *others), key=lambda r: _along(world.labels(r.region, r.shape) > 0))


def _along(line: NDArray[np.bool_]) -> float:
    """Return how many pixels belong to lines within some 10 degrees of the scan lines."""
    band = cv2.dilate(line.astype(np.uint8), np.ones((3, 1), np.uint8))
    return float(cv2.morphologyEx(band, cv2.MORPH_OPEN, np.ones((1, 15), np.uint8)).sum())


def _request(world: GrownWorld, rng: np.random.Generator, side: int) -> ScanRequest:
    """Draw a place and a pixel size that suits the world's features."""
    pixel = world.spec.feature_size / log_uniform(rng, *FEATURE_PIXELS)
    pixel = float(np.clip(pixel, *PIXEL_SIZES))
    size = min(pixel * side, EXTENT)
    return ScanRequest(_region(rng, size), (side, side), line_rate=log_uniform(rng, 0.2, 3))


def _region(rng: np.random.Generator, size: float) -> ScanRegion:
    """Draw a place and an angle for a square of this side, m."""
    x, y = (float(v) for v in rng.uniform(-0.5, 0.5, 2) * max(EXTENT - 1.5 * size, 0.0))
    return ScanRegion((x, y), (size, size), float(rng.uniform(0, 2 * np.pi)))


def _aligned(settings: ImagingSettings, world: GrownWorld, pixel: float) -> ImagingSettings:
    """Take out what moves an image against its labels.

    That is a scanner's hysteresis, thermal drift, and a tip so blunt that it shows something else:
    its electrical blur moves curved walls, its parabola moves a step of height h by
    sqrt(2 * radius * h).
    """
    spec = world.spec
    step = max(spec.relief.step_height, abs(spec.grains.groove_depth) if spec.grains else 0.0, 1e-9)
    electric = min(BLUR_PIXELS * pixel, BLUR_SHARE * spec.feature_size)
    tip = replace(
        settings.tip,
        radius=min(settings.tip.radius, (SHIFT_PIXELS * pixel) ** 2 / (2 * step)),
        electric_radius=min(settings.tip.electric_radius, electric),
    )
    scanner = replace(settings.scanner, closed_loop=True, drift=(0.0, 0.0))
    return replace(settings, scanner=scanner, tip=tip)


def _driven(settings: ImagingSettings, world: GrownWorld) -> ImagingSettings:
    """Let a weak piezoelectric be driven harder, as anybody would do who sees only noise."""
    weaker = world.spec.response.piezo / TYPICAL_PIEZO
    if not 0 < weaker < 1:
        return settings
    noise = settings.noise
    quieter = replace(noise, shot=noise.shot * weaker, thermal=noise.thermal * weaker)
    return replace(settings, noise=quieter)


def finished(raw: RawCrop, rng: np.random.Generator) -> TrainingCrop:
    """Turn a crop into channels as recorded, and find out which lines stand out in which."""
    amplitude = np.abs(raw.response)
    level = float(np.median(amplitude)) + 1e-30
    if rng.random() < 0.15:
        amplitude = np.minimum(amplitude, np.percentile(amplitude, rng.uniform(80, 99)))
    if rng.random() < 0.2:
        amplitude = amplitude + rng.uniform(0, 0.2) * level
    # not halves: the amplitude of a tapping tip varies by half a per cent
    channels: dict[str, FloatImage] = {
        "height": (raw.height / (np.std(raw.height) + 1e-30)).astype(np.float32),
        "amplitude": (amplitude / level).astype(np.float32),
        "phase": np.angle(raw.response).astype(np.float32),
    }
    visible = visible_lines(channels, raw.label > 0, raw.ignore)
    return TrainingCrop(channels, raw.label, visible, raw.ignore)


def visible_lines(
    channels: Mapping[str, NDArray[np.floating[Any]]],
    line: NDArray[np.bool_],
    ignore: NDArray[np.bool_],
) -> NDArray[np.uint8]:
    """Return, at each line pixel, the bits of the channels in which the line stands out.

    A network must not be asked for what the channels do not show, or it learns to invent. The
    image's gradient and Laplacian at several scales, averaged along the line, are compared with
    the same quantity beside the lines.

    Parameters
    ----------
    channels
        As in `TrainingCrop`.
    line, ignore
        (lines, pixels) bool.

    Returns
    -------
    visible
        (lines, pixels) uint8, bits as in `crops.VISIBLE`.
    """
    result = np.zeros(line.shape, np.uint8)
    if not line.any():
        return result
    distance = np.asarray(
        cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE),
        np.float32,
    )
    on = line.astype(np.float32)
    planes, _ = normalise(channels, start_state(channels))
    images = {"height": planes[:1], "amplitude": planes[1:2], "phase": planes[2:4]}
    seen = {name: np.zeros(line.shape, np.bool_) for name in images}
    for scale in _SCALES:
        beside = _MeanOver(_weight_beside(distance, scale) * ~ignore, _AROUND, 4)
        room = np.minimum(beside.weight / ROOM, 1.0)
        needed = AMONG_OTHERS + (STANDS_OUT - AMONG_OTHERS) * room
        # a blurred image says the same thing several times
        along = _MeanOver(on, _ALONG + 1.5 * scale, 2)
        for name, image in images.items():
            for strength in _strengths(image, scale):
                seen[name] |= along(strength) > needed * beside(strength) + 1e-9
    for name in images:
        result[_runs(seen[name] & line)] |= VISIBLE[name]
    return result


def _runs(seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop pieces too short to be more than chance."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(seen.astype(np.uint8), connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= SHORTEST_RUN
    keep[0] = False
    return np.asarray(keep[labels])


def _weight_beside(distance: FloatImage, scale: float) -> FloatImage:
    """Return how much a pixel tells about what lies off the lines, from its distance to them, px.

    A wide wall is still there a few pixels off its middle, the more so in a blurred image; such
    pixels count only where lines are so dense that there are no others.
    """
    far, near = distance > 3 + 2 * scale, distance > 2.5
    return np.asarray(far + 0.02 * near, np.float32)


class _MeanOver:
    """The mean over marked pixels near each pixel; where there are none, over all.

    Blurred on a coarser grid, which a wide reach allows: nine tenths of a crop's time went here.
    """

    def __init__(self, where: FloatImage, reach: float, shrink: int) -> None:
        self._where, self._reach, self._shrink = where, reach, shrink
        self.weight = self._blurred(where)
        self._total = max(float(where.sum()), 1.0)

    def __call__(self, image: FloatImage) -> FloatImage:
        part = image * self._where
        prior = 1e-4
        overall = float(part.sum()) / self._total
        return (self._blurred(part) + prior * overall) / (self.weight + prior)

    def _blurred(self, image: FloatImage) -> FloatImage:
        shape, part = image.shape[::-1], 1 / self._shrink
        small = cv2.resize(image, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), self._reach * part)
        return np.asarray(cv2.resize(small, shape, interpolation=cv2.INTER_LINEAR), np.float32)


def _strengths(image: NDArray[np.float32], scale: float) -> tuple[FloatImage, FloatImage]:
    """Return magnitudes of gradient and Laplacian of planes (n, lines, pixels) at a scale, px."""
    gradient = np.zeros(image.shape[1:], np.float32)
    curvature = np.zeros(image.shape[1:], np.float32)
    for plane in image:
        smooth = cv2.GaussianBlur(plane, (0, 0), scale)
        dx, dy = (cv2.Sobel(smooth, cv2.CV_32F, i, 1 - i, ksize=3, scale=0.125) for i in (1, 0))
        gradient += dx**2 + dy**2
        curvature += cv2.Laplacian(smooth, cv2.CV_32F) ** 2
    return np.sqrt(gradient), np.sqrt(curvature)
