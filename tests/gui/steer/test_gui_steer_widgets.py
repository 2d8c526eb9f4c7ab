"""Map and panel under a person's hand, with a run that listens."""

import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from steer_parts import FakeRun, entry, folder_of, obeying, state, waiting

from ai_afm.acquire.steer import FORBIDDEN
from ai_afm.config import narrowed
from ai_afm.testing.fake import wide_limits
from ai_afm.types import Authority, Consent, ScanRegion
from ai_afm_gui.client import Live, Phase
from ai_afm_gui.look.palette import colours
from ai_afm_gui.steer.canvas import MapCanvas
from ai_afm_gui.steer.canvas_model import Picture, ground
from ai_afm_gui.steer.control import control_of
from ai_afm_gui.steer.hold_button import HoldButton
from ai_afm_gui.steer.limits_dialog import LimitsDialog
from ai_afm_gui.steer.map_view import MapView
from ai_afm_gui.steer.ownership import note_started
from ai_afm_gui.steer.painting import UM
from ai_afm_gui.steer.panel import SteerPanel

PLACE = ScanRegion((5e-7, 0.0), (4e-7, 2e-7), 0.0)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def run(tmp_path):
    folder = folder_of(tmp_path / "run")
    with obeying(folder) as run:
        run.folder = folder
        yield run


@pytest.fixture
def ours(context, run):
    """A context that shows a run which was begun here."""
    note_started(context.settings, run.folder.path)
    context.attach(run.folder.path)
    yield context
    control_of(context).shut()


@pytest.fixture
def foreign(context, run):
    """A context that shows a run which was begun elsewhere."""
    context.attach(run.folder.path)
    yield context
    control_of(context).shut()


@pytest.fixture
def panel(qtbot, ours):
    made = SteerPanel(ours)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def view(qtbot, ours, run):
    made = MapView(ours)
    qtbot.addWidget(made)
    made.resize(330, 420)
    made.show()
    made.show_state(state(run.folder))
    control = control_of(ours)
    qtbot.waitUntil(lambda: control.known is not None)
    yield made
    made.shut()


def pixel(canvas, x, y):
    """Return where a point of the sample (m) is on the screen."""
    scene = canvas.view.mapViewToScene(QPointF(x * UM, y * UM))
    return canvas.mapFromScene(scene)


def drag(qtbot, canvas, start, *ways):
    """Drag with the left button from a point of the sample over others, m."""
    port = canvas.viewport()
    qtbot.mousePress(port, LEFT, pos=pixel(canvas, *start))
    for way in ways:
        at = pixel(canvas, *way)
        qtbot.mouseMove(port, at - QPoint(3, 3))
        qtbot.mouseMove(port, at)
    qtbot.mouseRelease(port, LEFT, pos=pixel(canvas, *ways[-1]))


def heard(qtbot, run, count=1):
    qtbot.waitUntil(lambda: len(run.heard) >= count)
    return run.heard


def test_a_region_is_dragged_on_the_map_and_becomes_a_wish(qtbot, view, run, ours):
    said = []
    ours.said.connect(said.append)
    run.answers["wish"] = "wish 1 is queued"
    view._draw.click()
    drag(qtbot, view.canvas, (-1e-6, -5e-7), (0.0, 0.0), (1e-6, 5e-7))
    region = view.canvas.editor.region
    assert region.center == pytest.approx((0.0, 0.0), abs=1.5e-7)
    assert region.size == pytest.approx((2e-6, 1e-6), abs=3e-7)
    assert view._strip.isVisible()
    assert "px" in view._effort.text()
    view._ask.click()
    do, args = heard(qtbot, run)[0]
    assert do == "wish"
    assert args["size_nm"] == pytest.approx([s * 1e9 for s in region.size], abs=1.0)
    qtbot.waitUntil(lambda: said == ["wish 1 is queued"])
    assert not view._strip.isVisible()


def test_a_drag_beside_the_rectangle_moves_the_map(qtbot, view):
    before = view.canvas.view.viewRect()
    drag(qtbot, view.canvas, (0.0, 0.0), (1e-6, 0.0), (2e-6, 0.0))
    assert view.canvas.view.viewRect() != before
    assert view.canvas.editor.region is None


def test_a_refused_wish_is_shown_in_words_and_the_rectangle_stays(qtbot, view, run):
    run.answers["wish"] = "refused: the frame would pass the dose; choose another place"
    view.canvas.editor.set(PLACE)
    view._edited(PLACE)
    view._ask.click()
    qtbot.waitUntil(lambda: "pass the dose" in view._answer.text())
    assert view._strip.isVisible()
    assert view.canvas.editor.region == PLACE
    assert view._ask.isEnabled()


