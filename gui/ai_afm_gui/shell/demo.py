"""The demo: a twin that drives itself, as a process that does not know of the window."""

import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from ai_afm.errors import AfmError, StoreError
from ai_afm.flywheel.lab import Lab
from ai_afm.service.link import ask
from ai_afm.store.run_folder import RunFolder

CONFIG = Path(__file__).with_name("demo.toml")
LAST_WORDS = 600
"""Characters of a run's last words that are shown when it fails."""


class DemoRun:
    """A live run of the twin in a lab of its own.

    Parameters
    ----------
    lab
        Folder of the lab; it is made where there is none.
    now
        Names the run.
    seed
        Chooses the sample.
    """

    def __init__(self, lab: Path, now: datetime, seed: int = 3) -> None:
        self.lab = lab
        made = Lab.make(lab)
        self.folder = made.runs / f"demo-{now:%Y%m%d-%H%M%S}"
        made.runs.mkdir(parents=True, exist_ok=True)
        self._said = made.runs / f"{self.folder.name}.log"
        config = made.runs / f"{self.folder.name}.toml"
        config.write_text(config_text(seed), "utf-8")
        self._process = self._start(config)
        self._asked = False

    def _start(self, config: Path) -> "subprocess.Popen[bytes]":
        with self._said.open("wb") as said:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "ai_afm", "run", str(config)),
                    *("--out", str(self.folder), "--lab", str(self.lab)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                **detached(),
            )

    @property
    def is_ready(self) -> bool:
        """Whether its folder can be read."""
        try:
            RunFolder.open(self.folder)
        except AfmError:
            return False
        return True

    @property
    def goes_on(self) -> bool:
        """Whether its process lives."""
        return self._process.poll() is None

    @property
    def is_over(self) -> bool:
        """Whether its process has ended, or was asked to."""
        return self._asked or not self.goes_on

    @property
    def last_words(self) -> str:
        """What it said last, for when it has failed."""
        try:
            return self._said.read_text("utf-8", errors="replace").strip()[-LAST_WORDS:]
        except OSError as exc:
            return str(exc)

    def ask_to_end(self) -> None:
        """Ask it to stop and park, and go on at once; it ends by itself."""
        self._asked = True
        try:
            ask(RunFolder(self.folder).steering_file, "stop", {}, timeout=1.0)
        except AfmError:
            self._process.terminate()

    def end(self, patience: float = 10.0) -> None:
        """Stop and park, as a person would; a run that does not listen is ended by its id."""
        if not self.goes_on:
            return
        try:
            ask(RunFolder(self.folder).steering_file, "stop", {}, timeout=2.0)
            self._process.wait(patience)
        except (AfmError, subprocess.TimeoutExpired):
            self._process.terminate()
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def config_text(seed: int) -> str:
    """Return the configuration of the demo, as TOML."""
    return CONFIG.read_text("utf-8").replace("{seed}", str(seed))


def demo_lab(data: Path | None = None) -> Path:
    """Return the folder of the demo's lab: below a user's data, or a new temporary one.

    Raises
    ------
    StoreError
        When it cannot be made.
    """
    try:
        if data is None:
            return Path(tempfile.mkdtemp(prefix="ai-afm-demo-"))
        lab = data / "demo-lab"
        lab.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreError(f"the lab of the demo could not be made: {exc}") from exc
    return lab


def detached() -> dict[str, Any]:
    """Return how a process is started that outlives this one, and is not ended by its Ctrl-C."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        how: dict[str, Any] = {"creationflags": flags}
    else:
        how = {"start_new_session": True}
    return how
