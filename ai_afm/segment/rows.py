"""The rows of one layer of a network while a frame comes in: a window that moves with the scan."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor


class Spare:
    """Memory of finished frames, kept for the next one: touching fresh memory is not free."""

    def __init__(self) -> None:
        self._left: dict[tuple[int, int, torch.dtype], list[Tensor]] = {}

    def take(self, channels: int, rows: int, width: int, dtype: torch.dtype) -> Tensor:
        """Return memory (1, channels, rows or more, width), channels last; it holds anything."""
        left = self._left.get((channels, width, dtype), [])
        if left and left[-1].shape[2] >= rows:
            return left.pop()
        shape = (1, channels, rows, width)
        return torch.empty(shape, dtype=dtype, memory_format=torch.channels_last)

    def keep(self, values: Iterable[Tensor]) -> None:
        """Keep this memory, and no longer what was kept before."""
        left: dict[tuple[int, int, torch.dtype], list[Tensor]] = {}
        for v in sorted(values, key=lambda v: v.shape[2]):
            left.setdefault((v.shape[1], v.shape[3], v.dtype), []).append(v)
        self._left = left


@dataclass(slots=True)
class Rows:
    """Rows of a layer that are still needed.

    Parameters
    ----------
    values
        (1, C, room, W); row r lies at index r - base. Row -1, above the first, is zero: a
        convolution's padding. `around` makes one below the newest row, too.
    base
        Row at index 0.
    final
        Rows that will not change any more.
    reach
        Rows that have a value, final or not.
    needed
        Layer that reads this one -> first row that it will still read.
    """

    values: Tensor
    base: int = -1
    final: int = 0
    reach: int = 0
    needed: dict[str, int] = field(default_factory=dict)

    @classmethod
    def upon(cls, values: Tensor) -> "Rows":
        """Return a layer without rows, on memory (1, C, room, W)."""
        values[:, :, 0] = 0
        return cls(values)

    @property
    def channels(self) -> int:
        """Feature maps."""
        return self.values.shape[1]

    def rows(self, start: int, stop: int) -> Tensor:
        """Return rows `start` to `stop`, (1, C, stop - start, W): a view."""
        return self.values.narrow(2, start - self.base, stop - start)

    def room(self, start: int, stop: int) -> Tensor:
        """Return rows `start` to `stop` for writing into them; from now on they have a value."""
        self._make_room(stop)
        self.reach = max(self.reach, stop)
        return self.rows(start, stop)

    def write(self, start: int, rows: Tensor) -> None:
        """Set rows from `start` on."""
        self.room(start, start + rows.shape[2]).copy_(rows)

    def around(self, start: int, stop: int) -> Tensor:
        """Return rows `start` to `stop` and one more on either side; below the last one is zero."""
        if stop >= self.reach:
            self._make_room(stop)
            self.rows(stop, stop + 1).zero_()
        return self.rows(start - 1, stop + 1)

    def _make_room(self, row: int) -> None:
        """Make sure that `row` has a place; give up rows that nobody needs any more for it."""
        room = self.values.shape[2]
        if row - self.base < room:
            return
        keep = min(self.needed.values(), default=-1)
        kept = self.rows(keep, self.reach)
        # as much again as is moved: moving is then rare, and the rest stays in the cache
        wanted = row + 1 - keep + kept.shape[2]
        if wanted > room:
            # fresh memory costs more than the arithmetic on it: do not grow row by row
            self.values = torch.empty(
                (1, self.channels, wanted + wanted // 4, self.values.shape[3]),
                dtype=kept.dtype,
                memory_format=torch.channels_last,
            )
        elif self.base + kept.shape[2] > keep:
            kept = kept.clone()
        self.values[:, :, : kept.shape[2]] = kept
        self.base = keep
