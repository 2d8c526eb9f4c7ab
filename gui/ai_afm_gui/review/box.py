"""A rectangle of pixels that something has changed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Box:
    """Rows `top` to `bottom` and columns `left` to `right`, the last ones not included.

    Examples
    --------
    >>> Box(2, 3, 4, 6).united(Box(0, 4, 3, 5))
    Box(top=0, left=3, bottom=4, right=6)
    """

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def around(
        cls, points: NDArray[np.floating[Any]], reach: float, shape: tuple[int, int]
    ) -> "Box | None":
        """Return the pixels within `reach` of (row, column) points, `None` outside of a shape."""
        low = np.floor(points.min(axis=0) - reach).astype(int)
        high = np.ceil(points.max(axis=0) + reach).astype(int) + 1
        top, left = (int(max(n, 0)) for n in low)
        bottom, right = (int(min(n, m)) for n, m in zip(high, shape, strict=True))
        return cls(top, left, bottom, right) if top < bottom and left < right else None

    @classmethod
    def whole(cls, shape: tuple[int, int]) -> "Box":
        """Return all pixels of a shape."""
        return cls(0, 0, *shape)

    @property
    def slices(self) -> tuple[slice, slice]:
        """For indexing."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def shape(self) -> tuple[int, int]:
        """(lines, pixels)."""
        return self.bottom - self.top, self.right - self.left

    def grown(self, margin: int, shape: tuple[int, int]) -> "Box":
        """Return it with a margin, cut at the edges of a shape."""
        return Box(
            max(self.top - margin, 0),
            max(self.left - margin, 0),
            min(self.bottom + margin, shape[0]),
            min(self.right + margin, shape[1]),
        )

    def united(self, other: "Box | None") -> "Box":
        """Return the smallest box that holds both."""
        if other is None:
            return self
        return Box(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )
