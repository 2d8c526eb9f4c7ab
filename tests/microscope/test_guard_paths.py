"""Paths behind the guard: each rule by hand, with a number, a unit and a limit in the refusal."""

import math
from dataclasses import replace

import pytest

from ai_afm.errors import OutOfRange
from ai_afm.image.instrument_time import path_seconds
from ai_afm.microscope.base import Capabilities
from ai_afm.microscope.dose import pass_dose, path_passes
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.testing.fake import FakeMicroscope, bias_everywhere, wide_limits
from ai_afm.types import (
    Consent,
    ConsentLevel,
    ConsentZone,
    Drive,
    Limits,
    PathRequest,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    Sweep,
    Waveform,
)

UM = 1e-6


def guarded(
    limits: Limits | None = None, consent: Consent | None = None, bias: float = 0.0, **changes
) -> GuardedMicroscope:
    """Return a guard around a fake that declares `changes`."""

    class Instrument(FakeMicroscope):
        @property
        def capabilities(self) -> Capabilities:
            return replace(FakeMicroscope.capabilities.fget(self), **changes)

    fake = Instrument(bias=bias)
    return GuardedMicroscope(fake, limits or wide_limits(), consent or Consent(), fake.clock)


def sweep(x: float, y: float, length: float = 0.4 * UM, speed: float = 2 * UM) -> Sweep:
    return Sweep((x, y), (x + length, y), speed, 11)


def path(*sweeps: Sweep, **changes: object) -> PathRequest:
    return PathRequest(sweeps, **changes)  # type: ignore[arg-type]


def zone(level: str, x: float, y: float, width: float, height: float, volts=0.0) -> ConsentZone:
    region = ScanRegion((x, y), (width, height))
    return ConsentZone(region, ConsentLevel(level), volts, 3 if volts else 0)


def refusal(guard: GuardedMicroscope, request: object) -> str:
    with pytest.raises(OutOfRange) as refused:
        guard.check(request)  # type: ignore[arg-type]
    return str(refused.value)


NEAR = path(sweep(0, 0), sweep(0, 0.01 * UM), sweep(0, 0.02 * UM))
FAR = path(sweep(0, 0), sweep(0, 2 * UM))


def test_a_path_passes_through_line_by_line():
    guard = guarded()
    lines = list(guard.path(NEAR))
    assert [(line.index, str(line.direction)) for line in lines] == [
        (i, d) for i in range(3) for d in ("trace", "retrace")
    ]
    assert (guard.state().bias, guard.state().drive) == (0.0, 0.0)


def test_a_path_is_no_frame_and_a_frame_no_path():
    guard = guarded()
    with pytest.raises(OutOfRange, match="no path"):
        guard.path(ScanRequest(ScanRegion((0, 0), (UM, UM)), (3, 5), 1.0))
    with pytest.raises(OutOfRange, match="cannot be scanned"):
        guard.scan(NEAR)


def test_an_instrument_without_paths_is_asked_for_none():
    assert "takes no paths" in refusal(guarded(paths=False), NEAR)
    slow = path(sweep(0, 0), sweep(0, 1e-8, speed=UM))
    assert "one speed" in refusal(guarded(variable_speed=False), slow)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        pytest.param(path(), "no sweeps", id="empty"),
        pytest.param(path(sweep(9.7 * UM, 0)), r"sweep 1 reaches 1.000e-07 m beyond", id="range"),
        pytest.param(path(sweep(0, 0, length=0.0)), "length of sweep 1 is 0", id="no length"),
        pytest.param(path(sweep(0, 0, speed=0.0)), "speed of sweep 1 is 0", id="no speed"),
        pytest.param(path(sweep(0, math.nan)), "not finite", id="nan"),
        pytest.param(path(sweep(0, 0, speed=2e-3)), "0.002 m/s, more than the 0.001", id="fast"),
        pytest.param(path(replace(sweep(0, 0), pixels=5000)), "5000 pixels lie outside 1 to 4096",
                     id="pixels"),
        pytest.param(path(replace(sweep(0, 0), pixels=True)), "not a whole number", id="true"),
        pytest.param(path(sweep(0, 0), drive=Drive(6.0)), "6 V, more than the 5 V", id="drive"),
        pytest.param(path(sweep(0, 0), travel_speed=0.0), "must be more than 0", id="travel"),
        pytest.param(path(sweep(0, 0), travel_speed=1.0), "1 m/s, more than the 2e-05", id="haste"),
        pytest.param(path(sweep(0, 0), both_ways=1), "both_ways is 1", id="both ways"),
        pytest.param(path(replace(sweep(0, 0), start=(0.0, 0.0, 0.0))), "two numbers", id="3-D"),
        pytest.param(path("sweep"), "malformed", id="text"),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_with_its_number(request_, words):
    with pytest.raises(OutOfRange, match=words):
        guarded().check(request_)


