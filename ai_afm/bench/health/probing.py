"""Regular checks by probes: the load from a short lift, the coating from loops at fresh spots."""

import math
from dataclasses import replace

import numpy as np
from scipy.ndimage import distance_transform_edt

from ai_afm.bench.health import broken
from ai_afm.bench.health.regular import EVERY, REPEATS, Regular, run_regular
from ai_afm.bench.health.roc import Trial
from ai_afm.bench.health.worlds import Bench
from ai_afm.geometry import pixel_to_sample
from ai_afm.microscope.simulated.loops import ProbeNoise, measure
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.noise import WANDER_PERIODS, wander
from ai_afm.microscope.simulated.probing import probe_noise, tip_properties
from ai_afm.microscope.simulated.tip import Tip, reaching
from ai_afm.survey.health.check import Check
from ai_afm.survey.health.electrical import ReferenceLoops, check_coating, read_loops
from ai_afm.survey.health.load import check_load, free_level
from ai_afm.survey.health.passes import passes_of, responses
from ai_afm.types import Mode, Point, ProbeKind, ProbeRequest, Spectrum, Waveform

SPOTS = 8
"""Loops a check."""
CHECKS = 3 + 2 * REPEATS
"""The reference, the healthy checks with their repeats, and two with the fault."""
APART = 200e-9
"""m between spots: three radii of a written dot and more."""
MAP_LINES, MAP_PIXELS = 112, 160
MAP_PIXEL = 20e-9
WAVEFORM = Waveform(amplitude=10.0, steps=64, cycles=2, on_time=0.005, off_time=0.005)
LIFT_NOISE = 5e-12
"""N/sqrt(Hz): noise of the detector as force."""
PROBE_LINES = 3
"""What loops or a lift take, in lines of 2.5 s."""


def probe_trials(bench: Bench) -> dict[str, Trial]:
    """Run the checks that probe; in contact modes, loops where the sample switches."""
    if bench.mode is Mode.TAPPING:
        return {}
    onset = float(bench.rng(8).uniform(0, EVERY))
    trials = {"load_drift": run_regular(_lifts(bench), onset)}
    spec = bench.world.spec
    if spec.response.piezo > 0 and (spec.domains is not None or spec.twins):
        loops = _coating(bench)
        if loops is not None:
            trials["electrical_wear"] = run_regular(loops, onset)
    return trials


def _lifts(bench: Bench) -> Regular:
    """Return lifts 43 minutes apart: the zero wanders, or drifts by a good part of the load."""
    sample = SwitchingSample(bench.world, bench.rng(9))
    tip: Tip = bench.settings.tip
    spring = tip_properties(bench.settings).force.spring
    setpoint = tip.load / spring
    phases = bench.rng(10).uniform(0, 2 * math.pi, len(WANDER_PERIODS))
    side = float(bench.rng(11).choice([-1.0, 1.0]))
    request = ProbeRequest(ProbeKind.FORCE_CURVE, (0.0, 0.0), indentation=tip.load)
    noise = ProbeNoise(force=LIFT_NOISE)

    def lift(number: int, faulty: bool) -> Spectrum:
        time = EVERY * 2.5 * number
        curve = measure(sample, request, tip_properties(bench.settings), noise,
                        bench.rng(12, number), time)  # fmt: skip
        wandered = float(wander(np.array(time), phases)) - float(wander(np.array(0.0), phases))
        zero = bench.settings.noise.optical_zero * wandered
        zero += side * broken.LOAD_SHARE * setpoint * faulty
        moved = (curve.extra["deflection"] + zero).astype(np.float32)
        return replace(curve, extra={**curve.extra, "deflection": moved})

    zero = free_level(lift(0, False))

    def look(number: int, faulty: bool) -> Check:
        return check_load(lift(number, faulty), zero, zero + setpoint)

    return Regular(look, PROBE_LINES, True)


def _coating(bench: Bench) -> Regular | None:
    """Return loops at fresh spots of one domain, `None` where no domain has room for them."""
    spots = _spots(bench, SPOTS * CHECKS)
    if len(spots) < SPOTS * CHECKS:
        return None
    sample = SwitchingSample(bench.world, bench.rng(13))
    worn = broken.worn_coating(bench)

    def loops(number: int, faulty: bool) -> ReferenceLoops | None:
        settings = worn if faulty else bench.settings
        played = reaching(WAVEFORM, settings.tip)
        spectra: list[Spectrum] = []
        drift = bench.rng(16, number).normal(0, bench.settings.noise.gain_drift)
        for spot in spots[SPOTS * number : SPOTS * (number + 1)]:
            request = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, spot, played)
            rng = bench.rng(14, number, len(spectra))
            spectrum = measure(sample, request, tip_properties(settings), probe_noise(settings),
                               rng, 2500.0 * number)  # fmt: skip
            # the instrument knows what it put on the tip, not what reached the sample
            applied = (spectrum.write_bias / settings.tip.bias_share).astype(np.float32)
            response = ((1 + drift) * spectrum.response).astype(np.complex64)
            spectra.append(replace(spectrum, write_bias=applied, response=response))
        return read_loops(spectra)

    then = loops(0, False)

    def look(number: int, faulty: bool) -> Check:
        if faulty:  # the last spots, whatever the number
            number = CHECKS - 1 - number % 2
        return check_coating(then, loops(number, faulty))

    return Regular(look, PROBE_LINES, True)


def _spots(bench: Bench, most: int) -> list[Point]:
    """Choose spots in one domain of an image of the response, far from what bounds it."""
    frame = bench.frame((MAP_LINES, MAP_PIXELS), 50, place=((0.0, 0.0), MAP_PIXEL))
    passes = passes_of(frame)
    pair = None if passes is None else responses(passes)
    if pair is None:
        return []
    mean = (pair[0] + pair[1]) / 2
    axis = np.angle(np.mean((mean - mean.mean()) ** 2)) / 2
    along = ((mean - mean.mean()) * np.exp(-1j * axis)).real
    up = along > 0
    domain = up if up.mean() > 0.5 else ~up
    room = distance_transform_edt(domain)
    spots: list[Point] = []
    order = np.argsort(room, axis=None)[::-1]
    for row, column in zip(*np.unravel_index(order, room.shape), strict=True):
        if room[row, column] < 3 or len(spots) == most:
            break
        x, y = pixel_to_sample(frame.region, frame.shape, np.array(row), np.array(column))
        spot = float(x), float(y)
        if all(math.dist(spot, other) >= APART for other in spots):
            spots.append(spot)
    rng = bench.rng(15)
    return [spots[i] for i in rng.permutation(len(spots))]
