"""The steering socket: commands are queued, and who waits hears what came of them."""

import json
import threading
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.errors import InstrumentError, LinkLost, ModelError
from ai_afm.service.steering import QUEUED, SteeringServer, ask
from ai_afm.store.run_folder import RunFolder


@contextmanager
def listening(file, answer=None):
    """Open a socket whose run answers the first command with these words, or never obeys."""
    server = SteeringServer(file, lambda: None)
    obeyed = threading.Event()
    taken = []

    def run():
        while not obeyed.wait(0.01):
            if answer is not None and (command := server.take()) is not None:
                taken.append((command.do, dict(command.args)))
                command.answer(answer)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield taken
    finally:
        obeyed.set()
        thread.join()
        server.close()


def test_who_does_not_wait_hears_that_it_is_queued(tmp_path):
    with listening(tmp_path / "steering.json", "holds") as taken:
        assert ask(tmp_path / "steering.json", "pause", {}) == QUEUED
        while not taken:
            pass
    assert taken == [("pause", {})]


def test_who_waits_hears_what_came_of_it(tmp_path):
    with listening(tmp_path / "steering.json", "tiny@2.0.0 looks"):
        said = ask(tmp_path / "steering.json", "model", {"name": "tiny@2.0.0"}, wait=30.0)
    assert said == "tiny@2.0.0 looks"


def test_what_the_run_refuses_is_an_error(tmp_path):
    with listening(tmp_path / "steering.json", "refused: no such model"):
        with pytest.raises(InstrumentError, match=r"^no such model$"):
            ask(tmp_path / "steering.json", "model", {"name": "tiny@9"}, wait=30.0)


def test_a_run_that_does_not_obey_in_time_has_it_queued(tmp_path):
    with listening(tmp_path / "steering.json"):
        assert ask(tmp_path / "steering.json", "model", {"name": "tiny@9"}, wait=0.05) == QUEUED


@pytest.mark.parametrize("wait", [-1, 1e6, [1], "long", float("nan")])
def test_a_wait_that_is_none_is_refused(tmp_path, wait):
    with listening(tmp_path / "steering.json", "holds"):
        with pytest.raises(InstrumentError, match="seconds up to 60"):
            answered(tmp_path / "steering.json", wait)


def answered(file, wait):
    """Send a request with whatever there is for a wait."""
    import socket

    address = json.loads(file.read_text())
    request = {"v": 1, "id": 1, "token": address["token"], "do": "pause", "wait": wait}
    with socket.create_connection(("127.0.0.1", address["port"]), 5.0) as link:
        link.sendall(json.dumps(request).encode() + b"\n")
        with link.makefile("rb") as reader:
            answer = json.loads(reader.readline())
    if not answer["ok"]:
        raise InstrumentError(answer["error"])


@pytest.fixture
def run(tmp_path):
    return RunFolder.create(tmp_path / "run", "")


def ctl(run, *arguments):
    return CliRunner().invoke(app, ["ctl", str(run.path), *arguments, "--json"])


def test_ctl_says_that_the_other_model_looks(run):
    with listening(run.steering_file, "tiny@2.0.0 looks from line 17 of scan 3 on") as taken:
        done = ctl(run, "model", "tiny@2.0.0", "--reason", "finds nothing")
    assert json.loads(done.stdout) == {"result": "tiny@2.0.0 looks from line 17 of scan 3 on"}
    assert taken == [("model", {"name": "tiny@2.0.0", "reason": "finds nothing"})]


def test_ctl_tells_a_refused_model_from_a_run_that_is_gone(run):
    with listening(run.steering_file, "refused: tiny@9 is a candidate"):
        assert isinstance(ctl(run, "model", "tiny@9").exception, ModelError)
    assert isinstance(ctl(run, "model", "tiny@9").exception, LinkLost)
    assert ctl(run, "model").exit_code == 2
