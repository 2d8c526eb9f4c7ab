import json
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from night_parts import Night, report_parts
from qtpy.QtCore import Qt

from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.types import Role
from ai_afm_gui.look.tones import DARK, LIGHT
from ai_afm_gui.nights.listing import RunLine
from ai_afm_gui.nights.page import NightsPage
from ai_afm_gui.nights.run_table import RunTable
from ai_afm_gui.nights.travel_panel import STEPS
from ai_afm_gui.nights.verdicts import Says, Verdicts

SOON = 20_000
REPLAYS = """
import json, sys
rows = [{"decision": 2, "recorded": "zoom T1", "proposed": " ".join(sys.argv[1:]), "same": False,
         "difference": "1.6 um away", "reason": "r", "recorded_s": 30.0, "proposed_s": 40.0}]
print(json.dumps({"what_if": rows, "would_differ": 1}))
"""
WRITES = """
import sys
from pathlib import Path
out = Path(sys.argv[sys.argv.index("--out") + 1])
out.mkdir(exist_ok=True)
(out / "methods.txt").write_text("methods")
(out / "sites.csv").write_text("site")
print("{}")
"""


def python(script):
    return lambda arguments: (sys.executable, ["-c", script, *arguments])


@pytest.fixture
def open_page(qtbot, context):
    pages = []

    def opened(run=None, script="raise SystemExit(3)", shown=None):
        page = NightsPage(context, python(script), time.monotonic, shown or (lambda _file: None))
        qtbot.addWidget(page)
        page.resize(1190, 690)
        page.show()
        pages.append(page)
        if run is not None:
            page.attach(run)
            until(qtbot, page, lambda: page.book is not None)
        return page

    yield opened
    for page in pages:
        page.shut()


def until(qtbot, page, told):
    def ticked():
        page.tick()
        return bool(told())

    qtbot.waitUntil(ticked, timeout=SOON)


def press(qtbot, page, widget, key):
    """Press a key once the window and the widget have what Qt calls the focus."""
    page.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus, timeout=SOON)
    qtbot.keyClick(widget, key)


def rows_shown(page):
    """Lines of the travelled frame that are visible."""
    picture = page.travel.view.picture
    return 0 if picture is None else int(np.any(picture.pixels > 0, axis=1).sum())


def test_the_list_shows_runs_and_their_figures(qtbot, open_page, night):
    page = open_page(night)
    until(qtbot, page, lambda: page.runs.topLevelItemCount() == 1)
    item = page.runs.topLevelItem(0)
    texts = [item.text(column) for column in (0, 2, 4, 5, 7, 8)]
    assert texts == ["run", "BFO-7", "5", "2", "1", "done"]
    until(qtbot, page, lambda: "m" in item.text(6))


def test_each_run_gets_a_small_picture(qtbot, open_page, night):
    page = open_page(night)
    shown = []

    def colours_in_sight():
        if page.runs.topLevelItemCount():
            icon = page.runs.topLevelItem(0).icon(0).pixmap(page.runs.iconSize()).toImage()
            places = [(x, y) for x in range(icon.width()) for y in range(icon.height())]
            shown[:] = {icon.pixel(*p) for p in places if icon.pixelColor(*p).alpha()}
        return len(shown) > 2

    assert not colours_in_sight()
    until(qtbot, page, colours_in_sight)
    assert page.runs.in_sight() == page.shelf.lines


def test_of_many_runs_only_the_line_that_has_changed_is_written_again(qtbot, monkeypatch, tmp_path):
    table = RunTable()
    qtbot.addWidget(table)
    lines = [RunLine(tmp_path / f"{k}", began=float(k), state="done") for k in range(40)]
    table.show_lines(lines, DARK)
    table.choose(lines[7].folder)
    table.show_picture(lines[3].folder, np.full((4, 6, 4), 200, np.uint8))
    written = []
    fill = RunTable._fill
    monkeypatch.setattr(
        RunTable, "_fill", lambda *given: (written.append(given[2].name), fill(*given))
    )
    lines[3] = replace(lines[3], probes=5)
    table.show_lines(lines, DARK)
    assert written == ["3"]
    assert table.topLevelItem(3).text(5) == "5"
    assert table.folder == lines[7].folder
    table.show_lines(lines[1:], DARK)
    assert [table.topLevelItem(k).text(5) for k in (1, 2)] == ["0", "5"]
    assert table.folder == lines[7].folder


