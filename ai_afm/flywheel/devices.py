"""Man-made things that no model of samples should read: chips, their tracks, and letters."""

import cv2
import numpy as np

from ai_afm.flywheel.mishaps import Array, log_uniform, smooth_field
from ai_afm.flywheel.painted.fields import Shape, blurred


def chip(rng: np.random.Generator, shape: Shape) -> Array:
    """Lay rectangles over each other, as in a device seen from above."""
    image = np.zeros(shape)
    for _ in range(int(rng.integers(5, 40))):
        high, wide = (log_uniform(rng, 4, n / 2) for n in shape)
        x, y = place(rng, shape)
        image[y : y + int(high), x : x + int(wide)] += rng.choice((-1, 1, 2)) * rng.uniform(0.5, 1)
    return blurred(image, log_uniform(rng, 0.3, 3))


def tracks(rng: np.random.Generator, shape: Shape) -> Array:
    """Lay conductors with bends of 45 degrees, and pads with rims, over regions of other heights.

    Few, large and straight: of a chip in a close view there is little in a piece of 64 px but
    parallel edges.
    """
    side = int(1.5 * max(shape))
    canvas = np.zeros((side, side))
    levels = rng.uniform(0.2, 1, 4)
    for _ in range(int(rng.integers(1, 5))):
        x, y = rng.integers(0, side, 2)
        far = (int(x + log_uniform(rng, 20, side)), int(y + log_uniform(rng, 20, side)))
        cv2.rectangle(canvas, (int(x), int(y)), far, float(rng.choice(levels)), -1)
    for _ in range(int(rng.integers(2, 8))):
        _track(rng, canvas, float(rng.choice(levels)) + 0.5)
    for _ in range(int(rng.integers(0, 6))):
        _pad(rng, canvas, float(rng.choice(levels)))
    turn = rng.choice((0.0, rng.normal(0, 5), rng.uniform(0, 180)))
    centre = (side / 2, side / 2)
    turned = cv2.warpAffine(canvas, cv2.getRotationMatrix2D(centre, float(turn), 1.0), (side, side))
    lines, pixels = shape
    first, left = (side - lines) // 2, (side - pixels) // 2
    part = np.asarray(turned[first : first + lines, left : left + pixels], np.float64)
    image = blurred(part, log_uniform(rng, 0.4, 4))
    ground = log_uniform(rng, 0.01, 0.3) * smooth_field(rng, shape, 60.0)
    return np.asarray(image + ground)


def _track(rng: np.random.Generator, canvas: Array, level: float) -> None:
    """Draw one conductor: straight runs that turn by 45 degrees, with a darker rim at times."""
    side, heading = len(canvas), int(rng.integers(0, 8))
    points = [rng.uniform(0, side, 2)]
    for _ in range(int(rng.integers(1, 6))):
        angle = heading * np.pi / 4
        run = log_uniform(rng, 20, side)
        points.append(points[-1] + run * np.array([np.cos(angle), np.sin(angle)]))
        heading += int(rng.choice((-1, 1)))
    path, width = np.round(points).astype(np.int32), int(log_uniform(rng, 4, 60))
    if rng.random() < 0.4:
        cv2.polylines(canvas, [path], False, level - 0.3, width + int(rng.integers(2, 9)))
    cv2.polylines(canvas, [path], False, level, width)


def _pad(rng: np.random.Generator, canvas: Array, level: float) -> None:
    """Draw one pad: a rectangle or a disc with a rim."""
    x, y = (int(n) for n in rng.integers(0, len(canvas), 2))
    width, height = (int(log_uniform(rng, 8, 80)) for _ in range(2))
    rim = int(rng.integers(2, 9))
    if rng.random() < 0.3:
        cv2.circle(canvas, (x, y), width // 2 + rim, level - 0.2, -1)
        cv2.circle(canvas, (x, y), width // 2, level, -1)
        return
    cv2.rectangle(canvas, (x - rim, y - rim), (x + width + rim, y + height + rim), level - 0.2, -1)
    cv2.rectangle(canvas, (x, y), (x + width, y + height), level, -1)


def letters(rng: np.random.Generator, shape: Shape) -> Array:
    """Write characters of all sizes."""
    canvas = np.zeros(shape, np.uint8)
    for _ in range(max(4, shape[0] * shape[1] // 3000)):
        size = log_uniform(rng, 0.4, 2.5)
        word = "".join(rng.choice(list("LTRBAXOE0123456789abcd"), 3))
        thickness = int(max(1, size * rng.uniform(1, 3)))
        cv2.putText(canvas, word, place(rng, shape), 0, size, 1, thickness)
    return blurred(canvas.astype(np.float64), log_uniform(rng, 0.3, 1.5))


def place(rng: np.random.Generator, shape: Shape) -> tuple[int, int]:
    """Return a random (column, row)."""
    return int(rng.integers(0, shape[1])), int(rng.integers(0, shape[0]))
