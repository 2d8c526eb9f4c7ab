"""The whole way: the wizard starts a real run on the twin, and the panel steers it."""

import pytest

from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import ScanRegion
from ai_afm_gui.client import Follower
from ai_afm_gui.steer.control import control_of
from ai_afm_gui.steer.map_view import MapView
from ai_afm_gui.steer.panel import SteerPanel
from ai_afm_gui.steer.wizard import RunWizard

SMALL = """
[run]
sample = "stripes"
seed = 2
authority = "advise"
budget_min = 60.0
[instrument]
clock = "accelerated"
acceleration = 4.0
[instrument.options]
world = "stripes"
seed = 2
[overview]
size_nm = [3000.0, 2400.0]
lines = 64
pixels = 80
line_rate_hz = 4.0
[targets]
count = 1
ladder_nm = [800.0]
lines = 48
pixels = 48
[probe]
enabled = false
[flywheel]
fill = false
shadow = false
"""
SLOW_MS = 100_000


def rows(folder, kind):
    with Journal.read(folder.journal_file) as journal:
        return [row.payload for row in journal.rows(kind)]


def commands(folder):
    return [row["do"] for row in rows(folder, "command")]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("end", ["stop", "withdraw"])
def test_a_run_is_set_up_started_and_steered_from_the_window(qtbot, context, tmp_path, end):
    context.lab = tmp_path
    (tmp_path / "plan.toml").write_text(SMALL, encoding="utf-8")
    wizard = RunWizard(context)
    qtbot.addWidget(wizard)
    wizard.open_file(tmp_path / "plan.toml")
    qtbot.waitUntil(wizard.check.start.isEnabled, timeout=SLOW_MS)
    wizard.check.start.click()
    qtbot.waitUntil(lambda: context.run is not None, timeout=SLOW_MS)
    folder = RunFolder.open(context.run)
    assert folder.path.parent == tmp_path / "runs"

    map_view, panel, follower = MapView(context), SteerPanel(context), Follower(folder.path)
    qtbot.addWidget(map_view)
    qtbot.addWidget(panel)

    def shown(condition):
        newest = follower.newest()
        if newest is not None:
            map_view.show_state(newest)
            panel.show_state(newest)
        return newest is not None and condition(newest)

    def until(condition):
        qtbot.waitUntil(lambda: shown(condition), timeout=SLOW_MS)

    assert control_of(context).taken, "a run that was begun here needs no further question"
    until(lambda _: panel.proposal.isVisibleTo(panel) and panel.proposal.approve.isEnabled())
    panel.proposal.approve.click()
    until(lambda now: now.current is not None and panel._pause.isEnabled())
    panel._pause.click()
    until(lambda _: panel._pause.text() == "Resume")
    map_view.canvas.editor.set(ScanRegion((3e-7, 2e-7), (5e-7, 4e-7), 0.2))
    map_view._edited(map_view.canvas.editor.region)
    until(lambda _: map_view._ask.isEnabled())
    map_view._ask.click()
    until(lambda _: "wish" in commands(folder))
    panel._pause.click()
    until(lambda _: panel._pause.text() == "Pause after line")
    {"stop": panel._stop, "withdraw": panel._withdraw}[end].click()
    until(lambda _: bool(rows(folder, "run_finished")) and not folder.is_running)
    follower.close()
    map_view.shut()
    control_of(context).shut()

    assert commands(folder) == ["approve", "pause", "wish", "resume", end]
    assert rows(folder, "run_finished")[0]["outcome"] in ("stopped", "safety stop")
    assert rows(folder, "command")[2]["detail"] == "wish 1 is queued"
    qtbot.waitUntil(lambda: not wizard.starter.going, timeout=SLOW_MS)
