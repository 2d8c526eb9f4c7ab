import json
import math

import dataset_factory as factory
import model_factory
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.flywheel.datasets.freeze import Split, freeze
from ai_afm.flywheel.forecast import forecast
from ai_afm.flywheel.ledger import ledger
from ai_afm.flywheel.line_changes import REACH, lengths, line_changes
from ai_afm.flywheel.model_records import Lineage, ModelState
from ai_afm.flywheel.registry import Registry
from ai_afm.report.flywheel_page import flywheel_page, lines_of
from ai_afm.types import ClassCode, ScanRegion

NM = 1e-9
PIXEL = factory.factory.REGION.size[0] / factory.factory.SHAPE[1]
"""Of the frames of the factory, m; the same in both directions."""
COLUMN = (factory.WINDOW.lines - 1) * PIXEL
"""Length of a line along a column of the window, m."""


def a_round(registry, folder, number, samples, f1=(0.6, 0.8), **more):
    """Correct samples, freeze all, enter a model that was made of that, let the gate judge it."""
    store = registry.store
    for sample in samples:
        factory.a_sample(store, sample)
    frozen = freeze(store, f"round {number}", Split(0, 0.0))
    made = model_factory.a_model(folder / "made", f"0.1.{number}", number)
    lineage = Lineage({"sha256": frozen.dataset.sha256}, ("Ann",))
    spec = registry.add(made, "Ann", "trained", lineage).model
    if f1 is not None:
        model_factory.judged(registry, spec, **a_report(registry, f1, **more))
    return spec


def a_report(registry, f1, low=0.01, refused=(), way="learned from"):
    before, after = f1
    change = {"before": before, "after": after, "low": low, "high": 0.3, "groups": 4}
    own = {"rule": "own material", "change": change}
    slices = [
        {"rule": "golden slice", "change": change | {"low": low, "high": high}}
        for low, high in ((0.01, 0.02), (-0.02, -0.01), (-0.01, 0.01))
    ]
    return {
        "passed": not refused,
        "refused": list(refused),
        "against": registry.active or model_factory.SHIPPED,
        "corrections": {"gain_measured_on": way},
        "findings": [*slices, own],
    }


def use(registry, spec):
    for _ in range(2):
        registry.promote(spec, "Ann", "better")


@pytest.fixture
def registry(tmp_path):
    with factory.factory.open_lab(tmp_path) as store:
        found = Registry(store, model_factory.what_ships(tmp_path))
        found.store = store
        yield found


def books(registry):
    return ledger(registry.store)


# ---------------------------------------------------------------- what was done to lines


def label(*columns, shape=(40, 60), code=2):
    return factory.a_label(shape, code, columns[0]) if columns else np.zeros(shape, np.uint8)


def test_a_new_line_is_drawn_along_its_length():
    [change] = line_changes(label(), label(20), (2 * NM, 3 * NM))
    assert (change.code, change.erased, change.renamed) == (ClassCode.WALL_180, 0, 0)
    assert change.drawn == pytest.approx(39 * 2 * NM)


def test_a_line_that_is_rubbed_out_is_erased():
    [change] = line_changes(label(20), label(), (2 * NM, 3 * NM))
    assert (change.drawn, change.erased) == (0, pytest.approx(39 * 2 * NM))


def test_another_class_is_renamed_and_nothing_else():
    [change] = line_changes(label(20), label(20, code=4), (2 * NM, 3 * NM))
    assert (change.code, change.drawn, change.erased) == (ClassCode.GRAIN_BOUNDARY, 0, 0)
    assert change.renamed == pytest.approx(39 * 2 * NM)


def test_a_line_where_nobody_can_tell_is_left_open_and_not_corrected():
    [change] = line_changes(label(20), np.full((40, 60), 255, np.uint8), (NM, NM))
    assert (change.corrected, change.left_open) == (0, pytest.approx(39 * NM))


@settings(max_examples=20)
@given(st.integers(-REACH, REACH), st.sampled_from([1, 2, 3, 4, 5]))
def test_a_line_that_is_moved_a_little_is_the_same_line(step, code):
    assert line_changes(label(20, code=code), label(20 + step, code=code), (NM, NM)) == []


