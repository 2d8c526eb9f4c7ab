"""The parts of the twin that a scan uses and changes."""

import math
import threading
from dataclasses import dataclass, field
from pathlib import Path

from ai_afm.errors import LinkLost
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.microscope.simulated import faults as wrong
from ai_afm.microscope.simulated.bias import BiasSource
from ai_afm.microscope.simulated.clock import Clock
from ai_afm.microscope.simulated.faults import Fault
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.memory_file import Memory, save_memory
from ai_afm.microscope.simulated.scanner import Scanner
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.surface import Array, Sample


@dataclass
class Instrument:
    """The parts that a scan uses and changes: tip (in `imaging`), scanner, bias, clock, sample.

    `times` are those of the cost model, `lifts_to_move` tells whether the tip is lifted for moves
    between the sweeps of a path. `link_back` is the time at which a lost link answers again,
    `phases` those of the slow drifts, `memory_file` where the sample's history is kept, `pending`
    the faults that will happen, `abort` is set by whoever wants the scan to end.
    """

    sample: Sample
    imaging: ImagingSettings
    scanner: Scanner
    source: BiasSource
    clock: Clock
    pending: list[Fault]
    line_timeout: float
    times: InstrumentTimes
    phases: Array
    lifts_to_move: bool = True
    link_back: float = -math.inf
    memory_file: Path | None = None
    abort: threading.Event = field(default_factory=threading.Event)

    def check_link(self) -> None:
        """Raise `LinkLost` while the link is down."""
        if self.link_back > (now := self.clock.now()):
            left = self.link_back - now
            raise LinkLost(f"the simulated instrument does not answer (for another {left:.3g} s)")

    def wait(self, seconds: float) -> bool:
        """Let time pass, in slices; return False as soon as another thread asks to stop."""
        slices = max(1, math.ceil(seconds / 0.25))
        for _ in range(slices):
            if self.abort.is_set():
                return False
            self.clock.sleep(seconds / slices)
        return not self.abort.is_set()

    def take_due(self, scan: int, line: int, end: float) -> tuple[Fault, ...]:
        """Return the faults that set in at a line or probe; they do not happen again."""
        happening = wrong.due(self.pending, scan, line, end)
        self.pending = [fault for fault in self.pending if fault not in happening]
        return happening

    def keep_memory(self) -> None:
        """Write what was done to sample and tip to `memory_file`, where there is one."""
        if self.memory_file is not None and isinstance(self.sample, SwitchingSample):
            path = self.imaging.tip.contact_path
            memory = Memory(self.clock.now(), path, self.sample.to_json())
            save_memory(self.memory_file, memory)