def test_what_the_guard_would_refuse_is_said_before_it_is_asked(view):
    far = ScanRegion((1.0, 0.0), (1e-6, 1e-6))
    view._edited(far)
    assert "beyond the region that may be used" in view._answer.text()
    assert not view._ask.isEnabled()
    assert view._forbid.isEnabled()


def test_forbidden_ground_is_asked_for_and_read_again(qtbot, view, run):
    run.answers["forbid"] = FORBIDDEN
    view._edited(PLACE)
    view.canvas.editor.set(PLACE)
    view._forbid.click()
    assert heard(qtbot, run)[0][0] == "forbid"
    qtbot.waitUntil(lambda: not view._strip.isVisible())


def test_the_run_is_kept_inside_a_rectangle(qtbot, view, run):
    view.canvas.editor.set(PLACE)
    view._edited(PLACE)
    view._stay.click()
    do, args = heard(qtbot, run)[0]
    assert do == "limits"
    region = narrowed(wide_limits(), args).region
    assert region.center == pytest.approx(PLACE.center)
    assert region.size == pytest.approx(PLACE.size)


def test_a_run_that_is_over_is_asked_for_nothing_and_the_strip_says_so(view, run):
    view.show_state(state(run.folder, phase=Phase.ENDED))
    view.canvas.editor.set(PLACE)
    view._edited(PLACE)
    assert "This run is over" in view._answer.text()
    assert not any(b.isEnabled() for b in (view._ask, view._forbid, view._stay))


def test_escape_takes_the_rectangle_away(qtbot, view):
    view.canvas.editor.set(PLACE)
    view._edited(PLACE)
    qtbot.keyClick(view.canvas, Qt.Key.Key_Escape)
    assert view.canvas.editor.region is None
    assert not view._strip.isVisible()


def test_the_map_follows_the_run_until_a_person_looks_elsewhere(view, run):
    view.show_state(state(run.folder, entries=(entry(1, PLACE),), row=2))
    near = view.canvas.view.viewRect()
    assert near.width() < 2.0
    view.canvas.fit()
    wide = view.canvas.view.viewRect()
    assert wide.width() > near.width()
    view.show_state(state(run.folder, entries=(entry(1, PLACE), entry(2, PLACE)), row=3))
    assert view.canvas.view.viewRect() == wide


def test_a_window_that_only_watches_sends_nothing_until_control_is_taken(qtbot, foreign, run):
    panel = SteerPanel(foreign)
    qtbot.addWidget(panel)
    panel.show()
    panel.show_state(state(run.folder))
    assert panel.control_box.isVisible()
    assert "Bo" in panel.control_box.whose.text()
    assert not panel._pause.isEnabled()
    assert not control_of(foreign).ask("pause")
    assert panel._withdraw.isEnabled()
    panel.control_box.button.held.emit()
    assert not panel.control_box.isVisible()
    panel._pause.click()
    assert heard(qtbot, run) == [("pause", {})]


def test_withdraw_needs_no_control(qtbot, foreign, run):
    panel = SteerPanel(foreign)
    qtbot.addWidget(panel)
    panel.show_state(state(run.folder))
    panel._withdraw.click()
    assert run.withdrawn.wait(5.0)


def test_withdraw_is_never_greyed_and_never_called_an_emergency_stop(panel, run):
    for shown in (state(run.folder), state(run.folder, phase=Phase.ENDED, outcome="done")):
        panel.show_state(shown)
        assert panel._withdraw.isEnabled()
    assert panel._withdraw.text() == "STOP + WITHDRAW"


def test_withdraw_without_a_run_says_so(qtbot, context):
    panel = SteerPanel(context)
    qtbot.addWidget(panel)
    failed = []
    context.failed.connect(failed.append)
    panel._withdraw.click()
    assert "No run" in failed[0]
    control_of(context).shut()


def test_the_move_that_waits_is_approved_by_its_row(qtbot, panel, run):
    panel.show_state(waiting(run.folder, row=7))
    assert panel.proposal.reason.text() == "a junction"
    panel.proposal.approve.click()
    assert heard(qtbot, run) == [("approve", {"decision": 7})]
    assert not panel.proposal.approve.isEnabled(), "one click is one answer"


def test_a_move_that_cannot_be_approved_any_more_can_be_looked_at_again(qtbot, panel, run, ours):
    failed = []
    ours.failed.connect(failed.append)
    run.answers["approve"] = "refused: another move is proposed by now"
    panel.show_state(waiting(run.folder, row=7))
    panel.proposal.approve.click()
    qtbot.waitUntil(lambda: bool(failed))
    assert panel.proposal.approve.isEnabled()
    assert "another move" in panel._answer.text()


def test_a_move_is_declined(qtbot, panel, run):
    panel.show_state(waiting(run.folder, row=9))
    panel.proposal.decline.click()
    assert heard(qtbot, run) == [("decline", {"decision": 9})]


def test_pause_becomes_resume(qtbot, panel, run):
    panel.show_state(state(run.folder))
    assert panel._pause.text() == "Pause after line"
    live = Live(True, True, {"state": "paused"})
    panel.show_state(state(run.folder, phase=Phase.PAUSED, live=live))
    assert panel._pause.text() == "Resume"
    panel._pause.click()
    assert heard(qtbot, run) == [("resume", {})]


def test_each_answer_is_shown_with_its_time(qtbot, panel, run):
    panel.show_state(state(run.folder))
    panel._stop.click()
    qtbot.waitUntil(lambda: "stop is done" in panel._answer.text())
    assert " ms)" in panel._answer.text()


def test_less_authority_is_taken_at_once(qtbot, panel, run):
    panel.show_state(state(run.folder, authority=Authority.ADVISE))
    panel._chosen(0)
    assert heard(qtbot, run) == [("authority", {"to": "watch"})]
    assert not panel.more.isVisible()


def test_more_authority_needs_a_typed_name(qtbot, panel, run):
    panel.show_state(state(run.folder, authority=Authority.ADVISE))
    panel._authority.setCurrentIndex(3)
    panel._chosen(3)
    assert panel.more.isVisible()
    assert not panel.more.allow.isEnabled()
    assert not run.heard
    qtbot.keyClicks(panel.more.name, "Ann")
    panel.more.allow.click()
    assert heard(qtbot, run) == [("authority", {"to": "unattended", "person": "Ann"})]


def test_more_authority_that_is_not_confirmed_changes_nothing(panel, run):
    panel.show_state(state(run.folder, authority=Authority.ADVISE))
    panel._authority.setCurrentIndex(3)
    panel._chosen(3)
    panel._forget()
    assert panel._authority.currentIndex() == 1
    assert not run.heard


def test_live_limits_are_narrowed_and_cannot_be_typed_wider(qtbot, ours, run):
    control = control_of(ours)
    shown = state(run.folder)
    dialog = LimitsDialog(control, shown.limits)
    qtbot.addWidget(dialog)
    field = dialog._fields["max_bias_v"]
    field.setValue(field.value() + 5)
    dialog._narrow()
    assert "Nothing was changed" in dialog._said.text()
    field.setValue(2.0)
    dialog._narrow()
    assert heard(qtbot, run) == [("limits", {"max_bias_v": 2.0})]


def test_a_hold_button_that_is_only_clicked_does_nothing(qtbot):
    button = HoldButton("take", milliseconds=60)
    qtbot.addWidget(button)
    button.show()
    done = []
    button.held.connect(lambda: done.append(1))
    qtbot.mouseClick(button, LEFT)
    qtbot.wait(120)
    assert not done
    with qtbot.waitSignal(button.held):
        qtbot.mousePress(button, LEFT)
    qtbot.mouseRelease(button, LEFT)
    assert done == [1]


def test_map_and_panel_share_one_hand(ours):
    assert control_of(ours) is control_of(ours)


def test_another_run_is_not_ours_because_the_last_one_was(qtbot, ours, tmp_path):
    other = folder_of(tmp_path / "other")
    ours.attach(other.path)
    assert not control_of(ours).taken


def test_a_command_to_a_run_that_is_gone_is_answered_in_words(qtbot, context, tmp_path):
    folder = folder_of(tmp_path / "gone")
    FakeRun(folder).close()
    note_started(context.settings, folder.path)
    context.attach(folder.path)
    control, answers = control_of(context), []
    control.ask("pause", None, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert not answers[0].ok
    assert "no live run" in answers[0].text
    control.shut()


@pytest.mark.parametrize("dark", [True, False])
def test_forbidden_ground_is_seen_at_every_zoom(qtbot, dark):
    canvas = MapCanvas(colours(dark=dark))
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.show()
    limits = ScanRegion((0.0, 0.0), (1e-5, 1e-5))
    canvas.show_picture(Picture(ground=ground(limits, limits, Consent().forbidding(PLACE))))
    for zoom in (0.25, 1.0, 4.0):
        size = 1e-6 / zoom
        canvas.fit(ScanRegion(PLACE.center, (size, size)))
        image = canvas.grab().toImage()
        red = sum(
            image.pixelColor(x, y).red() > 1.4 * max(image.pixelColor(x, y).green(), 40)
            for x in range(0, image.width(), 2)
            for y in range(0, image.height(), 2)
        )
        assert red > 30, zoom
