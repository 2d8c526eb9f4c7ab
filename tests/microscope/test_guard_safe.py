"""Whatever fails, wherever: no bias on the tip when it is lifted, none left behind in contact."""

import math
from contextlib import closing
from dataclasses import replace

import pytest

from ai_afm.errors import ConfigError, InstrumentError, LinkLost, OutOfRange, SafetyStop
from ai_afm.microscope.base import Feedback, MicroscopeState, TipState
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.testing.fake import (
    FakeMicroscope,
    bias_everywhere,
    blind,
    failing_at,
    failing_from,
    garbled,
    wide_limits,
)
from ai_afm.types import (
    Consent,
    Drive,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    Stroke,
    Waveform,
    WriteRequest,
)

PLACE = ScanRegion((2e-7, 1e-7), (5e-7, 3e-7), 0.4)
FRAME = ScanRequest(PLACE, (3, 5), 1.0, drive=Drive(1.0, None, 0.5))
LOOP = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (1e-7, 2e-7), Waveform(6.0))
DOTS = WriteRequest(
    PLACE, (Stroke(PLACE.center, PLACE.center, 6.0, 0.1), Stroke((2e-7, 1e-7), (3e-7, 1e-7), -5, 1))
)
FEEDBACKS = [Feedback.CONTACT, Feedback.TAPPING, Feedback.CURRENT]
IN_CONTACT = FEEDBACKS[:2]
LIFTS = ("park", "withdraw", "close")


def guarded(fake: FakeMicroscope) -> GuardedMicroscope:
    return GuardedMicroscope(fake, wide_limits(), bias_everywhere(), fake.clock)


def whole_scan(guard: GuardedMicroscope) -> None:
    list(guard.scan(FRAME))


def broken_off_scan(guard: GuardedMicroscope) -> None:
    lines = guard.scan(FRAME)
    next(lines)
    next(lines)
    lines.close()


def probe(guard: GuardedMicroscope) -> None:
    guard.probe(LOOP)


def stop_in_a_scan(guard: GuardedMicroscope) -> None:
    with closing(guard.scan(FRAME)) as lines:
        for number, _ in enumerate(lines):
            if number == 2:
                guard.stop()


def withdraw_in_a_scan(guard: GuardedMicroscope) -> None:
    with closing(guard.scan(FRAME)) as lines:
        for number, _ in enumerate(lines):
            if number == 2:
                guard.withdraw()


def whole_write(guard: GuardedMicroscope) -> None:
    list(guard.write(DOTS))


def broken_off_write(guard: GuardedMicroscope) -> None:
    with closing(guard.write(DOTS)) as strokes:
        next(strokes)


def stop_in_a_write(guard: GuardedMicroscope) -> None:
    with closing(guard.write(DOTS)) as strokes:
        for _ in strokes:
            guard.stop()


def park(guard: GuardedMicroscope) -> None:
    guard.park()


def whole_run(guard: GuardedMicroscope) -> None:
    whole_scan(guard)
    guard.probe(LOOP)
    guard.park()
    whole_scan(guard)
    guard.close()


def withdraw(guard: GuardedMicroscope) -> None:
    guard.withdraw()
    guard.close()


SCENES = [
    whole_scan, broken_off_scan, probe, stop_in_a_scan, withdraw_in_a_scan, park, whole_run,
    withdraw,
]  # fmt: skip
WRITES = [whole_write, broken_off_write, stop_in_a_write]


def calls_of(scene, feedback: Feedback) -> int:
    fake = FakeMicroscope(feedback=feedback)
    scene(guarded(fake))
    return len(fake.calls)


def play(scene, fake: FakeMicroscope) -> tuple[GuardedMicroscope | None, Exception | None]:
    guard = None
    try:
        guard = guarded(fake)
        scene(guard)
    except (InstrumentError, OSError, KeyboardInterrupt) as exc:
        return guard, exc
    return guard, None


def assert_lifts_were_safe(fake: FakeMicroscope) -> None:
    for before, call in zip(fake.calls, fake.calls[1:], strict=False):
        if call.name in LIFTS and call.tip is TipState.ENGAGED:
            assert (call.bias, call.drive) == (0.0, 0.0), call
            assert before.name == "state", "each lift comes right after a reading"


def assert_bias_never_went_before_the_tip(fake: FakeMicroscope) -> None:
    assert not [c for c in fake.calls if c.name == "stop" and c.tip is TipState.ENGAGED]


