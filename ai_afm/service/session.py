"""Open everything that a run needs, and close it again in the right order."""

import json
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TextIO

from ai_afm import __version__
from ai_afm.acquire.calibration import known_capabilities
from ai_afm.acquire.earlier import earlier
from ai_afm.acquire.session import Session
from ai_afm.acquire.steer import FORBIDDEN, NARROWED
from ai_afm.config import RunConfig, narrowed, parse_config, parse_region, resolved, to_toml
from ai_afm.control.plugins import open_controller
from ai_afm.errors import ModelError
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.microscope.plugins import Earlier, open_microscope
from ai_afm.segment.base import GlimpseService
from ai_afm.segment.model_file import load_model
from ai_afm.service.beside import lab_of, looked_on
from ai_afm.service.known import KEY, as_json
from ai_afm.service.lab import model_folders
from ai_afm.service.steering import SteeringServer
from ai_afm.service.workers import SegmenterProcess
from ai_afm.store.journal import Journal
from ai_afm.store.looking import Eyes, last_eyes
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.survey import Survey
from ai_afm.types import MapRequest, ScanLine

log = logging.getLogger(__name__)


def create_run(path: Path, config: RunConfig, lab: Path | None = None) -> RunFolder:
    """Make the folder of a new run with its resolved configuration.

    The instrument and the model are opened once before anything is written, so that a wrong file or
    option leaves no folder behind. The twin keeps the state of its bias and of its sample in the
    folder, so that another process finds both as they were left.

    Raises
    ------
    AfmError
        When the configuration, the instrument or the model cannot be used; nothing is written.
    """
    model = load_model(config.model.name, model_folders(lab))
    named = config.model.model_copy(update={"name": model.spec})
    complete = resolve(config.model_copy(update={"model": named}))
    return RunFolder.create(path, to_toml(in_folder(complete, path.absolute())))


def resolve(config: RunConfig) -> RunConfig:
    """Return the configuration with every open size set by what the instrument can reach.

    Raises
    ------
    OutOfRange
        When the first thing that the controller would ask for is not legal.
    """
    microscope = open_instrument(config)
    try:
        complete = resolved(config, microscope.limits.region)
        controller = open_controller(complete.run.controller, complete, microscope.capabilities)
        first = controller.propose(Survey(microscope.limits, microscope.consent, config.run.seed))
        if first is not None and not isinstance(first, MapRequest):
            microscope.check(first)
        return complete
    finally:
        microscope.close()


def in_folder(config: RunConfig, path: Path) -> RunConfig:
    """Return the configuration with the files of the twin placed inside the run folder."""
    instrument = config.instrument
    if instrument.kind != "simulated":
        return config
    files = {
        "bias_file": str(path / "twin-bias.json"),
        "memory_file": str(path / "twin-memory.json"),
    }
    options = files | instrument.options
    return config.model_copy(
        update={"instrument": instrument.model_copy(update={"options": options})}
    )


@contextmanager
def open_session(
    folder: RunFolder,
    lab: Path | None = None,
    events: Path | None = None,
    *,
    learns: bool = True,
) -> Iterator[Session]:
    """Open instrument, journal, segmenter and steering socket of a run folder.

    Parameters
    ----------
    folder
        Made by `create_run`, or of an earlier run that is to go on.
    lab
        Lab folder whose models come before those that ship; `None` looks for one.
    events
        File outside the run that gets one JSON line per line that is on disk.
    learns
        Whether it is a run of the lab, from which the lab learns; a roll-out is none.

    Raises
    ------
    AfmError
        When any part cannot be opened; those that were open are closed again.
    """
    config = parse_config(folder.config_toml(), str(folder.config_file))
    with ExitStack() as stack:
        stack.enter_context(folder.lock())
        journal = stack.enter_context(Journal.open(folder.journal_file))
        before = last_eyes(journal)
        model = config.model.name if before is None else before.model
        glimpses = SegmenterProcess(
            model, config.model.threads, folder.segmentations, model_folders(lab)
        )
        stack.callback(glimpses.close)
        check_pinned(before, glimpses)
        microscope = open_instrument(config, earlier(folder, journal))
        stack.callback(microscope.close)
        narrow_again(journal, microscope)
        capabilities = known_capabilities(config, journal, microscope)
        controller = open_controller(config.run.controller, config, capabilities)
        steering = SteeringServer(folder.steering_file, microscope.withdraw)
        stack.callback(steering.close)
        acknowledge = _acknowledger(stack.enter_context(events.open("a"))) if events else None
        journal.append("run_started", _about(config, microscope, glimpses))
        stack.enter_context(looked_on(folder, config.flywheel, lab_of(lab) if learns else None))
        yield Session(
            config=config,
            folder=folder,
            journal=journal,
            microscope=microscope,
            capabilities=capabilities,
            controller=controller,
            glimpses=glimpses,
            steering=steering,
            lockstep=config.instrument.clock != "real",
            acknowledge=acknowledge,
        )


def check_pinned(before: Eyes | None, glimpses: GlimpseService) -> None:
    """Check that a run that goes on does so with the weights that it was looked at with last.

    Raises
    ------
    ModelError
        When the model on disk is another one.
    """
    if before is not None and before.sha256 != glimpses.model_sha256:
        raise ModelError(
            f"the run was looked at with {before.model} ({before.sha256[:12]}); {glimpses.model} "
            f"has the hash {glimpses.model_sha256[:12]} now; put the old weights back or start a "
            "new run"
        )


def narrow_again(journal: Journal, microscope: GuardedMicroscope) -> None:
    """Narrow the limits as a person did earlier in the run: what was forbidden then still is."""
    for row in journal.rows("command"):
        do, args, detail = (row.payload[key] for key in ("do", "args", "detail"))
        if do == "limits" and detail == NARROWED:
            microscope.narrow(narrowed(microscope.limits, args))
        elif do == "forbid" and detail == FORBIDDEN:
            microscope.forbid(parse_region(args))


def open_instrument(config: RunConfig, before: Earlier | None = None) -> GuardedMicroscope:
    """Open the microscope of a configuration, guarded; `before` is what the run did already."""
    budget = config.run.budget_min * 60
    return open_microscope(config.instrument, config.limits, config.consent, budget, before)


def _acknowledger(stream: TextIO) -> Callable[[str, int, ScanLine], None]:
    def acknowledge(kind: str, number: int, line: ScanLine) -> None:
        record = {kind: number, "line": line.index, "direction": line.direction, "time": line.time}
        stream.write(json.dumps(record) + "\n")
        stream.flush()

    return acknowledge


def _about(
    config: RunConfig, microscope: GuardedMicroscope, glimpses: SegmenterProcess
) -> dict[str, object]:
    return {
        "version": __version__,
        "pid": os.getpid(),
        "instrument": microscope.capabilities.name,
        KEY: as_json(microscope.capabilities),
        "controller": config.run.controller,
        "authority": config.run.authority,
        "model": glimpses.model,
        "model_sha256": glimpses.model_sha256,
    }


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn SIGTERM and Ctrl-Break into `KeyboardInterrupt`, once: parking is left alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = [signal.SIGINT, signal.SIGTERM]
    kinds += [signal.Signals(k) for k in (getattr(signal, "SIGBREAK", None),) if k is not None]

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for kind in kinds:
            signal.signal(kind, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {kind: signal.signal(kind, interrupt) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
