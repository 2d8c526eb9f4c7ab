"""`ai-afm replay`: the same decisions, another's, and a roll-out; the run is left as it is."""

import hashlib
import json
from dataclasses import replace

import pytest
from run_parts import PhaseGradient, config, create, session
from test_run_loop import drive
from typer.testing import CliRunner

import ai_afm.cli.replay as command
import ai_afm.service.session as service
from ai_afm.cli.app import app
from ai_afm.errors import BadInput, ConfigError
from ai_afm.service.replay.stops import Stop
from ai_afm.testing.glimpses import InProcessGlimpses

SMALL = {
    "overview": {"lines": 40, "pixels": 48},
    "targets": {"count": 2, "lines": 32, "pixels": 36},
    "probe": {"image_lines": 16, "per_target": 1},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a finished run of the targets controller."""
    return played(tmp_path_factory.mktemp("replay") / "run", config(**SMALL))


@pytest.fixture(scope="module")
def rastered(tmp_path_factory):
    """The folder of a finished raster in one frame."""
    settings = config(run={"controller": "raster"}, overview={"size_nm": (1600, 1200)})
    return played(tmp_path_factory.mktemp("replay") / "raster", settings)


def played(path, settings):
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = create(monkeypatch, path, settings)
        with session(monkeypatch, folder) as opened:
            events = drive(opened)
    assert events[-1].outcome == "done"
    return folder


def replay(folder, *arguments):
    """Return exit code and JSON; errors of ai-afm are raised."""
    done = CliRunner().invoke(app, ["replay", str(folder.path), *arguments, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout) if done.stdout else None


def contents(folder):
    """Return what a run holds; SQLite's own helper files of a reader do not count."""
    files = [p for p in folder.path.rglob("*") if p.is_file() and "journal.sqlite-" not in p.name]
    return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def in_process(segmenter):
    """Return what stands for the segmenter's process."""

    def start(model, threads, out, models):
        return InProcessGlimpses(segmenter, out)

    return start


@pytest.fixture
def other_model(monkeypatch):
    """A model that knows nothing of these frames."""
    seen = PhaseGradient(ood=True)
    monkeypatch.setattr(command, "SegmenterProcess", in_process(seen))


def test_a_run_replayed_decides_the_same(folder):
    before = contents(folder)
    code, said = replay(folder)
    assert code == 0
    assert said["identical"]
    assert said["first_difference"] is None
    assert said["decisions"] > 5
    assert said["records"] >= 3, "each scan is asked about: would it have been stopped?"
    assert said["stopped_early"] == 0
    assert contents(folder) == before


def test_a_run_whose_configuration_was_changed_afterwards_is_told_and_fails(folder, tmp_path):
    copy = type(folder)(tmp_path / "copy")
    copy.path.mkdir()
    for file in folder.path.rglob("*"):
        there = copy.path / file.relative_to(folder.path)
        if file.is_dir():
            there.mkdir()
        else:
            there.write_bytes(file.read_bytes())
    text = copy.config_file.read_text().replace("wall_junction = 3.0", "wall_junction = 0.0")
    copy.config_file.write_text(text)
    code, said = replay(copy)
    assert code == command.DIFFERENT
    assert not said["identical"]
    assert "away" in said["first_difference"]["difference"]


def test_a_stop_that_today_would_not_be_made_is_a_difference(folder, monkeypatch):
    """As if the journal told of a stop that the same controller does not make."""
    made = command.ask_stops

    def other(told, look, config):
        first, *rest = made(told, look, config)
        yield replace(first, recorded=Stop(16, "controller", "because"))
        yield from rest

    monkeypatch.setattr(command, "ask_stops", other)
    code, said = replay(folder)
    assert code == command.DIFFERENT
    assert said["stopped_early"] == 1
    told = said["first_difference"]["difference"]
    assert told == (
        "scan 1 goes on to its end instead of: ends after 16 rows (controller: because)"
    )


def test_which_frames_another_configuration_would_have_stopped(folder):
    _, said = replay(folder, "--what-if", "stop.doubt=0.4")
    assert [row["same"] for row in said["what_if_stops"]] == [True] * said["records"]
    assert said["what_if_stops"][0]["scan"] == 1


def test_what_another_controller_would_have_asked_for(folder):
    before = contents(folder)
    code, said = replay(folder, "--what-if", "controller=raster")
    assert code == 0
    assert said["identical"], "that is about the recorded controller"
    assert len(said["what_if"]) == said["decisions"]
    first = said["what_if"][0]
    assert first["recorded"].startswith("overview frame")
    assert first["proposed"].startswith("raster frame")
    assert not first["same"]
    assert first["distance_nm"] == 0.0
    assert first["recorded_s"] == pytest.approx(40.0, rel=0.01)
    assert first["proposed_s"] > 100
    assert "role raster, not overview" in first["difference"]
    assert said["what_if"][-1]["recorded"] == "the end"
    assert contents(folder) == before


def test_what_if_only_the_number_of_targets_were_another(folder):
    _, said = replay(folder, "--what-if", "targets.count=1")
    same = [row["same"] for row in said["what_if"]]
    other = same.index(False)
    assert said["what_if"][other]["recorded"].startswith("zoom frame T2")
    assert all(same[:other])
    assert said["would_differ"] == same.count(False)


def test_what_if_another_model_had_seen_the_frames(folder, other_model):
    before = contents(folder)
    _, said = replay(folder, "--what-if", "model=stranger@1.0.0")
    assert said["identical"]
    rows = said["what_if"]
    assert rows[0]["same"], "the overview is asked for before anything is seen"
    assert all(row["proposed"].startswith(("raster", "the end")) for row in rows[1:])
    assert contents(folder) == before


def test_a_person_gets_the_differences_in_words(folder):
    done = CliRunner().invoke(app, ["replay", str(folder.path), "--what-if", "targets.count=1"])
    assert "what if: " in done.stdout
    assert "because: " in done.stdout


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        ("targets.cuont=8", "Extra inputs"),
        ("targets.count=many", "valid integer"),
        ("targets", "not KEY=VALUE"),
        ("instrument.kind=replay", "another instrument"),
        ("controller=nobody", "no controller 'nobody'"),
        ("run.seed.low=3", "not a table"),
    ],
)
def test_a_wrong_what_if_is_one_clear_error(folder, wish, problem):
    with pytest.raises(ConfigError, match=problem):
        replay(folder, "--what-if", wish)


