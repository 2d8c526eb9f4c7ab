"""Fixed plans in the report: each reading stands where its site lies, bad ones are hollow."""

import math

import pytest

from ai_afm.control.plan_names import PlanPlace
from ai_afm.report.plans import Reading, plan_figure, section

NAN = math.nan
ACROSS = (
    Reading(PlanPlace("T1", "C", 0), 3.5, True, 2e-9, True, "m"),
    Reading(PlanPlace("T1", "L", 120), 4.0, True, 3e-9, True, "m"),
    Reading(PlanPlace("T1", "R", 120), 4.5, False, 2.5e-9, False, "m"),
    Reading(PlanPlace("T1", "R", 3000), NAN, False, NAN, False, "m"),
)
STAR = (
    Reading(PlanPlace("T2", "B", 120, 1), 4.0, True, 3e-9, True, "m"),
    Reading(PlanPlace("T2", "S", 1000, 3), 5.0, True, 3e-9, True, "m"),
)


def dots(axes):
    """Return x, y and whether it is filled of each site's mark, in order."""
    marks = [m for m in axes.lines if m.get_marker() in ("o", "s", "x")]
    return [
        (float(m.get_xdata()[0]), float(m.get_ydata()[0]), m.get_marker(), m.get_mfc() != "none")
        for m in marks
    ]


def test_each_reading_of_a_transect_stands_at_its_signed_distance():
    left, right = plan_figure(ACROSS).axes
    assert left.get_xscale() == right.get_xscale() == "symlog"
    assert [x for x, _, _, _ in dots(left)] == pytest.approx([0.0, 12.0, -12.0, -300.0])
    assert [y for _, y, _, _ in dots(left)][:3] == pytest.approx([3.5, 4.0, 4.5])
    assert [y for _, y, _, _ in dots(right)][:3] == pytest.approx([2.0, 3.0, 2.5])
    assert "(nm)" in right.get_ylabel()


def test_a_bad_reading_is_hollow_and_a_missing_one_is_a_cross_on_the_axis():
    left, _ = plan_figure(ACROSS).axes
    marks = dots(left)
    assert [filled for _, _, _, filled in marks[:3]] == [True, True, False]
    x, _, marker, _ = marks[3]
    assert (x, marker) == (-300.0, "x")


def test_a_star_is_drawn_by_the_logarithm_of_its_radius_with_the_number_of_each_branch():
    left, _ = plan_figure(STAR).axes
    assert left.get_xscale() == "log"
    assert [t.get_text() for t in left.texts] == ["1", "3"]
    assert [marker for _, _, marker, _ in dots(left)] == ["o", "s"]


def test_along_a_wall_distances_are_even():
    readings = [Reading(PlanPlace("T1", "A", 1100 * k), 4.0, True, NAN, True, "m") for k in (0, 1)]
    left, _ = plan_figure(readings).axes
    assert left.get_xscale() == "linear"
    assert left.get_xlabel() == "arc length along the wall (nm)"


def test_a_run_without_plans_has_no_section_on_them():
    assert section([]) == []
