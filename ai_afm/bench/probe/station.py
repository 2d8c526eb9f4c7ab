"""An instrument with a person's care: images and loops of the twin, and a witness of the bias.

What comes out of a station is what a real instrument would give; `truth` alone knows more, for the
scoring.
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from ai_afm.image.assemble import Assembler
from ai_afm.microscope.base import TipState
from ai_afm.microscope.simulated import options as opt
from ai_afm.microscope.simulated.afm import SimulatedAfm
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.sample import build_world, make_world
from ai_afm.microscope.simulated.spec import WorldSpec
from ai_afm.microscope.simulated.switching_state import SwitchingSettings
from ai_afm.types import (
    Frame,
    Point,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    Spectrum,
    Waveform,
)


@dataclass(slots=True)
class Station:
    """A twin that is asked for images and loops.

    Parameters
    ----------
    microscope
        The twin.
    clock
        Its clock.
    wear
        Share of the bias that each probe takes from all later ones: a coating that wears. The
        instrument does not know of it.
    probes
        How many probes the tip has made.
    quiet, looked
        How often bias and drive read 0 V before the tip was lifted, and how often that was asked.
    """

    microscope: SimulatedAfm
    clock: InstantClock
    wear: float = 0.0
    probes: int = 0
    quiet: int = 0
    looked: int = 0

    @property
    def sample(self) -> SwitchingSample:
        """The sample with its history; only the scoring may look at it."""
        sample = self.microscope.sample
        assert isinstance(sample, SwitchingSample)
        return sample

    def image(self, region: ScanRegion, shape: tuple[int, int], rate: float) -> Frame:
        """Scan a region in (lines, pixels) at a line rate, Hz."""
        request = ScanRequest(region, shape, rate)
        source = self.microscope
        assembler = Assembler(request, source.capabilities.channels, source.measurement())
        for line in source.scan(request):
            assembler.add(line)
        self._witness()
        return assembler.frame

    def probe(self, at: Point, waveform: Waveform, kind: ProbeKind) -> Spectrum:
        """Probe a place; what reaches the tip is less than asked for when its coating is worn."""
        left = math.exp(-self.wear * self.probes)
        worn = replace(waveform, amplitude=waveform.amplitude * left)
        self.probes += 1
        spectrum = self.microscope.probe(ProbeRequest(kind, at, worn))
        self._witness()
        if left == 1.0:
            return spectrum
        return replace(
            spectrum,
            request=replace(spectrum.request, waveform=waveform),
            bias=(spectrum.bias / left).astype(np.float32),
            write_bias=(spectrum.write_bias / left).astype(np.float32),
        )

    def loop(self, at: Point, waveform: Waveform) -> Spectrum:
        """Measure a hysteresis loop at a place."""
        return self.probe(at, waveform, ProbeKind.HYSTERESIS_LOOP)

    def lift(self) -> None:
        """End the session: withdraw, and look what the bias reads then."""
        before = self.microscope.state()
        self.looked += 1
        self.quiet += not (before.bias or before.drive)
        self.microscope.withdraw()

    def _witness(self) -> None:
        state = self.microscope.state()
        if state.tip is TipState.ENGAGED:
            self.looked += 1
            self.quiet += not (state.bias or state.drive)


@dataclass(frozen=True, slots=True)
class Build:
    """What a station is built from.

    Parameters
    ----------
    seed
        Of world, noise and chance.
    settings
        How the sample switches.
    kind
        Kind of world, or its whole recipe.
    extent
        Side of the world, m.
    options
        Further options of the twin (noise, drift).
    wear
        See `Station`.
    scale
        Typical feature size of the world, m; `None` for the kind's own.
    """

    seed: int
    settings: SwitchingSettings
    kind: str | WorldSpec = "labyrinth"
    extent: float = 12e-6
    options: dict[str, object] = field(default_factory=dict)
    wear: float = 0.0
    scale: float | None = None


def open_station(build: Build) -> Station:
    """Build world, sample and instrument."""
    named = {
        "extent_nm": build.extent * 1e9,
        "seed": build.seed,
        "noise_seed": build.seed,
        **build.options,
    }
    checked = opt.read_options(named)
    if isinstance(build.kind, str):
        world = make_world(build.kind, build.seed, build.extent, build.scale)
    else:
        world = build_world(build.kind)
    sample = SwitchingSample(world, build.seed, build.settings)
    clock = InstantClock()
    device = opt.device_of(checked, opt.imaging_of(checked))
    return Station(SimulatedAfm(sample, device, clock), clock, build.wear)
