"""Faults of a scan under way: they set in at a line, and spoil lines for a while."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ai_afm.errors import LinkLost, ScanTimeout
from ai_afm.microscope.simulated import faults as wrong
from ai_afm.microscope.simulated.faults import Fault, FaultKind, Limits
from ai_afm.microscope.simulated.instrument import Instrument
from ai_afm.microscope.simulated.tip import SecondTip
from ai_afm.types import Direction, FloatImage, LineFlag, Mode

Channels = Mapping[str, FloatImage]


@dataclass
class Troubles:
    """What goes wrong in one frame or path.

    Parameters
    ----------
    instrument
        Its pending faults happen here.
    number
        The how-manyth scan (frame or path) of the session, from 1.
    rng
        Where chance comes from.
    step
        Height (m) by which tip changes have shifted the lines since the scan began.
    """

    instrument: Instrument
    number: int
    rng: np.random.Generator
    step: float = 0.0
    _active: list[tuple[FaultKind, int]] = field(default_factory=list)
    _last: dict[Direction, FloatImage] = field(default_factory=dict)

    def first_at(self, lines: range, ends: list[float]) -> int:
        """Return the first of `lines` (which end at `ends`, s) at which a fault sets in."""
        if self.instrument.pending:
            for line, end in zip(lines, ends, strict=True):
                if wrong.due(self.instrument.pending, self.number, line, end):
                    return line
        return lines.stop

    def set_in(self, line: int, seconds: float) -> None:
        """Let the faults that are due at a line of `seconds` happen.

        Raises
        ------
        LinkLost, ScanTimeout
            When the fault is one of the link, or a stall that takes too long.
        """
        instrument, now = self.instrument, self.instrument.clock.now()
        for fault in instrument.take_due(self.number, line, now + seconds):
            if fault.kind is FaultKind.LINK_LOST:
                instrument.link_back = now + fault.size
                raise LinkLost(
                    f"no answer from the simulated instrument at line {line} of scan {self.number}"
                )
            if fault.kind is FaultKind.LINE_STALL:
                self._stall(fault.size, line)
            elif fault.kind is FaultKind.DRIFT_JUMP:
                angle = self.rng.uniform(0, 2 * math.pi)
                jump = (fault.size * math.cos(angle), fault.size * math.sin(angle))
                instrument.scanner.jump(jump, now)
            elif fault.kind is FaultKind.BIAS_STUCK:
                instrument.source.stuck = True
            elif fault.kind in (FaultKind.TIP_CHANGE, FaultKind.DOUBLE_TIP):
                self._change_tip(fault)
            else:
                self._active.append((fault.kind, line + fault.lines))

    def spoil(
        self, channels: Channels, flags: LineFlag, direction: Direction
    ) -> tuple[Channels, LineFlag]:
        """Return channels and quality of a pass as the faults that last leave it."""
        if self._active:
            kinds = frozenset(kind for kind, _ in self._active)
            channels, more = wrong.spoil_line(channels, kinds, self._limits(), self.rng)
            flags |= more
            last = self._last.get(direction)
            if FaultKind.FROZEN_CHANNEL in kinds and last is not None:
                if len(last) == len(channels["amplitude"]):
                    channels = {**channels, "amplitude": last}
        self._last[direction] = channels["amplitude"]
        return channels, flags

    def line_done(self, line: int) -> None:
        """Let the faults end that last until a line."""
        if self._active:
            self._active = [(kind, end) for kind, end in self._active if end > line + 1]

    def _limits(self) -> Limits:
        s = self.instrument.imaging
        free = s.feedback.free_amplitude if s.detection.mode is Mode.TAPPING else None
        return Limits(s.scanner.z_limit, s.noise.response_limit, s.noise.deflection_limit,
                      max(s.noise.shot, 1e-12), free)  # fmt: skip

    def _stall(self, seconds: float, line: int) -> None:
        timeout = self.instrument.line_timeout
        self.instrument.clock.sleep(min(seconds, timeout))
        if seconds >= timeout:
            raise ScanTimeout(f"no line {line} of scan {self.number} within {timeout:g} s")

    def _change_tip(self, fault: Fault) -> None:
        instrument, tip = self.instrument, self.instrument.imaging.tip
        if fault.kind is FaultKind.DOUBLE_TIP:
            tip = replace(tip, second=SecondTip())
        else:
            # A piece of the apex breaks off or sticks: blunter, another height, less response.
            self.step += (fault.size - 1) * tip.radius * 0.1
            tip = replace(tip, radius=tip.radius * fault.size, coating=tip.coating * 0.8)
        instrument.imaging = replace(instrument.imaging, tip=tip)
