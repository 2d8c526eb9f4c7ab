"""A run's folder, its socket and its state, small enough to be steered in a test."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime

from ai_afm.config import RunConfig, to_toml
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.service.known import KEY, as_json
from ai_afm.service.steering import SteeringServer
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm.testing.fake import FakeMicroscope, wide_limits
from ai_afm.types import Authority, Consent, Role, ScanRegion, ScanRequest
from ai_afm_gui.client import Decision, Entry, Eta, Facts, Live, Phase, RunState, Waiting

REACH = FakeMicroscope().capabilities.scanner_range
NOW = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)


def folder_of(path):
    """A run that has begun on the fake microscope."""
    folder = RunFolder.create(path, to_toml(RunConfig()))
    with Journal.open(folder.journal_file) as journal:
        row = {"pid": 1, "model": "none", "authority": "advise", "instrument": "fake"}
        row[KEY] = as_json(FakeMicroscope().capabilities)
        journal.append("run_started", row)
    return folder


def state(folder, **changes):
    """What a window knows of a run."""
    facts = Facts(
        folder=folder.path, name=folder.path.name, sample="film", operator="Bo",
        controller="targets", authority=Authority.ADVISE, instrument="fake", clock="real",
        acceleration=1.0, range=REACH, times=InstrumentTimes(), limits=wide_limits(),
        consent=Consent(), budget=3600.0,
    )  # fmt: skip
    values = {
        "facts": facts, "row": 1, "phase": Phase.RUNNING, "outcome": "",
        "authority": Authority.ADVISE, "model": "wallnet@2.7.0", "limits": wide_limits(),
        "consent": Consent(), "entries": (), "probes": (), "writes": (), "decisions": (),
        "waiting": (), "log": (), "drift": None, "view": None, "current": None, "at": None,
        "live": Live(True, True, {"state": "running"}), "eta": Eta(), "lamps": (),
    }  # fmt: skip
    return RunState(**values | changes)


def decision(row, region, reason="a junction"):
    """A proposed frame."""
    request = ScanRequest(region, (32, 48), 1.0, role=Role.ZOOM, reason=reason)
    return Decision(row, NOW, request, reason, "targets", "wallnet@2.7.0")


def waiting(folder, row=7, region=None, **changes):
    """A run in which a move waits for a person."""
    asked = decision(row, region or ScanRegion((1e-6, 0.0), (5e-7, 4e-7), 0.1))
    live = Live(True, True, {"state": "running", "authority": "advise", "awaits": row})
    return state(folder, phase=Phase.WAITING, decisions=(asked,), live=live, **changes)


def entry(number, region, finished=True):
    """A scan."""
    return Entry("scan", number, Role.ZOOM, "a", "a closer look", region, (8, 9), 8, finished)


def wished(name, region):
    """A wish that waits."""
    return Waiting(name, region, True)


class FakeRun:
    """Obeys commands as it is told to; `heard` has them in order."""

    def __init__(self, folder):
        self.heard, self.answers, self.withdrawn = [], {}, threading.Event()
        self._server = SteeringServer(folder.steering_file, self.withdrawn.set)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self):
        while not self._over.wait(0.005):
            while (command := self._server.take()) is not None:
                self.heard.append((command.do, dict(command.args)))
                command.answer(self.answers.get(command.do, f"{command.do} is done"))

    def close(self):
        self._over.set()
        self._thread.join()
        self._server.close()


@contextmanager
def obeying(folder):
    """A run that listens."""
    run = FakeRun(folder)
    try:
        yield run
    finally:
        run.close()