def test_the_sweep_that_breaks_a_rule_is_named():
    assert refusal(guarded(), path(sweep(0, 0), sweep(0, 6 * UM))).startswith("sweep 2 reaches")


# Speed in contact between the sweeps


def test_a_move_in_contact_may_not_be_faster_than_the_tip_may_go():
    careful = replace(wide_limits(), max_tip_speed=1e-5)
    dragged, lifted = guarded(careful), guarded(careful, lifts_to_move=True)
    words = refusal(dragged, FAR)
    assert "from sweep 1 to the next is 2e-05 m/s, more than the 1e-05 m/s" in words
    dragged.check(replace(FAR, travel_speed=1e-5))
    lifted.check(FAR)


def test_a_step_of_a_zig_zag_is_no_move():
    guarded(replace(wide_limits(), max_tip_speed=2 * UM)).check(NEAR)


# Zones


def test_a_sweep_through_a_forbidden_zone_is_refused():
    consent = Consent((zone("forbidden", 0.2 * UM, 0.01 * UM, 1e-7, 1e-9),))
    words = refusal(guarded(consent=consent), NEAR)
    assert words.startswith("sweep 2 crosses a forbidden zone for 1.000e-07 m, where 0 m")


@pytest.mark.parametrize("lifts", [True, False])
def test_the_way_between_two_sweeps_may_not_cross_a_forbidden_zone_either(lifts):
    consent = Consent((zone("forbidden", 0.0, UM, 0.2 * UM, 0.5 * UM),))
    words = refusal(guarded(consent=consent, lifts_to_move=lifts), FAR)
    assert words.startswith(
        "the way from sweep 1 to the next crosses a forbidden zone for 5.000e-07"
    )
    # Recorded once, the tip is at the far end, and the way leads past the zone.
    guarded(consent=consent).check(replace(FAR, both_ways=False))


def test_a_path_that_turns_round_at_the_edge_of_a_zone_does_not_cross_it():
    consent = Consent((zone("forbidden", 0.9 * UM, 0.0, UM, UM),))
    out = sweep(0, 0)
    back = Sweep(out.end, (0.0, 1e-8), out.speed, out.pixels)
    guarded(consent=consent).check(path(out, back, both_ways=False))


def test_a_dc_bias_needs_consent_on_the_sweeps_and_on_the_ways_in_contact():
    consent = Consent(
        (
            zone("bias", 0.2 * UM, 0.0, UM, 0.2 * UM, 3.0),
            zone("bias", 0.2 * UM, 2 * UM, UM, 0.2 * UM, 3.0),
        )
    )
    biased = replace(FAR, drive=Drive(1.0, None, 2.0))
    guarded(consent=consent, lifts_to_move=True).check(biased)
    assert "ways between the sweeps" in refusal(guarded(consent=consent), biased)
    too_much = replace(biased, drive=Drive(1.0, None, 3.5))
    assert "3.5 V" in refusal(guarded(consent=consent, lifts_to_move=True), too_much)
    assert "only images" in refusal(guarded(), biased)


def test_a_bias_that_the_instrument_holds_counts_like_one_that_is_asked_for():
    assert "only images" in refusal(guarded(bias=2.0), NEAR)
    guarded(bias=1e-4).check(NEAR)


# The move to a request


