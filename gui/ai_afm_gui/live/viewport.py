"""Which part of a frame a view shows, and how large: nm of the frame <-> pixels of the screen.

Frame coordinates are nm from the middle of the frame: u along the fast axis to the right, w down
the image (against the slow axis), so that no rotation and no flip is left to do.
"""

import math
from dataclasses import dataclass, replace

Pair = tuple[float, float]
CLOSEST, WIDEST = 400.0, 0.05
"""Largest and smallest magnification beside that at which the frame just fits."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """A view of a frame.

    Parameters
    ----------
    frame
        (width, height) of the frame, nm.
    screen
        (width, height) of the view, pixels.
    center
        Frame coordinates in the middle of the view, nm.
    zoom
        Magnification; 1 is where the frame just fits.
    """

    frame: Pair
    screen: Pair
    center: Pair = (0.0, 0.0)
    zoom: float = 1.0

    @property
    def scale(self) -> float:
        """Screen pixels per nm."""
        fit = min(s / f for s, f in zip(self.screen, self.frame, strict=True))
        return max(fit, 1e-12) * self.zoom

    def to_screen(self, u: float, w: float) -> Pair:
        """Return where a point of the frame is on the screen."""
        s = self.scale
        return (
            self.screen[0] / 2 + (u - self.center[0]) * s,
            self.screen[1] / 2 + (w - self.center[1]) * s,
        )

    def to_frame(self, x: float, y: float) -> Pair:
        """Return which point of the frame is at a place of the screen."""
        s = self.scale
        return (
            self.center[0] + (x - self.screen[0] / 2) / s,
            self.center[1] + (y - self.screen[1] / 2) / s,
        )

    def zoomed(self, factor: float, x: float, y: float) -> "Viewport":
        """Return the view magnified about a place of the screen, which stays where it is."""
        u, w = self.to_frame(x, y)
        zoom = min(max(self.zoom * factor, WIDEST), CLOSEST)
        change = zoom / self.zoom
        center = u - (u - self.center[0]) / change, w - (w - self.center[1]) / change
        return replace(self, zoom=zoom, center=center)

    def panned(self, dx: float, dy: float) -> "Viewport":
        """Return the view moved so that what it shows goes by (dx, dy) pixels."""
        s = self.scale
        return replace(self, center=(self.center[0] - dx / s, self.center[1] - dy / s))

    def fitted(self) -> "Viewport":
        """Return the view of the whole frame."""
        return replace(self, center=(0.0, 0.0), zoom=1.0)

    def resized(self, width: float, height: float) -> "Viewport":
        """Return the same view on another screen."""
        return replace(self, screen=(max(width, 1.0), max(height, 1.0)))


def scale_bar(scale: float, room: float) -> tuple[float, float]:
    """Return length (nm) and width (pixels) of a scale bar: 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    scale
        Screen pixels per nm.
    room
        Pixels that it may take at most.

    Examples
    --------
    >>> scale_bar(0.1, 80.0)
    (500.0, 50.0)
    """
    most = room / scale
    power = 10.0 ** math.floor(math.log10(most))
    # the last one: where the power of ten was rounded up
    length = next(f * power for f in (5, 2, 1, 0.5) if f * power <= most)
    return length, length * scale