FAILURES = [
    LinkLost("no answer"),
    OSError("socket closed"),
    KeyboardInterrupt(),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize("feedback", IN_CONTACT)
@pytest.mark.parametrize("scene", SCENES + WRITES)
def test_one_failure_at_any_call_leaves_no_bias_and_no_unsafe_lift(scene, feedback, failure):
    for n in range(1, calls_of(scene, feedback) + 1):
        fake = FakeMicroscope(feedback=feedback, fails=failing_at(n, failure))
        guard, error = play(scene, fake)
        assert_lifts_were_safe(fake)
        if isinstance(error, KeyboardInterrupt):
            # It may hit the clean-up itself: then whoever catches it has to stop.
            guard = guard or guarded(replace(fake, fails=lambda n, name: None))
            guard.stop()
        assert (fake.bias, fake.drive) == (0.0, 0.0), f"call {n} failed: {fake.calls[n - 1]}"


@pytest.mark.parametrize("feedback", IN_CONTACT)
@pytest.mark.parametrize("scene", SCENES + WRITES)
def test_a_link_that_stays_dead_from_any_call_on_means_safety_stop_and_no_lift_with_bias(
    scene, feedback
):
    for n in range(1, calls_of(scene, feedback) + 1):
        fake = FakeMicroscope(feedback=feedback, fails=failing_from(n, LinkLost("no answer")))
        guard, error = play(scene, fake)
        assert isinstance(error, InstrumentError)
        tried_to_be_safe = [c for c in fake.calls if c.name == "stop"]
        assert (fake.bias, fake.drive) == (0.0, 0.0) or len(tried_to_be_safe) >= 4
        if guard is not None and fake.bias:
            assert guard.latched is not None
            assert isinstance(error, SafetyStop)
        done = [c for c in fake.calls[: n - 1] if c.name in LIFTS and c.tip is TipState.ENGAGED]
        assert all(c.bias == 0 and c.drive == 0 for c in done)


@pytest.mark.parametrize("scene", SCENES)
def test_with_current_feedback_the_bias_stays_until_the_tip_is_away(scene):
    for n in range(1, calls_of(scene, Feedback.CURRENT) + 1):
        fails = failing_at(n, LinkLost("no answer"))
        fake = FakeMicroscope(feedback=Feedback.CURRENT, fails=fails)
        play(scene, fake)
        assert_bias_never_went_before_the_tip(fake)


@pytest.mark.parametrize("feedback", IN_CONTACT)
@pytest.mark.parametrize("reads", [blind, garbled], ids=lambda f: f.__name__)
@pytest.mark.parametrize("lift", ["park", "withdraw", "close"])
def test_a_bias_that_cannot_be_read_back_is_no_zero_and_the_tip_stays(reads, lift, feedback):
    fake = FakeMicroscope(feedback=feedback, reads=reads)
    guard = guarded(fake)
    with pytest.raises(SafetyStop, match="could not be read back as zero"):
        getattr(guard, lift)()
    assert fake.tip is TipState.ENGAGED
    assert not [c for c in fake.calls if c.name in LIFTS]


@pytest.mark.parametrize("volts", [1.1e-3, -1.1e-3, 7.0])
@pytest.mark.parametrize("name", ["bias", "drive"])
def test_a_stuck_voltage_latches_the_guard(name, volts):
    stuck = FakeMicroscope()
    guard = guarded(stuck)
    stuck.reads = lambda state: replace(state, **{name: volts})
    with pytest.raises(SafetyStop):
        guard.probe(LOOP)
    stuck.reads = lambda state: state
    with pytest.raises(SafetyStop, match="a person has to clear it"):
        guard.scan(FRAME)
    guard.clear("Ada")
    assert len(list(guard.scan(FRAME))) == 6


def test_readings_within_a_millivolt_are_zero():
    fake = FakeMicroscope(reads=lambda state: replace(state, bias=state.bias - 0.9e-3))
    guarded(fake).withdraw()
    assert fake.tip is TipState.WITHDRAWN


def test_a_link_that_comes_back_within_two_seconds_is_waited_for():
    fake = FakeMicroscope()
    guard = guarded(fake)
    back = fake.clock.now() + 1.9
    fake.fails = lambda n, name: LinkLost("later") if fake.clock.now() < back else None
    guard.stop()
    assert guard.latched is None


def test_unknown_feedback_refuses_to_start():
    fake = FakeMicroscope(feedback=Feedback.UNKNOWN)
    with pytest.raises(ConfigError, match="no known safe order"):
        guarded(fake)
    assert not [c for c in fake.calls if c.name in (*LIFTS, "stop")]


def test_withdraw_is_latched_until_a_person_clears_it_by_name():
    guard = guarded(FakeMicroscope())
    guard.withdraw()
    with pytest.raises(SafetyStop):
        guard.probe(LOOP)
    with pytest.raises(OutOfRange, match="give your name"):
        guard.clear(" ")
    with pytest.raises(SafetyStop):
        guard.scan(FRAME)
    guard.clear("Ada")
    guard.probe(LOOP)


def test_a_tip_found_withdrawn_by_another_program_stays_withdrawn():
    fake = FakeMicroscope()
    guard = guarded(fake)
    fake.tip = TipState.WITHDRAWN
    with pytest.raises(SafetyStop, match="withdrawn"):
        guard.scan(FRAME)


def test_a_withdrawn_tip_is_not_lowered_by_park_or_close():
    fake = FakeMicroscope()
    guard = guarded(fake)
    guard.withdraw()
    guard.park()
    guard.close()
    assert fake.tip is TipState.WITHDRAWN


def test_stop_ends_the_running_scan_and_lets_the_next_begin():
    guard = guarded(FakeMicroscope())
    seen = 0
    for _ in guard.scan(FRAME):
        seen += 1
        if seen == 3:
            guard.stop()
    assert seen == 3
    assert len(list(guard.scan(FRAME))) == 6


def test_a_bias_left_over_from_a_killed_run_is_taken_away_before_the_move():
    fake = FakeMicroscope(bias=8.0, drive=1.0)
    list(guarded(fake).scan(FRAME))
    names = [c.name for c in fake.calls]
    assert names.index("stop") < names.index("scan")
    assert next(c for c in fake.calls if c.name == "scan").bias == 0.0


def test_a_second_scan_while_one_runs_is_refused():
    guard = guarded(FakeMicroscope())
    lines = guard.scan(FRAME)
    next(lines)
    with pytest.raises(InstrumentError, match="under way"):
        next(guard.scan(FRAME))
    with pytest.raises(InstrumentError, match="under way"):
        guard.probe(LOOP)
    lines.close()
    guard.probe(LOOP)


def test_too_much_current_stops_the_scan_and_latches():
    fake = FakeMicroscope(current=-2e-7)
    guard = guarded(fake)
    with pytest.raises(SafetyStop, match="current"):
        list(guard.scan(FRAME))
    assert (fake.bias, fake.drive) == (0.0, 0.0)
    assert "current" in guard.latched


def test_an_instrument_that_makes_something_illegal_of_a_request_is_refused():
    class Generous(FakeMicroscope):
        def accept(self, request):
            return replace(request, line_rate=request.line_rate * 1000)

    fake = Generous()
    guard = guarded(fake)
    with pytest.raises(OutOfRange, match="line rate"):
        guard.scan(FRAME)
    assert not [c for c in fake.calls if c.name == "scan"]


def test_a_clamping_instrument_does_not_make_an_illegal_request_legal():
    class Clamping(FakeMicroscope):
        def accept(self, request):
            return replace(request, line_rate=min(request.line_rate, 10.0))

    with pytest.raises(OutOfRange, match="line rate"):
        guarded(Clamping()).accept(replace(FRAME, line_rate=1e4))


def test_lines_pass_through_as_they_are():
    sent = []

    class Recording(FakeMicroscope):
        def scan(self, request):
            for line in FakeMicroscope.scan(self, request):
                sent.append(line)
                yield line

    got = list(guarded(Recording()).scan(FRAME))
    assert all(a is b for a, b in zip(got, sent, strict=True))


def test_software_may_narrow_but_not_widen_limits():
    guard = guarded(FakeMicroscope())
    narrower = replace(guard.limits, max_bias=2.0)
    guard.narrow(narrower)
    assert not guard.verdict(LOOP).legal
    with pytest.raises(OutOfRange, match="max_bias from 2 to 3"):
        guard.narrow(replace(narrower, max_bias=3.0))
    with pytest.raises(OutOfRange, match="give your name"):
        guard.widen(replace(narrower, max_bias=6.0), person="")
    guard.widen(replace(narrower, max_bias=6.0), person="Ada")
    assert guard.verdict(LOOP).legal


def test_software_may_forbid_ground_and_nothing_overrides_it():
    guard = guarded(FakeMicroscope())
    guard.forbid(PLACE)
    assert "forbidden zone" in guard.verdict(FRAME).message
    assert not guard.verdict(replace(LOOP, position=PLACE.center)).legal
    with pytest.raises(OutOfRange, match="size"):
        guard.forbid(replace(PLACE, size=(0.0, 1e-7)))


def test_a_request_is_checked_by_itself_without_asking_the_instrument():
    guard = guarded(FakeMicroscope())
    guard._inner.reads = blind
    guard.check_form(FRAME)
    with pytest.raises(OutOfRange, match="beyond"):
        guard.check_form(replace(FRAME, region=replace(PLACE, center=(1.0, 0.0))))
    with pytest.raises(OutOfRange, match="not a number"):
        guard.check_form(replace(FRAME, line_rate="fast"))


def test_nothing_that_is_not_a_number_narrows_limits():
    guard = guarded(FakeMicroscope())
    with pytest.raises(OutOfRange, match="not finite"):
        guard.narrow(replace(guard.limits, max_bias=math.nan))


def test_a_verdict_moves_nothing():
    fake = FakeMicroscope()
    guard = guarded(fake)
    assert guard.verdict(FRAME).legal
    assert guard.verdict(LOOP).legal
    assert {c.name for c in fake.calls} == {"state"}


def test_without_consent_there_is_no_bias():
    fake = FakeMicroscope()
    guard = GuardedMicroscope(fake, wide_limits(), Consent(), fake.clock)
    assert "only images are allowed" in guard.verdict(LOOP).message
    assert guard.verdict(replace(FRAME, drive=Drive(1.0))).legal
    assert "DC bias" in guard.verdict(FRAME).message


def test_a_state_without_a_position_is_an_error_not_the_origin():
    fake = FakeMicroscope()
    guard = guarded(fake)
    fake.reads = lambda state: MicroscopeState(state.tip, None, 0.0, 0.0, None, state.time)
    with pytest.raises(InstrumentError, match="position"):
        guard.scan(FRAME)