BESIDE = ScanRegion((3 * UM, 0.0), (UM, 0.5 * UM))
WALL = zone("forbidden", 1.5 * UM, 0.0, 0.4 * UM, 3 * UM)
LOOP = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (3 * UM, 0.0), Waveform(2.0, 8, 1))


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(ScanRequest(BESIDE, (4, 7), 2.0), id="frame"),
        pytest.param(path(sweep(3 * UM, 0.0)), id="path"),
        pytest.param(LOOP, id="probe"),
    ],
)
def test_the_straight_move_to_a_request_may_not_cross_a_forbidden_zone(request_):
    everywhere = bias_everywhere().zones
    guarded(consent=Consent(everywhere)).check(request_)
    guard = guarded(consent=Consent((*everywhere, WALL)))
    words = refusal(guard, request_)
    assert "the straight move from" in words
    assert "e-07 m, where 0 m are allowed" in words
    guard.check(request_, position=(3 * UM, 2 * UM))


def test_a_tip_that_stands_in_a_forbidden_zone_may_leave_it():
    here = zone("forbidden", 0.0, 0.0, 0.4 * UM, 3 * UM)
    frame = ScanRequest(BESIDE, (4, 7), 2.0)
    guarded(consent=Consent((here,))).check(frame)
    assert "straight move" in refusal(guarded(consent=Consent((here, WALL))), frame)


# Time and dose


def test_the_time_of_a_path_is_that_of_the_cost_model():
    seconds = path_seconds(NEAR, guarded().capabilities.times) + 0.05 + 0.02 + 0.005
    guarded(replace(wide_limits(), max_run_time=seconds * 1.0001)).check(NEAR)
    words = refusal(guarded(replace(wide_limits(), max_run_time=seconds * 0.999)), NEAR)
    assert f"run time at its end is {seconds:.6g} s" in words


def test_each_sweep_crosses_its_cells_there_and_back():
    guard = guarded()
    list(guard.path(path(sweep(0, 5e-8, 0.4 * UM, 4 * UM), drive=Drive(math.sqrt(2)))))
    # 0.1 s a pass, and a ninth of it for each of the two turns
    assert guard.dose.at((1.5e-7, 5e-8)) == pytest.approx((2.0, 0.2 * (1 + 1 / 9) / 4, 0.0))
    assert len(guard.dose.cells) == 4


def test_a_dose_limit_holds_for_paths():
    guard = guarded(replace(wide_limits(), max_passes=5.0))
    again = path(*(sweep(0, 5e-8) for _ in range(2)))
    list(guard.path(again))
    assert "6 passes (times load), more than the 5" in refusal(guard, path(sweep(0, 5e-8)))


def test_ways_in_contact_count_and_lifted_moves_do_not():
    times = guarded().capabilities.times
    dragged = path_passes(FAR, times, lifts=False)
    lifted = path_passes(FAR, times, lifts=True)
    between = (5e-8 - 1e-9, 1e-6)
    assert pass_dose(dragged, 1.0, 1.0).at((1e-9, 1.05e-6))[0] == pytest.approx(1.0)
    assert pass_dose(lifted, 1.0, 1.0).at(between) == (0.0, 0.0, 0.0)
    mixed = path(sweep(0, 0), sweep(0, 0, speed=UM), sweep(0, 2 * UM), sweep(0.4 * UM, 2 * UM))
    for whole in (FAR, mixed, replace(mixed, both_ways=False)):
        dragged = path_passes(whole, times, lifts=False)
        assert dragged.seconds.sum() == pytest.approx(path_seconds(whole, times))


def test_a_path_broken_off_counts_the_sweep_that_may_have_begun():
    guard = guarded()
    lines = guard.path(path(*(sweep(0, y * 1e-7 + 5e-8) for y in range(5))))
    for _ in range(3):
        next(lines)
    lines.close()
    counts = [guard.dose.at((1.5e-7, y * 1e-7 + 5e-8))[0] for y in range(5)]
    assert counts == pytest.approx([2.0, 2.0, 2.0, 0.0, 0.0])
