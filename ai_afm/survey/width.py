"""Apparent widths of walls, measured in the channels: the tip's and the electronics' as much.

What is measured is the wall as the tip feels it, through a lock-in of finite bandwidth: an upper
limit of the wall itself. Trace and retrace are averaged after their lag is taken out, several
neighbouring profiles are averaged, and the wall's width is the median over such stretches, so one
particle or one bad line does not count.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.survey import polyline
from ai_afm.survey.lag import measure_lag
from ai_afm.survey.profiles import half_widths
from ai_afm.types import ClassCode, Direction, FloatImage, Frame, Wall, WallNetwork

Image = NDArray[np.complex64] | FloatImage
Points = NDArray[np.float64]

SMALLEST = 2.0
"""Widths below this many pixels are the pixel's, not the wall's: not measured."""

_LARGEST_REACH = 128.0
"""Profiles reach at most this far to either side, px."""
_FIRST_REACH = 12.0
_SIDES = 3.2
"""Reach of a profile in widths: what lies beyond 1.8 widths is level within 4 % for a tanh."""
_SEEN_WHOLE = 0.42
"""A line wider than this share of the reach has no sides that could be told from it."""
_SAMPLES = 33
_STRETCH = 8
"""Profiles that are averaged."""
_SPACING = 1.5
"""Distance of neighbouring profiles along the wall, px."""
_MOST_STRETCHES = 120
"""Of a whole network, shared among its walls by length: more make no median better."""
_LEAST_REACH = 4.0
"""Closer than this to another line there is no profile, px."""
_PASSES = 5
_SETTLED = 0.1
"""Relative change of the reach below which a width is final."""
_EDGE = 2
"""The edge of the frame on the canvas of lines (1)."""
_HEIGHT_CODES = (ClassCode.GRAIN_BOUNDARY, ClassCode.TOPOGRAPHY_EDGE)
"""Classes that the height may show where the response does not."""


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Short pieces of walls with the directions across them, in pixels.

    `wall` (n,) is the number of the wall, `at` and `across` (n, profiles, 2) are positions and unit
    vectors across (row, column), `room` (n,) how far they may reach without meeting another line.
    """

    wall: NDArray[np.intp]
    at: Points
    across: Points
    room: NDArray[np.float64]

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "_Stretches":
        """Return some of them."""
        return _Stretches(
            self.wall[chosen], self.at[chosen], self.across[chosen], self.room[chosen]
        )


def measure_widths(network: WallNetwork, frame: Frame) -> WallNetwork:
    """Fill in the apparent width of each wall and its standard error.

    Parameters
    ----------
    network
        As `extract_network` drew it, from the trace; positions not corrected for lag.
    frame
        What it was drawn from. The response (amplitude, with the phase where it was recorded) is
        looked at first, for boundaries the height too.

    Returns
    -------
    WallNetwork
        `apparent_width` is the full width at half depth of the response (see
        `ai_afm.survey.profiles` for what other widths it corresponds to), `None` where less than
        half of the wall shows one: too narrow for the pixels, no room between other lines, no
        contrast. Pixels are taken for square; where they are not, the larger side counts.
    """
    stretches = _stretches(network, frame)
    if stretches is None:
        return network
    pixel = max(frame.request.pixel_size)
    lag = measure_lag(frame)
    shift = 0.0 if lag is None else lag.shift / frame.request.pixel_size[0]
    codes = np.array([wall.code for wall in network.walls])[stretches.wall]
    widths = np.full(len(codes), np.nan)
    response = _response(frame)
    if response is not None:
        vanishing = (codes == ClassCode.WALL_180) & (not np.iscomplexobj(response[0]))
        widths = _widths(stretches, response, shift, vanishing)
    numbers = range(len(network.walls))
    found = [_typical(widths[stretches.wall == number]) for number in numbers]
    by_height = [
        number
        for number in numbers
        if found[number] is None and network.walls[number].code in _HEIGHT_CODES
    ]
    height = _height(frame) if by_height else None
    if height is not None:
        rest = stretches.only(np.isin(stretches.wall, by_height))
        widths = _widths(rest, height, shift, np.zeros(len(rest.wall), bool))
        for number in by_height:
            found[number] = _typical(widths[rest.wall == number])
    walls = [_with_width(w, f, pixel) for w, f in zip(network.walls, found, strict=True)]
    return replace(network, walls=tuple(walls))


def _with_width(wall: Wall, found: tuple[float, float | None] | None, pixel: float) -> Wall:
    if found is None:
        return wall
    width, error = found
    return replace(
        wall,
        apparent_width=width * pixel,
        width_error=None if error is None else error * pixel,
    )


def _typical(widths: NDArray[np.float64]) -> tuple[float, float | None] | None:
    """Return median and standard error (px), `None` where most stretches show nothing."""
    good = widths[np.isfinite(widths)]
    if len(good) == 0 or 2 * len(good) < len(widths):
        return None
    middle = float(np.median(good))
    if middle < SMALLEST:
        return None
    if len(good) < 3:
        return middle, None
    # 1.4826: from median deviation to standard deviation; 1.2533: from mean to median (normal)
    spread = 1.4826 * float(np.median(np.abs(good - middle)))
    return middle, 1.2533 * spread / float(np.sqrt(len(good)))


def _response(frame: Frame) -> list[Image] | None:
    """Return the response of trace and retrace (as far as there is one), on one phase."""
    images: list[Image] = []
    for direction in Direction:
        amplitude, phase = frame.get("amplitude", direction), frame.get("phase", direction)
        if amplitude is None:
            continue
        if phase is None:
            images.append(amplitude)
        else:
            z = np.empty(amplitude.shape, np.complex64)
            z.real, z.imag = amplitude * np.cos(phase), amplitude * np.sin(phase)
            images.append(z)
    if len(images) == 2 and np.iscomplexobj(images[0]) and np.iscomplexobj(images[1]):
        turn = np.nansum(images[0] * np.conj(images[1]))
        if np.abs(turn) > 0:
            images[1] = images[1] * np.complex64(turn / np.abs(turn))
    return images or None