def test_words_follow_the_theme_at_once(qtbot, open_page, night, context):
    page = open_page(night)
    until(qtbot, page, lambda: page.morning.seen is not None)
    assert DARK.quiet in page.morning.facts
    context.dark = False
    page.tick()
    assert LIGHT.quiet in page.morning.facts
    assert DARK.quiet not in page.morning.facts


def test_the_newest_run_of_the_lab_is_shown_at_first(qtbot, open_page, night, context, tmp_path):
    context.lab = tmp_path
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "monday").symlink_to(night)
    page = open_page()
    until(qtbot, page, lambda: page.book is not None)
    assert page.folder.name == "monday"


def test_each_probe_is_shown_with_the_images_around_it(qtbot, open_page, night):
    page = open_page(night)
    until(qtbot, page, lambda: page.morning.seen is not None)
    assert [page.morning.probes.item(k).text() for k in (0, 1)] == ["T1-1W", "T1-1B"]
    assert page.morning.before.picture is not None
    assert page.morning.after.picture is not None
    assert page.morning.plot.curves == 2


def test_a_verdict_by_key_is_stored_at_once_and_survives_reopening(qtbot, open_page, own_night):
    page = open_page(own_night)
    press(qtbot, page, page.morning.probes, Qt.Key.Key_A)
    assert Verdicts(own_night).verdict(1) is Says.ACCEPT
    assert page.morning.probes.currentRow() == 1
    press(qtbot, page, page.morning.probes, Qt.Key.Key_J)
    page.shut()
    again = open_page(own_night)
    texts = [again.morning.probes.item(k).text() for k in (0, 1)]
    assert texts == ["T1-1W   accepted", "T1-1B   rejected"]


def test_a_verdict_can_be_taken_back(qtbot, open_page, own_night):
    page = open_page(own_night)
    qtbot.mouseClick(page.morning.reject, Qt.MouseButton.LeftButton)
    page.morning.probes.setCurrentRow(0)
    qtbot.mouseClick(page.morning.back, Qt.MouseButton.LeftButton)
    assert page.morning.probes.item(0).text() == "T1-1W"
    lines = (own_night / "review.jsonl").read_text().splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["reject", "open"]


def test_a_key_means_nothing_while_other_things_are_looked_at(qtbot, open_page, own_night):
    page = open_page(own_night)
    page.tabs.setCurrentWidget(page.travel)
    press(qtbot, page, page.travel.slider, Qt.Key.Key_A)
    assert not (own_night / "review.jsonl").exists()


def test_a_verdict_that_cannot_be_stored_is_said_and_not_shown(
    qtbot, open_page, own_night, context
):
    page = open_page(own_night)
    (own_night / "review.jsonl").mkdir()
    with qtbot.waitSignal(context.failed, timeout=SOON):
        press(qtbot, page, page.morning.probes, Qt.Key.Key_A)
    assert page.morning.probes.item(0).text() == "T1-1W"


def test_a_place_goes_to_the_correction_queue(qtbot, open_page, night, context, tmp_path):
    context.lab = tmp_path / "lab"
    page = open_page(night)
    until(qtbot, page, lambda: page.morning.seen is not None)
    qtbot.mouseClick(page.morning.ask, Qt.MouseButton.LeftButton)
    with_words = page.morning._note
    until(qtbot, page, lambda: "item 1" in with_words.text())
    with FlywheelStore.open(Lab.open(tmp_path / "lab")) as store:
        assert [i.reason for i in ReviewQueue(store).items()] == ["asked for at probe T1-1W"]


def test_the_slider_changes_image_and_decision(qtbot, open_page, night):
    page = open_page(night)
    page.tabs.setCurrentWidget(page.travel)
    book, overview = page.book, page.book.shot("scan", 1)
    shares = [(t - book.began) / (book.last - book.began) for t, _ in overview.seen]
    page.travel.slider.setValue(round(shares[1] * STEPS) + 1)
    until(qtbot, page, lambda: rows_shown(page) == overview.seen[1][1])
    assert "First look" in page.travel.words["decision"].text()
    page.travel.slider.setValue(STEPS)
    until(qtbot, page, lambda: rows_shown(page) == 24)
    assert "T2" in page.travel.words["decision"].text()
    assert page.travel.words["model"].text() == "other@2"


def test_one_can_go_from_decision_to_decision(qtbot, open_page, night):
    page = open_page(night)
    page.travel.slider.setValue(0)
    seen = []
    for _ in range(10):
        page.travel.step(1)
        seen.append(page.travel.words["decision"].text().partition(",")[0])
    count = len(page.book.decisions)
    assert seen[:count] == [f"{n + 1} / {count}" for n in range(count)]
    page.travel.step(-1)
    assert page.travel.words["decision"].text().startswith(f"{count - 1} / {count}")


