"""Whether a run of the lab is live: a training leaves the computer to it."""

from collections.abc import Iterator
from pathlib import Path

from ai_afm.flywheel.store import FlywheelStore
from ai_afm.store.run_folder import RunFolder


def live_run(store: FlywheelStore) -> Path | None:
    """Return the folder of a run that is live just now, `None` without one.

    Runs in the lab's `runs/` are known, and those elsewhere whose frames are in the lab.
    """
    return next((path for path in _folders(store) if _is_live(RunFolder(path))), None)


def _folders(store: FlywheelStore) -> Iterator[Path]:
    runs = store.lab.runs
    if runs.is_dir():
        yield from sorted(path for path in runs.iterdir() if path.is_dir())
    rows = store.database.rows("SELECT DISTINCT file FROM frames WHERE run != ''")
    yield from sorted({Path(file).parents[1] for (file,) in rows if Path(file).is_absolute()})


def _is_live(run: RunFolder) -> bool:
    # the lock alone would tell, but asking takes it for an instant, in which a run could not
    # begin; a run that has its steering socket holds it already
    return run.steering_file.is_file() and run.is_running