def _height(frame: Frame) -> list[Image] | None:
    images = [frame.get("height", direction) for direction in Direction]
    found: list[Image] = [
        (image - np.nanmedian(image, axis=1, keepdims=True)).astype(np.float32)
        for image in images
        if image is not None and np.isfinite(image).any(axis=1).all()
    ]
    return found or None


def _stretches(network: WallNetwork, frame: Frame) -> _Stretches | None:
    """Cut the walls into stretches, where they have room to both sides."""
    shape, region = frame.shape, network.region
    lines = []
    for wall in network.walls:
        rows, columns = geometry.sample_to_pixel(region, shape, *wall.points.T)
        lines.append((np.stack([rows, columns], axis=1), wall.closed))
    total = sum(polyline.length(points, closed) for points, closed in lines)
    every = max(_STRETCH * _SPACING, total / _MOST_STRETCHES)
    numbers, at, across = [], [], []
    for number, (points, closed) in enumerate(lines):
        for piece in _pieces(points, closed, every):
            numbers.append(number)
            at.append(piece)
            across.append(polyline.tangents(piece, False)[:, ::-1] * (-1.0, 1.0))
    if not numbers:
        return None
    centers, normals = np.array(at), np.array(across)
    room = _room(centers, normals, lines, shape)
    kept = room >= _LEAST_REACH
    if not kept.any():
        return None
    return _Stretches(np.array(numbers)[kept], centers[kept], normals[kept], room[kept])


def _pieces(points: Points, closed: bool, every: float) -> list[Points]:
    """Return stretches of a line, (profiles, 2) each, one about every `every` pixels."""
    dense = polyline.resample(points, _SPACING, closed)
    count = int(len(dense) * _SPACING / every)
    if len(dense) < _STRETCH or count < 1:
        return []
    starts = np.linspace(0, len(dense) - _STRETCH, count + 2)[1:-1].astype(int)
    # the course is smoothed: sub-pixel steps across it would turn the profiles
    even = polyline.smooth(dense, 3.0, False)
    return [even[start : start + _STRETCH] for start in starts]


def _room(
    at: Points, across: Points, lines: list[tuple[Points, bool]], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Return half the way to the next line, or the way to the edge of the frame, px."""
    canvas = np.zeros((shape[0] + 2, shape[1] + 2), np.uint8)
    canvas[[0, -1]] = canvas[:, [0, -1]] = _EDGE
    for points, closed in lines:
        drawn = np.round(16 * (points[:, ::-1] + 1)).astype(np.int32)
        cv2.polylines(canvas, [drawn[:, None]], closed, 1, 2, cv2.LINE_8, 4)
    steps = np.arange(_LEAST_REACH - 1, 2 * _LARGEST_REACH)
    room = np.full(len(at), _LARGEST_REACH)
    for sign in (-1, 1):
        # the middle profile stands for its stretch
        middle = at.shape[1] // 2
        way = at[:, middle, None] + sign * steps[:, None] * across[:, middle, None]
        row, column = np.round(way + 1).astype(int).transpose(2, 0, 1)
        row, column = row.clip(0, shape[0] + 1), column.clip(0, shape[1] + 1)
        met = canvas[row, column]
        first = (met > 0).argmax(axis=1)
        what = np.take_along_axis(met, first[:, None], axis=1)[:, 0]
        way_there = np.where(what == _EDGE, steps[first] - 1, steps[first] / 2)
        room = np.minimum(room, np.where(what > 0, way_there, np.inf))
    return room


def _widths(
    stretches: _Stretches, images: list[Image], shift: float, vanishing: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the width of each stretch, px, NaN where it shows none.

    The reach follows the width: too short, and the sides are still the wall; too long, and they are
    the neighbourhood.
    """
    reach = np.minimum(_FIRST_REACH, stretches.room)
    widths = np.full(len(reach), np.nan)
    unsettled = np.arange(len(reach))
    for _ in range(_PASSES):
        if len(unsettled) == 0:
            break
        now = reach[unsettled]
        profiles = _profiles(stretches.only(unsettled), images, shift, now)
        found = half_widths(profiles, vanishing[unsettled]) * now
        seen = np.isfinite(found)
        widths[unsettled] = np.where(seen & (found <= _SEEN_WHOLE * now), found, np.nan)
        # a line that fills the profile shows nothing at all: look further
        wanted = np.where(seen, _SIDES * np.where(seen, found, 0.0), 2 * now)
        reach[unsettled] = np.clip(wanted, _LEAST_REACH, stretches.room[unsettled])
        unsettled = unsettled[np.abs(reach[unsettled] - now) > _SETTLED * now]
    return widths


def _profiles(
    stretches: _Stretches, images: list[Image], shift: float, reach: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """Return the mean profile of each stretch over both directions, (n, samples)."""
    t = np.linspace(-1, 1, _SAMPLES)[None, None, :, None] * reach[:, None, None, None]
    where = stretches.at[:, :, None] + t * stretches.across[:, :, None]
    total = np.zeros((len(reach), _SAMPLES), np.complex128)
    for number, image in enumerate(images):
        row, column = where[..., 0], where[..., 1] - number * shift
        values = ndimage.map_coordinates(
            image, [row, column], order=1, mode="constant", cval=np.nan
        )
        total += values.mean(axis=1) / len(images)
    return total