def test_a_decision_leads_to_its_moment(qtbot, open_page, night):
    page = open_page(night)
    assert page.decisions.rows.rowCount() == len(page.book.decisions)
    second = page.decisions.rows.index(1, 3)
    assert second.data().startswith("Closer frame at T1")
    page.decisions.view.doubleClicked.emit(second)
    assert page.tabs.currentWidget() is page.travel
    assert page.travel.words["decision"].text().startswith("2 /")


def test_what_if_is_asked_of_a_process_and_its_answer_shown(qtbot, open_page, night):
    page = open_page(night, REPLAYS)
    page.what_if.wish.setEditText("targets.count=8")
    qtbot.mouseClick(page.what_if.ask, Qt.MouseButton.LeftButton)
    until(qtbot, page, lambda: page.what_if.table.topLevelItemCount() == 1)
    said = page.what_if.table.topLevelItem(0).text(2)
    assert said == f"replay {night} --what-if targets.count=8 --json"
    assert "1 of 1 decisions" in page.what_if.words.text()
    page.context.dark = False
    page.tick()
    assert page.what_if.table.topLevelItem(0).foreground(1).color().name() == LIGHT.quiet


def test_nothing_is_asked_that_is_no_key_and_value(qtbot, open_page, night):
    page = open_page(night)
    page.what_if.wish.setEditText("faster")
    assert not page.what_if.ask.isEnabled()


def test_a_question_of_another_run_is_dropped(qtbot, open_page, night, tmp_path):
    page = open_page(night, "import time; time.sleep(60)")
    page.what_if.start()
    assert page.what_if.cancel.isVisibleTo(page.what_if)
    page.what_if.show_run(tmp_path)
    assert not page.what_if.cancel.isVisibleTo(page.what_if)


def test_methods_are_written_and_opened_and_then_only_opened(qtbot, open_page, own_night):
    from ai_afm_gui.nights.documents import Document

    shown = []
    page = open_page(own_night, WRITES, shown.append)
    page.documents.write(Document.METHODS)
    assert not page.documents.report.isEnabled()
    until(qtbot, page, lambda: shown)
    page.documents.write(Document.SITES)
    assert shown == [own_night / "paper" / "methods.txt", own_night / "paper" / "sites.csv"]


def test_a_document_that_cannot_be_written_is_said(qtbot, open_page, own_night, context):
    script = "import sys; print('ai-afm: the disk is full', file=sys.stderr); sys.exit(3)"
    page = open_page(own_night, script)
    with qtbot.waitSignal(context.failed, timeout=SOON) as failed:
        qtbot.mouseClick(page.documents.report, Qt.MouseButton.LeftButton)
    assert failed.args == ["the disk is full"]


def test_a_live_run_grows_under_the_eyes(qtbot, open_page, tmp_path):
    night = Night(tmp_path / "live")
    night.start()
    night.scan(report_parts.OVERVIEW)
    page = open_page(tmp_path / "live")
    assert len(page.book.shots) == 1
    night.probe(report_parts.loop("T1", "T1-1W", Role.WALL))
    until(qtbot, page, lambda: page.morning.probes.count() == 1)
    assert page.decisions.rows.rowCount() == 2
    night.close()


def test_a_run_that_cannot_be_read_says_why(qtbot, open_page, own_night):
    (own_night / "journal.sqlite").write_bytes(b"no journal" * 200)
    page = open_page()
    page.open_run(own_night)
    until(qtbot, page, lambda: "journal" in page._title.text())


def test_opened_runs_are_remembered(qtbot, open_page, night):
    open_page(night).shut()
    again = open_page()
    until(qtbot, again, lambda: again.runs.topLevelItemCount() == 1)


def test_a_chosen_run_can_be_shown_on_all_pages(qtbot, open_page, night, context):
    page = open_page(night)
    with qtbot.waitSignal(context.run_changed) as changed:
        qtbot.mouseClick(page.everywhere, Qt.MouseButton.LeftButton)
    assert changed.args == [night]
    assert not page.everywhere.isEnabled()


def test_the_colours_of_another_theme_are_taken_over(qtbot, open_page, night, context):
    page = open_page(night)
    context.dark = False
    page.tick()
    assert page.morning.before.canvas.tones.window == page.travel.view.canvas.tones.window
    assert page.morning.before.canvas.tones.window == "#f3f4f6"
