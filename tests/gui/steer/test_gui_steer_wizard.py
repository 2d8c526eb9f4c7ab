"""The wizard under a person's hand; its dry run is a real process in the last test only."""

from pathlib import Path

import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from test_gui_steer_setup import DRY

from ai_afm.config import load_config
from ai_afm_gui.steer.painting import UM
from ai_afm_gui.steer.setup.dry_runner import DryRunner
from ai_afm_gui.steer.setup.purpose import Purpose
from ai_afm_gui.steer.setup.starter import Starter, starter_of
from ai_afm_gui.steer.wizard import RunWizard

EXAMPLES = Path(__file__).parents[3] / "examples"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def checks(monkeypatch):
    """The plans that a dry run was asked to check; none is carried out."""
    asked = []
    monkeypatch.setattr(DryRunner, "check", lambda self, text: asked.append(text))
    return asked


@pytest.fixture
def wizard(qtbot, context, tmp_path, checks):
    context.lab = tmp_path
    made = RunWizard(context)
    qtbot.addWidget(made)
    made.show()
    return made


def editor(wizard, key):
    return next(e for _, page in wizard._pages for e in page.editors if e.key == key)


def test_the_person_at_the_window_is_responsible_unless_the_file_says_otherwise(wizard):
    assert editor(wizard, "run.operator").line.text() == "Ann"
    wizard.open_file(EXAMPLES / "twin.toml")
    assert editor(wizard, "run.operator").line.text() == "your name"


def test_the_values_of_a_page_stand_below_each_other(wizard):
    sample = wizard._pages[0][1]
    shown = [e for e in sample.editors if e.isVisible()]
    values = [e._row.itemAt(0).widget() for e in shown]
    sides = {(w.mapTo(sample, QPoint()).x(), w.width()) for w in values}
    assert len(shown) > 4
    assert len(sides) == 1


def test_an_option_that_the_file_leaves_away_is_said_to_be_the_adapters_own(wizard):
    assert editor(wizard, "instrument.options.world").box.currentText() == "as the adapter has it"


@pytest.mark.parametrize("name", ["twin", "area", "question", "timelapse", "replay"])
def test_a_file_is_opened_and_saved_alike(wizard, tmp_path, name):
    assert wizard.open_file(EXAMPLES / f"{name}.toml")
    assert wizard.save_file(tmp_path / "saved.toml")
    assert load_config(tmp_path / "saved.toml") == load_config(EXAMPLES / f"{name}.toml")


def test_a_file_that_cannot_be_read_is_said_and_the_draft_stays(wizard, context, tmp_path):
    failed = []
    context.failed.connect(failed.append)
    before = wizard.plan.draft
    assert not wizard.open_file(tmp_path / "missing.toml")
    assert "cannot read" in failed[0]
    assert wizard.plan.draft is before


def test_an_error_stands_beside_its_field_and_on_its_step(wizard):
    editor(wizard, "targets.count").number.setValue(-3)
    assert "greater than or equal to 0" in editor(wizard, "targets.count").problem
    assert wizard.steps.item(1).text() == "Purpose: 1 wrong"
    assert not wizard.check.start.isEnabled()
    editor(wizard, "targets.count").number.setValue(3)
    assert editor(wizard, "targets.count").problem == ""
    assert wizard.steps.item(1).text() == "Purpose"


def test_a_file_with_wrong_values_can_be_corrected_here(wizard, tmp_path):
    (tmp_path / "wrong.toml").write_text(
        '[run]\nbudget_min = "long"\n[targets]\ncuont = 3\n', encoding="utf-8"
    )
    assert wizard.open_file(tmp_path / "wrong.toml")
    assert "valid number" in editor(wizard, "run.budget_min").problem
    assert "targets.cuont: unknown key" in wizard._state.text()


def test_a_list_that_is_none_is_an_error_beside_it(qtbot, wizard):
    field = editor(wizard, "targets.ladder_nm")
    wizard.steps.setCurrentRow(1)
    qtbot.keyClicks(field.line, "800, x")
    assert "valid number" in field.problem
    field.line.clear()
    qtbot.keyClicks(field.line, "800, 300")
    assert wizard.plan.draft.get("targets.ladder_nm") == [800.0, 300.0]


def test_options_are_lines_and_a_wrong_line_is_said(wizard):
    field = editor(wizard, "instrument.options")
    field.text.setPlainText('world = "stripes"\nseed = 4')
    assert wizard.plan.draft.get("instrument.options.seed") == 4
    assert editor(wizard, "instrument.options.world").box.currentData() == "stripes"
    field.text.setPlainText("world stripes")
    assert "KEY = VALUE" in field.problem
    editor(wizard, "targets.count").number.setValue(2)
    assert field.text.toPlainText() == "world stripes", "what is wrong stays to be corrected"
    wizard.open_file(EXAMPLES / "twin.toml")
    assert "ferroelectric_ceramic" in field.text.toPlainText()
    assert field.problem == ""


