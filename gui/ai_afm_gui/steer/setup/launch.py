"""Starting a run as a process of its own, which outlives the window."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ai_afm.store.run_folder import RunFolder

TAIL = 2000
"""Characters of the log that tell why a run did not start."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A run that was started.

    Parameters
    ----------
    folder
        Of the run.
    log
        What its process says.
    process
        Of the run; it goes on without the window.
    """

    folder: Path
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def ready(self) -> bool:
        """Whether there is a run to be shown."""
        folder = RunFolder(self.folder)
        return folder.config_file.is_file() and folder.journal_file.is_file()

    def failed(self) -> str | None:
        """Return what its process has said if it ended before there was a run, else `None`."""
        code = self.process.poll()
        if code is None or self.ready:
            return None
        try:
            said = self.log.read_text(encoding="utf-8", errors="replace")[-TAIL:].strip()
        except OSError as exc:
            said = str(exc)
        return said or f"the process ended with exit code {code}"


def new_folder(runs: Path, sample: str, now: datetime) -> Path:
    """Return a folder that is free, named after day, time and sample."""
    words = re.sub(r"[^a-z0-9]+", "-", sample.lower()).strip("-")[:40].strip("-")
    name = f"{now:%Y%m%d-%H%M}" + (f"-{words}" if words else "")
    number, folder = 1, runs / name
    while folder.exists() or folder.with_name(f"{folder.name}.toml").exists():
        number += 1
        folder = runs / f"{name}-{number}"
    return folder


def command(config: Path, folder: Path, lab: Path | None) -> list[str]:
    """Return the command line that runs a configuration."""
    line = [sys.executable, "-m", "ai_afm", "run", str(config), "--out", str(folder)]
    return line if lab is None else [*line, "--lab", str(lab)]


def start(
    text: str,
    folder: Path,
    lab: Path | None,
    run: Callable[..., "subprocess.Popen[bytes]"] = subprocess.Popen,
) -> Launch:
    """Write a run's file beside its folder and start it.

    Parameters
    ----------
    text
        TOML of the run.
    folder
        Of the new run; absent or empty.
    lab
        Whose models are used.
    run
        Starts a process.

    Raises
    ------
    OSError
        When the file cannot be written or no process be started.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    config, log = (folder.with_name(f"{folder.name}{end}") for end in (".toml", ".log"))
    config.write_text(text, encoding="utf-8")
    with log.open("ab") as said:
        process = run(
            command(config, folder, lab),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            close_fds=True,
            **apart(sys.platform),
        )
    return Launch(folder, log, process)


def apart(platform: str) -> dict[str, object]:
    """Return what makes a process outlive the one that starts it, and its terminal."""
    if platform == "win32":
        detached, own_group = 0x00000008, 0x00000200  # DETACHED_PROCESS, CREATE_NEW_PROCESS_GROUP
        return {"creationflags": detached | own_group}
    return {"start_new_session": True}


def reap(launches: Sequence[Launch]) -> tuple[Launch, ...]:
    """Return those that still go on; those that have ended leave nothing behind."""
    return tuple(launch for launch in launches if launch.process.poll() is None)
