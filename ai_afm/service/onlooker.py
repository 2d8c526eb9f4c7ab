"""The process beside a run of a lab: it fills the review queue, and lets shadow models look.

It reads the journal of the run now and then, works when a scan is finished, and once more when its
stdin closes, which a run that is killed does, too. Nothing is said to the run.
"""

import argparse
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from ai_afm.errors import AfmError
from ai_afm.flywheel.fill import fill_from_run
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.model_records import ModelState
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.service.lab import open_registry
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[Path, Lab, bool], str]
"""Given the run, its lab, and whether the run has ended; returns what was done, "" for nothing."""

NICE = 10
"""How far behind the run it stands for the processor; the shadow stands behind it."""
EVERY = 5.0
"""Seconds between two looks at the journal."""
SHADOW_DEADLINE = 1800.0
"""Seconds that the shadow may take for the scans of a run that it has not seen."""


class Onlooker:
    """What is done for the lab when scans are finished; a failure is one line in the log.

    Parameters
    ----------
    run
        Run folder.
    lab
        Its lab.
    """

    def __init__(self, run: Path, lab: Lab):
        self._run, self._lab = run, lab
        self._seen = 0

    def look(self, works: Sequence[Work], ended: bool) -> None:
        """Do all works when something was observed since the last look, or the run has ended."""
        try:
            with Journal.read(RunFolder(self._run).journal_file) as journal:
                newest = max((row.sequence for row in journal.rows("observed")), default=0)
        except AfmError as exc:
            log.error("%s cannot be read: %s", self._run, exc)
            return
        if newest == self._seen and not ended:
            return
        self._seen = newest
        for work in works:
            try:
                said = work(self._run, self._lab, ended)
            except (AfmError, OSError) as exc:
                log.error("%s: %s", work.__name__, exc)
            else:
                if said:
                    log.info("%s: %s", work.__name__, said)


def fill(run: Path, lab: Lab, _ended: bool) -> str:
    """Put what a person should look at into the review queue; return what that was, in words."""
    with FlywheelStore.open(lab) as store:
        filled = fill_from_run(store, run)
    for file, reason in filled.failed:
        log.warning("fill: %s: %s", file, reason)
    if not filled.frames:
        return ""
    return f"{len(filled.items)} places of {filled.frames} scans are in the review queue"


def shadow(run: Path, lab: Lab, ended: bool) -> str:
    """Let the models that are in the shadow look, in a process that may die of them."""
    with open_registry(lab) as registry:
        if ModelState.SHADOW not in registry.records.states().values():
            return ""
    command = [sys.executable, "-m", "ai_afm.service.shadowing", str(run), str(lab.path)]
    try:
        done = subprocess.run(
            [*command, *(["--ended"] if ended else [])],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=SHADOW_DEADLINE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.error("shadow: not finished within %.0f s", SHADOW_DEADLINE)
        return ""
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        log.error("shadow: ended with exit code %d: %s", done.returncode, last)
        return ""
    return done.stdout.strip()


def main() -> None:
    """Work until stdin closes, and once more then."""
    parser = argparse.ArgumentParser()
    for work in WORKS:
        parser.add_argument(f"--{work.__name__}", action="store_true")
    parser.add_argument("run", type=Path)
    parser.add_argument("lab", type=Path)
    arguments = parser.parse_args()
    if sys.platform != "win32":
        os.nice(NICE)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    works = [work for work in WORKS if getattr(arguments, work.__name__)]
    onlooker = Onlooker(arguments.run, Lab(arguments.lab))
    ended = threading.Event()
    threading.Thread(target=_until_closed, args=(ended,), daemon=True).start()
    while not ended.wait(EVERY):
        onlooker.look(works, ended=False)
    onlooker.look([work for work in works if work is fill], ended=True)
    _let_go()
    onlooker.look([work for work in works if work is not fill], ended=True)


def _let_go() -> None:
    """Close stdout, for whose end the run waits; what is still to be done may take long."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def _until_closed(ended: threading.Event) -> None:
    sys.stdin.buffer.read()
    ended.set()


WORKS: tuple[Work, ...] = (fill, shadow)

if __name__ == "__main__":
    main()
