import numpy as np
from made_passes import SHAPE, noisy, passes, relief

from ai_afm.survey.health.check import Bounds, Verdict
from ai_afm.survey.health.contact import Engaged
from ai_afm.survey.health.suspect import Moment
from ai_afm.survey.health.watch import Known, check_lines, check_place, seen


def lines(deflection):
    rng = np.random.default_rng(1)
    ways = [
        {"height": relief(2), "deflection": deflection + rng.normal(0, 1e-11, SHAPE)}
        for _ in range(2)
    ]
    return passes(*ways)


def test_healthy_lines_are_good_or_cannot_tell():
    checks = check_lines(lines(0.0), Known(Engaged(0.0, -40e-9)))
    assert [c.detector for c in checks] == [
        "trace_retrace", "ringing", "saturation", "lost_contact", "lost_tracking"
    ]  # fmt: skip
    assert all(c.verdict is not Verdict.SUSPECT for c in checks)


def test_what_is_known_reaches_the_detectors():
    lost = check_lines(lines(-40e-9), Known(Engaged(0.0, -40e-9), 1000.0, Bounds(1.0, 2.0)))
    verdicts = {s.detector: s.verdict for s in seen(lost, Moment(1, 32))}
    assert verdicts["lost_contact"] is Verdict.SUSPECT
    unknown = {c.detector: c.verdict for c in check_lines(lines(-40e-9))}
    assert unknown["lost_contact"] is Verdict.CANNOT_TELL


def test_a_patch_is_asked_for_tip_and_tuning():
    image = relief(3, 1.0, (64, 144), 3e-9)
    checks = check_place(noisy(image, 5e-11, 4), noisy(image, 5e-11, 5))
    assert [c.detector for c in checks] == ["geometric_wear", "double_tip", "detuning"]
    assert checks[0].verdict is Verdict.GOOD