def test_a_slanted_line_is_as_long_as_the_way_along_it():
    mask = np.eye(20, 30, dtype=bool)
    assert lengths(mask, (3 * NM, 4 * NM)).sum() == pytest.approx(19 * 5 * NM)


def test_a_corner_is_not_cut_short():
    mask = np.zeros((9, 12), bool)
    mask[4, :6] = mask[4:, 5] = True
    assert lengths(mask, (NM, NM)).sum() == pytest.approx(9 * NM)


# ---------------------------------------------------------------- rounds


def test_a_round_tells_what_was_put_in_and_what_came_out(registry, tmp_path):
    spec = a_round(registry, tmp_path, 1, (1, 2))
    [one] = books(registry).rounds
    assert (one.model, one.dataset, one.state) == (spec, "round 1", ModelState.CANDIDATE)
    assert (one.corrections, one.new.corrections, one.new.people) == (4, 4, ("Ann",))
    assert one.new.seconds == 8
    [change] = one.new.changes
    assert change.drawn == pytest.approx(4 * COLUMN)
    assert (one.gain.before, one.gain.after, one.gain.frames) == (0.6, 0.8, 4)
    assert (one.verdict.slices, one.verdict.risen, one.verdict.fallen) == (3, 1, 1)


def test_the_second_round_is_charged_with_what_the_active_model_had_not_seen(registry, tmp_path):
    use(registry, a_round(registry, tmp_path, 1, (1, 2)))
    a_round(registry, tmp_path, 2, (3,))
    two = books(registry).rounds[1]
    assert (two.corrections, two.new.corrections, two.new.seconds) == (6, 2, 4)


def test_after_a_refused_round_the_next_one_is_charged_with_all(registry, tmp_path):
    a_round(registry, tmp_path, 1, (1, 2), refused=("it lost F1",))
    a_round(registry, tmp_path, 2, (3,))
    one, two = books(registry).rounds
    assert one.verdict.refused == ("it lost F1",)
    assert (two.new.corrections, two.new.seconds) == (6, 12)


def test_an_earlier_version_costs_time_but_its_lines_are_counted_once(registry, tmp_path):
    store = registry.store
    record = factory.store_frame(store, factory.a_frame(1))
    factory.corrected(store, record, seconds=5.0)
    factory.corrected(store, record, factory.a_label(factory.WINDOW.shape, 4), seconds=7.0)
    a_round(registry, tmp_path, 1, ())
    new = books(registry).rounds[0].new
    assert (new.corrections, new.seconds) == (1, 12)
    [change] = new.changes
    assert change.code is ClassCode.GRAIN_BOUNDARY
    assert change.drawn == pytest.approx(COLUMN)


def test_a_frame_without_a_size_has_no_length(registry, tmp_path):
    frame = factory.a_frame(1, region=ScanRegion((0.0, 0.0), (0.0, 0.0), 0.0))
    factory.corrected(registry.store, factory.store_frame(registry.store, frame))
    a_round(registry, tmp_path, 1, ())
    found = books(registry)
    assert (found.all.unsized, found.all.changes, found.all.seconds) == (1, (), 2)
    assert "1 of frames without a size" in flywheel_page(found)


def test_a_point_costs_the_time_of_people_over_what_was_won(registry, tmp_path):
    a_round(registry, tmp_path, 1, (1, 2), f1=(0.6, 0.8))
    assert books(registry).rounds[0].cost == pytest.approx(8 / 20)


def test_a_gain_that_may_be_chance_has_no_price(registry, tmp_path):
    a_round(registry, tmp_path, 1, (1, 2), low=-0.01)
    found = books(registry)
    assert found.rounds[0].cost is None
    assert "no gain shown" in flywheel_page(found)


def test_a_round_that_was_not_judged_says_so(registry, tmp_path):
    a_round(registry, tmp_path, 1, (1, 2), f1=None)
    found = books(registry)
    assert (found.rounds[0].verdict, found.rounds[0].gain) == (None, None)
    assert found.rounds[0].new.corrections == 4
    assert "not judged" in lines_of(found)[0]
    assert "No round has been judged" in flywheel_page(found)


