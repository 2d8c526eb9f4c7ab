"""A run at a glance: live, ended, silent, or no run."""

from gui_fake_run import FakeRun, live_run

from ai_afm_gui.shell.glance import Life, glance


def test_a_live_run_says_what_it_does(tmp_path):
    with live_run(tmp_path / "run"):
        seen = glance(tmp_path / "run")
    assert (seen.life, seen.sample, seen.doing["state"]) == (Life.LIVE, "a film", "running")


def test_a_run_without_a_process_has_ended(tmp_path):
    FakeRun(tmp_path / "run")
    assert glance(tmp_path / "run").life is Life.ENDED


def test_an_address_that_a_killed_run_left_makes_it_no_live_run(tmp_path):
    run = FakeRun(tmp_path / "run")
    run.folder.steering_file.write_text('{"port": 1, "token": "x"}')
    assert glance(tmp_path / "run").life is Life.ENDED


def test_a_held_run_with_a_dead_address_is_silent_and_says_why(tmp_path):
    run = FakeRun(tmp_path / "run")
    with run.folder.lock():
        run.folder.steering_file.write_text('{"port": 1, "token": "x"}')
        seen = glance(tmp_path / "run")
    assert seen.life is Life.SILENT
    assert "does not answer" in seen.trouble


def test_a_held_run_without_an_address_is_starting(tmp_path):
    run = FakeRun(tmp_path / "run")
    with run.folder.lock():
        assert glance(tmp_path / "run").life is Life.STARTING


def test_another_folder_is_no_run(tmp_path):
    seen = glance(tmp_path)
    assert seen.life is Life.MISSING
    assert "config.toml" in seen.trouble
