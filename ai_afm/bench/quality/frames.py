"""A question of the benchmark as it is put: the recorded frame, its truth, what can be seen in it.

What can be seen is decided by physics alone. The twin images the same place again without noise,
drift and texture, once for each class of lines with nothing but that class on the sample; the
energy of a line in such an image against the disturbance in the recorded one is the square of an
ideal observer's signal-to-noise ratio, and a line of which that is below Rose's 5 is not asked for.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ai_afm.bench.quality.worlds import Scene
from ai_afm.geometry import pixel_grid
from ai_afm.microscope.simulated.drawing import draw_hidden, draw_labels
from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.noise import QUIET
from ai_afm.microscope.simulated.sample import GrownWorld, Untouched, build_world
from ai_afm.microscope.simulated.scanner import Scanner
from ai_afm.microscope.simulated.spec import WorldSpec
from ai_afm.types import ClassCode, Direction, FloatImage, Frame, Mode

ROSE = 5.0
"""Signal-to-noise ratio from which a thing is seen.

A. Rose, J. Opt. Soc. Am. 38, 196 (1948), doi:10.1364/JOSA.38.000196
"""
PIECE = 13
"""Length of line that is judged at once, px."""
BESIDE = 4.0
"""Distance from a line up to which the image tells of it, px."""
PAD = 16
"""Pixels by which an image is mirrored at its edges before it is filtered."""
MODES = 2.0
"""Smoothing of the disturbance's spectrum, Fourier modes."""
DEFECT = 5.0
"""A disturbance of more than this many times its median is dust, a scar or a lost lock."""
SHORTEST = 8
"""A visible piece has at least so many pixels."""
SCORED = (ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC, ClassCode.GRAIN_BOUNDARY)
"""Classes that the benchmark asks for."""

Mask = NDArray[np.bool_]
Image = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Exam:
    """A frame and what is to be seen in it.

    Parameters
    ----------
    scene
        What was imaged, and how.
    frame
        The channels that are given, trace only.
    label
        (lines, pixels) uint8: true lines 1 px wide, class codes.
    asked
        (lines, pixels) bool: pixels of the lines that can be seen.
    ignore
        (lines, pixels) bool: near lines that cannot be seen nothing counts.
    strength
        (lines, pixels) float32: signal-to-noise ratio of the piece of line at each line pixel.
    """

    scene: Scene
    frame: Frame
    label: NDArray[np.uint8]
    asked: Mask
    ignore: Mask
    strength: FloatImage

    def true(self, *codes: int) -> Mask:
        """Return the visible lines of the given classes, (lines, pixels) bool."""
        return np.asarray(np.isin(self.label, codes) & self.asked)

    @property
    def near_resonance(self) -> bool:
        """Whether a shift of the contact resonance at a grain's edge turns the phase."""
        return self.scene.mode in (Mode.PFM_DART, Mode.PFM_SINGLE_FREQUENCY)

    @property
    def decidable(self) -> bool:
        """Whether the channels tell the type of a wall: a piezoresponse with its phase does."""
        return "phase" in self.scene.given and self.scene.mode is not Mode.TAPPING