def test_a_purpose_shows_its_fields_and_only_those(wizard):
    wizard.steps.setCurrentRow(1)
    wizard.purpose.chosen.emit(Purpose.QUESTION)
    assert editor(wizard, "question.effect").isVisible()
    assert not editor(wizard, "targets.count").isVisible()
    wizard.purpose.chosen.emit(Purpose.AREA)
    assert editor(wizard, "area.policy").isVisible()
    assert not editor(wizard, "question.effect").isVisible()


def test_a_policy_is_shown_with_what_it_is_likely_to_save(wizard):
    wizard.purpose.chosen.emit(Purpose.AREA)
    wizard._told(DRY)
    assert "85 % saved" in wizard.purpose.saving.text()
    wizard._put("area.policy", "raster")
    wizard._told(DRY)
    assert "nothing is saved" in wizard.purpose.saving.text()


def test_a_zone_is_painted_on_the_map_and_edited_in_the_table(qtbot, wizard):
    wizard._told(DRY)
    wizard.map.canvas.fit()
    wizard.steps.setCurrentRow(3)
    wizard.consent.paint.emit("bias")
    canvas = wizard.map.canvas
    points = [
        canvas.mapFromScene(canvas.view.mapViewToScene(QPointF(x * UM, y * UM)))
        for x, y in ((-2e-6, -1e-6), (0.0, 0.0), (2e-6, 1e-6))
    ]
    qtbot.mousePress(canvas.viewport(), LEFT, pos=points[0])
    for point in points[1:]:
        qtbot.mouseMove(canvas.viewport(), point - QPoint(3, 3))
        qtbot.mouseMove(canvas.viewport(), point)
    qtbot.mouseRelease(canvas.viewport(), LEFT, pos=points[-1])
    zone = wizard.plan.draft.config().consent.zones[0]
    assert zone.size_nm == pytest.approx((4000, 2000), abs=400)
    assert wizard.consent.row == 0
    assert wizard.check.name.isVisibleTo(wizard.check), "voltages need a name"
    wizard.consent._bias.setValue(5.0)
    assert wizard.plan.draft.config().consent.zones[0].max_bias_v == 5.0
    wizard.consent.edited.emit(0, "", None)
    assert wizard.plan.draft.config().consent.zones == ()


def test_the_wheel_changes_nothing_that_was_not_clicked(wizard):
    field = editor(wizard, "run.budget_min").number
    assert not field.hasFocus()
    assert field.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_channels_of_the_instrument_can_be_left_away(wizard):
    wizard._told(DRY)
    wizard.imaging._boxes["height"].click()
    assert wizard.plan.draft.get("imaging.channels") == ["phase"]
    wizard.imaging._boxes["height"].click()
    assert wizard.plan.draft.get("imaging.channels") is None


def test_a_refused_plan_is_said_in_the_words_of_the_command_line(wizard):
    wizard._refused("the frame touches a forbidden zone; move it away or shrink it")
    assert "touches a forbidden zone" in wizard._state.text()
    assert not wizard.check.start.isEnabled()


def test_a_wider_limit_is_started_only_with_a_name(qtbot, wizard, monkeypatch):
    begun = []
    monkeypatch.setattr(Starter, "start", lambda self, text, folder: begun.append(text) or True)
    editor(wizard, "limits.max_bias_v").number.setValue(12.0)
    wizard._told(DRY)
    wizard.start()
    assert not begun
    assert "Bias on the tip" in wizard.check.why.text()
    qtbot.keyClicks(wizard.check.name, "Ann")
    assert wizard.check.start.isEnabled()
    wizard.check.start.click()
    assert "max_bias_v = 12.0" in begun[0]
    assert 'operator = "Ann"' in begun[0]


def test_only_a_folder_that_is_not_there_yet_is_taken(wizard, tmp_path):
    wizard._told(DRY)
    wizard.check.folder.setText(str(tmp_path))
    wizard.check.typed.emit()
    assert "does not exist yet" in wizard.check.problem.text()


def test_closing_the_wizard_ends_its_check(qtbot, context, tmp_path):
    context.lab = tmp_path
    wizard = RunWizard(context)
    qtbot.addWidget(wizard)
    assert wizard.busy
    wizard.close()
    assert not wizard.busy


def test_a_run_that_does_not_start_says_why_in_the_window(qtbot, context, tmp_path):
    starter, said = starter_of(context), []
    starter.failed.connect(said.append)
    starter.start("[run]\nbudget = 3\n", tmp_path / "runs" / "a")
    qtbot.waitUntil(lambda: bool(said), timeout=60_000)
    assert "unknown key 'run.budget'" in said[0]
    assert not starter.going


def test_a_real_dry_run_tells_channels_times_and_refusals(qtbot):
    runner, told, refused = DryRunner(), [], []
    runner.told.connect(told.append)
    runner.refused.connect(refused.append)
    runner.check("[overview]\nsize_nm = [4000.0, 3000.0]\nlines = 32\n")
    qtbot.waitUntil(lambda: bool(told or refused), timeout=90_000)
    assert not refused
    assert "phase" in told[0].channels
    assert told[0].seconds == pytest.approx(32.0, abs=2.0)
    runner.check("[overview]\nsize_nm = [4000.0, 3000.0]\ncenter_nm = [0.0, 9e6]\n")
    qtbot.waitUntil(lambda: bool(refused), timeout=90_000)
    assert "beyond" in refused[0]
