"""Plain options of the twin turned into a sample and settings."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, Field, ValidationError

from ai_afm.errors import ConfigError
from ai_afm.image.instrument_time import STOCK_TIMES, InstrumentTimes
from ai_afm.image.sho_fit import FEWEST_BINS
from ai_afm.microscope.simulated import noise
from ai_afm.microscope.simulated.band import Band
from ai_afm.microscope.simulated.clock import Clock, ShiftedClock
from ai_afm.microscope.simulated.faults import Fault, parse_fault
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.memory_file import load_memory
from ai_afm.microscope.simulated.modes import Detection
from ai_afm.microscope.simulated.sample import make_world
from ai_afm.microscope.simulated.scanner import ScannerSettings
from ai_afm.microscope.simulated.settings import MODE_FREQUENCY, DeviceSettings, ImagingSettings
from ai_afm.microscope.simulated.spec import WORLD_KINDS
from ai_afm.microscope.simulated.switching_state import SwitchingSettings
from ai_afm.microscope.simulated.tip import Tip
from ai_afm.types import Drive, Mode

ModeName: TypeAlias = Literal[
    "dart", "single_frequency", "off_resonance", "band_excitation", "tapping"
]

MODES = {
    "dart": Mode.PFM_DART,
    "single_frequency": Mode.PFM_SINGLE_FREQUENCY,
    "off_resonance": Mode.PFM_OFF_RESONANCE,
    "band_excitation": Mode.PFM_BAND_EXCITATION,
    "tapping": Mode.TAPPING,
}
"""Names of the detection modes in options."""


class SimulatedOptions(BaseModel, extra="forbid", frozen=True, allow_inf_nan=False):
    """Options of the twin; everything else has the defaults of the parts."""

    world: str = "film"
    """Kind of world, one of `WORLD_KINDS`."""
    seed: int = Field(0, ge=0)
    """Seed of the world, and with `noise_seed` of the noise."""
    noise_seed: int = Field(0, ge=0)
    """Seed of noise and faults."""
    extent_nm: float = Field(20_000.0, gt=0)
    """Edge of the square that the scanner reaches and in which the truth is known."""
    scale_nm: float | None = Field(None, gt=0)
    """Typical feature size of the world, `None` for the kind's own."""
    mode: ModeName = "dart"
    """Detection mode."""
    band_width_khz: float = Field(64.0, gt=0, le=300)
    """Band excitation: width of the band around the contact resonance."""
    chirp_ms: float = Field(1.0, gt=0, le=100)
    """Band excitation: length of a chirp. No pixel is shorter; the band has width times chirp
    bins."""
    drive_v: float = Field(2.0, ge=0)
    """AC amplitude where a request does not say."""
    phase_offset_deg: float = Field(25.0, ge=-180, le=180)
    """Offset of all phases, as cables and electronics make one."""
    noise: float = Field(1.0, ge=0)
    """Factor on all noise and drifts of the electronics; 0 is a silent instrument."""
    drift_nm_per_s: float = Field(0.0, ge=0)
    """Thermal drift, towards the upper right."""
    instrument: Literal["path", "stock"] = "path"
    """One that takes paths, or one that takes rectangles only, and slowly, through its maker's
    program."""
    lifts_to_move: bool = True
    """Whether the tip is lifted for moves between the sweeps of a path."""
    scanner: Literal["closed", "open"] = "closed"
    """Closed loop, or open loop with hysteresis, bow and creep."""
    tip_radius_nm: float = Field(15.0, ge=0)
    """Radius of the new tip."""
    tip_wear: bool = True
    """Whether the tip wears."""
    ac_share: float = Field(0.0, ge=0, le=1)
    """Share of the drive that helps to switch: 0 reads without touching, 1 adds its whole peak."""
    line_timeout_s: float = Field(30.0, gt=0)
    """After this time without a line the instrument's driver reports a time-out."""
    faults: tuple[str, ...] = ()
    """What will go wrong: `kind@scan:line` or `kind@12.5s`, see `faults.parse_fault`."""
    bias_file: str | None = None
    """File that keeps the bias source's setting when the process dies."""
    memory_file: str | None = None
    """File that keeps what was done to the sample."""


