"""The rows of one layer of a network while a frame comes in: a window that moves with the scan."""

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(slots=True)
class Rows:
    """Rows of a layer that are still needed.

    Parameters
    ----------
    values
        (1, C, room, W); row r lies at index r - base. Row -1, above the first, is zero, and so is
        the row below the newest: a convolution's padding.
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
    def empty(
        cls, channels: int, height: int, width: int, dtype: torch.dtype, planar: bool = False
    ) -> "Rows":
        """Return a layer without rows.

        Parameters
        ----------
        channels, width
            Its shape.
        height
            Rows that there is room for from the start; with all rows of the frame, none is ever
            given up.
        dtype
            Of the values.
        planar
            Channels first in memory. Else channels last: a slice of rows is contiguous.
        """
        layout = torch.contiguous_format if planar else torch.channels_last
        values = torch.empty(1, channels, height + 2, width, dtype=dtype, memory_format=layout)
        values[:, :, 0] = 0
        return cls(values)

    @property
    def channels(self) -> int:
        """Feature maps."""
        return self.values.shape[1]

    def rows(self, start: int, stop: int) -> Tensor:
        """Return rows `start` to `stop`, (1, C, stop - start, W): a view."""
        return self.values[:, :, start - self.base : stop - self.base]

    def write(self, start: int, rows: Tensor, channel: int = 0) -> None:
        """Set rows from `start` on, all channels or those from `channel` on."""
        stop = start + rows.shape[2]
        self._make_room(stop)
        window = slice(start - self.base, stop - self.base)
        self.values[:, channel : channel + rows.shape[1], window] = rows
        self.reach = max(self.reach, stop)

    def end(self, row: int) -> None:
        """Let nothing be below the rows so far: set row `row` to zero."""
        self._make_room(row)
        self.values[:, :, row - self.base] = 0

    def _make_room(self, row: int) -> None:
        """Make sure that `row` has a place; give up rows that nobody needs any more for it."""
        room = self.values.shape[2]
        if row - self.base < room:
            return
        keep = min(self.needed.values(), default=-1)
        kept = self.values[:, :, keep - self.base : self.reach - self.base].clone()
        wanted = row + 1 - keep
        if 3 * wanted > 2 * room:
            # twice the rows in use: moving them is then rare
            self.values = torch.empty(
                (1, self.channels, 2 * wanted, self.values.shape[3]),
                dtype=kept.dtype,
                memory_format=torch.channels_last,
            )
        self.values[:, :, : kept.shape[2]] = kept
        self.base = keep
