"""Which part of a crop is seen, and how large: image pixels to screen pixels and back. No Qt."""

from dataclasses import dataclass, replace

Point = tuple[float, float]
LEAST, MOST = 0.1, 40.0
"""Screen pixels of one image pixel, at least and at most."""
EDGE = 12.0
"""Screen pixels left free around a crop that is fitted."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A view.

    Parameters
    ----------
    scale
        Screen pixels of an image pixel.
    x, y
        Screen position of the upper left corner of pixel (0, 0) of the crop.

    Examples
    --------
    >>> camera = Camera(4.0, 10.0, 20.0)
    >>> camera.point(10 + 4 * 7.5, 20 + 4 * 3.5)
    (3.0, 7.0)
    >>> camera.screen((3.0, 7.0))
    (40.0, 34.0)
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def point(self, x: float, y: float) -> Point:
        """Return the (row, column) at a place of the screen; whole numbers are pixel centres."""
        return (y - self.y) / self.scale - 0.5, (x - self.x) / self.scale - 0.5

    def screen(self, point: Point) -> tuple[float, float]:
        """Return (x, y) on the screen of a (row, column)."""
        return self.x + (point[1] + 0.5) * self.scale, self.y + (point[0] + 0.5) * self.scale

    def zoomed(self, factor: float, x: float, y: float) -> "Camera":
        """Return a closer or farther view; what is at (x, y) on the screen stays there."""
        scale = min(max(self.scale * factor, LEAST), MOST)
        factor = scale / self.scale
        return Camera(scale, x - (x - self.x) * factor, y - (y - self.y) * factor)

    def moved(self, dx: float, dy: float) -> "Camera":
        """Return a view moved by screen pixels."""
        return replace(self, x=self.x + dx, y=self.y + dy)

    def centred(self, point: Point, size: tuple[float, float]) -> "Camera":
        """Return a view with a point in the middle of a screen of (width, height)."""
        x, y = self.screen(point)
        return self.moved(size[0] / 2 - x, size[1] / 2 - y)


def fitted(shape: tuple[int, int], size: tuple[float, float]) -> Camera:
    """Return a view of a whole crop of (lines, pixels) on a screen of (width, height)."""
    room = max(size[0] - 2 * EDGE, 1.0), max(size[1] - 2 * EDGE, 1.0)
    scale = min(max(min(room[0] / shape[1], room[1] / shape[0]), LEAST), MOST)
    return Camera(scale, (size[0] - shape[1] * scale) / 2, (size[1] - shape[0] * scale) / 2)