def read_options(options: Mapping[str, object]) -> SimulatedOptions:
    """Check plain options.

    Raises
    ------
    ConfigError
        When an option is unknown or out of bounds.
    """
    try:
        checked = SimulatedOptions.model_validate(dict(options))
    except ValidationError as exc:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
        raise ConfigError(f"options of the simulated microscope: {problems}") from exc
    faults_of(checked)
    if (bins := band_of(checked).bins) < FEWEST_BINS:
        raise ConfigError(
            f"options of the simulated microscope: {checked.band_width_khz:g} kHz for"
            f" {checked.chirp_ms:g} ms make {bins} bins; a fit needs {FEWEST_BINS}"
        )
    return checked


def faults_of(options: SimulatedOptions) -> tuple[Fault, ...]:
    """Return the faults that the options name."""
    return tuple(parse_fault(text) for text in options.faults)


def imaging_of(options: SimulatedOptions) -> ImagingSettings:
    """Return the imaging settings that the options ask for."""
    mode = MODES[options.mode]
    drift = options.drift_nm_per_s * 1e-9 / math.sqrt(2)
    closed = options.scanner == "closed"
    tip = Tip(radius=options.tip_radius_nm * 1e-9)
    if not options.tip_wear:
        tip = Tip(radius=options.tip_radius_nm * 1e-9, blunting=0.0, coating_life=math.inf)
    return ImagingSettings(
        tip=tip,
        detection=Detection(mode=mode, frequency=MODE_FREQUENCY[mode], band=band_of(options)),
        scanner=ScannerSettings(
            closed_loop=closed, drift=(drift, drift), bow=0.0 if closed else 40.0
        ),
        noise=noise.scaled(
            noise.NoiseSettings(phase_offset=math.radians(options.phase_offset_deg)), options.noise
        ),
        drive=Drive(options.drive_v),
    )


def band_of(options: SimulatedOptions) -> Band:
    """Return the band that band excitation excites."""
    center = MODE_FREQUENCY[Mode.PFM_BAND_EXCITATION]
    return Band(center, options.band_width_khz * 1e3, options.chirp_ms * 1e-3)


def device_of(options: SimulatedOptions, imaging: ImagingSettings) -> DeviceSettings:
    """Return the settings of the instrument around the imaging."""
    return DeviceSettings(
        imaging=imaging,
        times=STOCK_TIMES if options.instrument == "stock" else InstrumentTimes(),
        paths=options.instrument == "path",
        lifts_to_move=options.lifts_to_move,
        extent=options.extent_nm * 1e-9,
        line_timeout=options.line_timeout_s,
        faults=faults_of(options),
        seed=options.noise_seed,
        sample_name=f"twin {options.world} {options.seed}",
        bias_file=None if options.bias_file is None else Path(options.bias_file),
        memory_file=None if options.memory_file is None else Path(options.memory_file),
    )


def build_sample(options: SimulatedOptions) -> SwitchingSample:
    """Grow the world and make a pristine sample of it.

    Raises
    ------
    ConfigError
        When there is no such world.
    """
    if options.world not in WORLD_KINDS:
        raise ConfigError(f"no world {options.world!r}; there are {', '.join(WORLD_KINDS)}")
    scale = None if options.scale_nm is None else options.scale_nm * 1e-9
    world = make_world(options.world, options.seed, options.extent_nm * 1e-9, scale)
    return SwitchingSample(world, options.seed, SwitchingSettings(ac_share=options.ac_share))


def assembled(
    options: SimulatedOptions, clock: Clock
) -> tuple[SwitchingSample, DeviceSettings, Clock]:
    """Return sample, settings and clock of a twin, which remembers where a memory file is named.

    Raises
    ------
    ConfigError
        When the world cannot be grown.
    InstrumentError
        When the memory file cannot be read.
    """
    sample, imaging = build_sample(options), imaging_of(options)
    memory = None if options.memory_file is None else load_memory(Path(options.memory_file))
    if memory is not None:
        sample.replay(memory.sample)
        imaging = replace(imaging, tip=replace(imaging.tip, contact_path=memory.contact_path))
        # the clock of a run that goes on is there already, that of another program is not
        clock = ShiftedClock(clock, max(0.0, memory.time - clock.now()))
    return sample, device_of(options, imaging), clock