def test_on_rastered_ground_another_policy_runs_to_its_end(rastered, monkeypatch, tmp_path):
    monkeypatch.setattr(service, "SegmenterProcess", in_process(PhaseGradient()))
    monkeypatch.setattr(service, "load_model", lambda name, search: PhaseGradient())
    before = contents(rastered)
    wishes = ("controller=targets", "targets.count=1", "targets.ladder_nm=[500]")
    given = [part for wish in wishes for part in ("--what-if", wish)]
    _, said = replay(rastered, *given, "--roll-out", "--out", str(tmp_path / "played"))
    played = said["roll_out"]
    assert played["outcome"] == "done"
    assert played["scans"] == 2
    assert played["raster_time_s"] > played["instrument_time_s"] > 0
    assert played["ratio"] == pytest.approx(played["instrument_time_s"] / played["raster_time_s"])
    assert played["recall_of_raster"] > 0.5
    assert contents(rastered) == before
    assert (tmp_path / "played" / "journal.sqlite").exists()


def test_nothing_is_rolled_out_on_ground_that_nobody_has_rastered(folder):
    with pytest.raises(BadInput, match="fully rastered"):
        replay(folder, "--what-if", "controller=raster", "--roll-out")


def test_a_roll_out_needs_somebody_to_run(folder):
    code, _ = replay(folder, "--roll-out")
    assert code == 2