def test_a_model_whose_dataset_is_elsewhere_is_told_without_numbers(registry, tmp_path):
    made = model_factory.a_model(tmp_path / "made", "0.1.1", 1)
    registry.add(made, "Ann", "taken over", Lineage({"sha256": "e" * 64}))
    found = books(registry)
    assert (found.rounds[0].corrections, found.rounds[0].new) == (None, None)
    assert "its dataset is not in this lab" in flywheel_page(found)


def test_a_model_that_learned_from_no_correction_is_no_round(registry, tmp_path):
    model_factory.candidate(registry, tmp_path, "0.1.1")
    assert books(registry).rounds == ()


# ---------------------------------------------------------------- the forecast


def test_two_rounds_are_too_few_to_forecast(registry, tmp_path):
    for number in (1, 2):
        a_round(registry, tmp_path, number, (number,))
    assert books(registry).forecast.words == "too few rounds to forecast (2 of 3)"


def test_rounds_that_were_measured_in_two_ways_are_not_mixed(registry, tmp_path):
    for number, way in enumerate(("learned from", "kept to validate on", "learned from"), 1):
        a_round(registry, tmp_path, number, (number,), way=way)
    found = books(registry)
    assert (found.forecast.rounds, found.measured_on) == (2, "learned from")


@given(st.floats(-1.0, -0.1), st.floats(0.2, 0.9))
def test_a_power_law_is_found_again(slope, scale):
    numbers = (5, 10, 20, 40)
    fit = forecast([(n, 1 - scale * n**slope) for n in numbers]).fit
    error = scale * 40**slope
    assert fit.slope == pytest.approx(slope)
    if error > 0.02:
        assert 1 - scale * (40 + fit.more) ** slope == pytest.approx(1 - error + 0.01)


def test_the_interval_holds_the_forecast_and_may_have_no_end():
    noisy = forecast([(5, 0.70), (10, 0.80), (20, 0.78), (40, 0.86), (80, 0.90)]).fit
    assert 0 < noisy.fewest < noisy.more < noisy.most
    assert math.isfinite(noisy.most)
    unsure = forecast([(5, 0.70), (10, 0.90), (20, 0.75)])
    assert unsure.fit.most == math.inf
    assert "without an upper end" in unsure.words


def test_f1_that_does_not_rise_forecasts_nothing():
    found = forecast([(5, 0.8), (10, 0.79), (20, 0.78)])
    assert found.fit.more == math.inf
    assert "nothing can be forecast" in found.words


# ---------------------------------------------------------------- page and command


def test_the_page_warns_of_comparing_rounds_and_escapes_names(registry, tmp_path):
    f1s = ((0.5, 0.6), (0.55, 0.7), (0.6, 0.8))
    for number, f1 in enumerate(f1s, 1):
        a_round(
            registry, tmp_path, number, (number,), f1=f1, refused=("<b>lost</b>",) * (number > 2)
        )
    page = flywheel_page(books(registry))
    assert "Each round is measured on its own newest corrections" in page
    assert "the line takes them for alike" in page
    assert "&lt;b&gt;lost&lt;/b&gt;" in page
    assert "<b>lost" not in page


def test_an_interval_that_does_not_hold_its_value_is_drawn(registry, tmp_path):
    a_round(registry, tmp_path, 1, (1,), f1=(0.5, 0.505), low=0.1)
    assert "</svg>" in flywheel_page(books(registry))


def test_the_command_writes_a_page_and_one_json_object(registry, tmp_path):
    a_round(registry, tmp_path, 1, (1, 2))
    folder, page = registry.store.lab.path, tmp_path / "page.html"
    asked = ["flywheel", "--lab", str(folder), "--out", str(page), "--json"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["rounds"][0]["cost_s_per_point"] == pytest.approx(0.4)
    assert told["all"]["corrected_m"] == pytest.approx(4 * COLUMN)
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    plain = CliRunner().invoke(app, asked[:3])
    assert "too few rounds to forecast" in plain.output
    assert (folder / "flywheel.html").is_file()


def test_an_empty_lab_has_an_empty_page(registry):
    found = books(registry)
    assert (found.rounds, found.all.corrections) == ((), 0)
    assert "ai-afm train" in flywheel_page(found)