def pose(scene: Scene) -> Exam:
    """Image a scene and find out what can be seen in it."""
    world = build_world(scene.spec)
    frame = _image(scene, world, np.random.default_rng(scene.seed))
    label, hidden = _truth(scene, world)
    strength = _strength(scene, frame, label)
    seen = _pieces((strength >= ROSE) & np.isin(label, SCORED))
    under = hidden & np.isin(label, (ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC))
    asked = seen & ~under
    unseen = np.isin(label, SCORED) & ~asked
    near = cv2.dilate(unseen.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    given = {(n, Direction.TRACE): frame.data[n, Direction.TRACE] for n in scene.given}
    scanned = {Direction.TRACE: frame.scanned[Direction.TRACE]}
    return Exam(scene, replace(frame, data=given, scanned=scanned), label, asked, near, strength)


def _image(scene: Scene, world: GrownWorld, rng: np.random.Generator) -> Frame:
    return image_frame(Untouched(world), scene.request, scene.settings, rng)


def _truth(scene: Scene, world: GrownWorld) -> tuple[NDArray[np.uint8], Mask]:
    """Return labels and hidden pixels of what was really under the tip: drift moves lines."""
    region, shape = scene.request.region, scene.request.shape
    x, y = pixel_grid(region, shape)
    times = np.arange(shape[0]) / scene.request.line_rate
    shift = Scanner(scene.settings.scanner).displacement(times)
    x, y = x + shift[:, :1], y + shift[:, 1:]
    c, s = np.cos(region.angle), np.sin(region.angle)
    dx, dy = scene.request.pixel_size
    steps = np.array([[c * dx, s * dx], [s * dy, -c * dy]])
    steps[1] += shift[1] - shift[0]
    return draw_labels(world.layers, x, y, steps), draw_hidden(world.layers, x, y, steps)


@dataclass(frozen=True, slots=True)
class _Ideal:
    """A scene without noise and texture, with all lines or with those of one class; kept images."""

    scene: Scene
    images: dict[WorldSpec, dict[str, Image]] = field(default_factory=dict)

    def complete(self) -> dict[str, Image]:
        """Return each channel with all lines there."""
        return self._of(_bare(self.scene.spec))

    def shown_by(self, code: ClassCode) -> dict[str, Image]:
        """Return what one class of lines alone does to each channel: with it less without it."""
        spec = _bare(self.scene.spec)
        kept = {
            ClassCode.WALL_180: replace(spec, twins=None),
            ClassCode.WALL_FERROELASTIC: replace(spec, domains=None),
            ClassCode.GRAIN_BOUNDARY: replace(spec, domains=None, twins=None),
        }[code]
        grains = None if code is ClassCode.GRAIN_BOUNDARY else spec.grains
        one = self._of(kept)
        other = self._of(replace(spec, domains=None, twins=None, grains=grains))
        return {name: _of_lines(one[name] - other[name]) for name in one}

    def _of(self, spec: WorldSpec) -> dict[str, Image]:
        if spec not in self.images:
            self.images[spec] = _quiet_channels(self.scene, spec)
        return self.images[spec]


def _bare(spec: WorldSpec) -> WorldSpec:
    """Return the sample without all that is no line: texture, steps, dust."""
    relief = replace(
        spec.relief, roughness=0.0, waviness=0.0, step_height=0.0, scratches=0, particles=0
    )
    return replace(spec, relief=relief, response=replace(spec.response, mottle=0.0))


def _quiet_channels(scene: Scene, spec: WorldSpec) -> dict[str, Image]:
    noise = scene.settings.noise
    quiet = replace(
        QUIET,
        phase_offset=noise.phase_offset,
        phase_inverted=noise.phase_inverted,
        response_limit=noise.response_limit,
    )
    still = replace(scene, settings=replace(scene.settings, noise=quiet))
    frame = _image(still, build_world(spec), np.random.default_rng(0))
    return _observables(scene, frame)


def _observables(scene: Scene, frame: Frame) -> dict[str, Image]:
    """Return the given channels as an observer takes them: height levelled, response complex."""
    data = {name: frame.data[name, Direction.TRACE].astype(float) for name in scene.given}
    seen: dict[str, Image] = {}
    if "height" in data:
        seen["height"] = data["height"] - np.median(data["height"], axis=1, keepdims=True)
    if "amplitude" in data and "phase" in data and scene.mode is not Mode.TAPPING:
        seen["response"] = data["amplitude"] * np.exp(1j * data["phase"])
    else:
        seen |= {name: data[name] for name in ("amplitude", "phase") if name in data}
    return seen


def _strength(scene: Scene, frame: Frame, label: NDArray[np.uint8]) -> FloatImage:
    """Return the signal-to-noise ratio of the piece of line around each line pixel."""
    square = np.zeros(label.shape)
    there = [code for code in SCORED if (label == code).any()]
    if not there:
        return square.astype(np.float32)
    ideal = _Ideal(scene)
    recorded, still = _observables(scene, frame), ideal.complete()
    effects = {code: ideal.shown_by(code) for code in there}
    for name, image in recorded.items():
        disturbance = _without_defects(image - still[name])
        size = np.sqrt(_local_mean(np.abs(disturbance) ** 2)) + 1e-60
        spectrum = _spectrum(disturbance / size)
        for code, shown in effects.items():
            line = label == code
            energy = np.abs(_whitened(shown[name] / size, spectrum)) ** 2
            energy *= _distance(line) <= BESIDE
            square[line] += cv2.boxFilter(energy, -1, (PIECE, PIECE), normalize=False)[line]
    return np.sqrt(square).astype(np.float32)


def _without_defects(disturbance: Image) -> Image:
    """Cut a disturbance down to what noise and texture do: dust and scars hide only themselves."""
    size = np.abs(disturbance)
    limit = DEFECT * float(np.median(size))
    return np.asarray(disturbance * np.minimum(1.0, limit / np.maximum(size, limit + 1e-60)))


def _of_lines(shown: Image) -> Image:
    """Return what a class of lines does at its lines, without what it does to whole regions.

    Domains shift the surface's potential far around; that tells nobody where their walls are.
    """
    if np.iscomplexobj(shown):
        return _of_lines(shown.real) + 1j * _of_lines(shown.imag)
    return np.asarray(shown - _local_mean(shown))


def _local_mean(image: Image) -> Image:
    return np.asarray(cv2.boxFilter(image, -1, (33, 33), borderType=cv2.BORDER_REFLECT))


def _padded(image: Image) -> Image:
    return np.pad(image, PAD, mode="symmetric")


def _spectrum(disturbance: Image) -> Image:
    """Return the power of a disturbance in each Fourier mode, smoothed over neighbouring modes."""
    padded = _padded(disturbance)
    power = np.abs(np.fft.fft2(padded)) ** 2 / padded.size
    smooth = gaussian_filter(power, MODES, mode="wrap")
    return np.asarray(smooth + 1e-6 * smooth.mean() + 1e-60)


def _whitened(image: Image, spectrum: Image) -> Image:
    """Filter an image so that the disturbance becomes white noise of unit spread.

    The energy of what is left is then the square of the ideal ("prewhitening") observer's
    signal-to-noise ratio, wherever the disturbance is: texture hides only lines of its own width.
    """
    filtered = np.fft.ifft2(np.fft.fft2(_padded(image)) / np.sqrt(spectrum))
    inside = filtered[PAD:-PAD, PAD:-PAD]
    return np.asarray(inside if np.iscomplexobj(image) else inside.real)


def _distance(line: Mask) -> FloatImage:
    away = (~line).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def _pieces(seen: Mask) -> Mask:
    """Drop pieces too short to be asked for."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(seen.astype(np.uint8), connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= SHORTEST
    keep[0] = False
    return np.asarray(keep[labels])
