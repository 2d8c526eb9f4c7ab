"""Which lab folder is meant, and the models in it, which come before those that ship."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ai_afm.errors import ConfigError, ModelError
from ai_afm.flywheel.database import Database
from ai_afm.flywheel.lab import MARKER, Lab
from ai_afm.flywheel.model_records import ModelState
from ai_afm.flywheel.registry import Registry


def find_lab(named: Path | None = None) -> Path | None:
    """Return the lab folder: the named one, the nearest parent with `lab.toml`, or `~/ai-afm`.

    Parameters
    ----------
    named
        What `--lab` said.

    Returns
    -------
    lab
        Absolute path, `None` where there is no lab and only what ships is used.

    Raises
    ------
    ConfigError
        When the named folder does not exist.
    """
    if named is not None:
        if not named.is_dir():
            raise ConfigError(f"the lab folder {named} does not exist; make it or correct --lab")
        return named.absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file():
            return folder
    return home_lab() if (home_lab() / MARKER).is_file() else None


def home_lab() -> Path:
    """Return the folder that becomes the lab where there is none yet."""
    return Path.home() / "ai-afm"


@dataclass(frozen=True, slots=True)
class _Records:
    """A lab with its open database, without what frames and corrections need."""

    lab: Lab
    database: Database


@contextmanager
def open_registry(lab: Lab) -> Iterator[Registry]:
    """Open the registry of a lab, and nothing else of it: a way back must not take long.

    Raises
    ------
    StoreError
        When the records cannot be read.
    """
    database = Database(lab.database)
    try:
        yield Registry(_Records(lab, database))
    finally:
        database.close()


def model_folders(named: Path | None = None) -> list[Path]:
    """Return the models folders that come before the shipped one, in order of look-up.

    Where the lab has records of its models, the pointer to the active one is brought in line with
    them first: a program that was killed may have left an old one.

    Raises
    ------
    ConfigError
        When the named folder does not exist.
    StoreError
        When the records cannot be read.
    """
    found = find_lab(named)
    if found is None or not (found / "models").is_dir():
        return []
    lab = Lab(found)
    if lab.database.is_file():
        with open_registry(lab):
            pass
    return [lab.models]


def check_usable(spec: str, search: Sequence[Path]) -> None:
    """Check that a model may look in a live run, as far as a lab has a record of it.

    Parameters
    ----------
    spec
        "name@version".
    search
        Models folders of labs, as `model_folders` gives them.

    Raises
    ------
    ModelError
        When it was never active in the lab, so that no gate has let it through, or its files are
        not those that were added.
    """
    for folder in search:
        lab = Lab(folder.parent)
        if not lab.database.is_file():
            continue
        with open_registry(lab) as registry:
            if registry.records.find(spec) is None:
                continue
            registry.check(spec)
            history = registry.records.history(spec)
        if not any(change.state is ModelState.ACTIVE for change in history):
            raise ModelError(
                f"{spec} is a {history[-1].state} and was never active in this lab; the gate and "
                "`ai-afm models promote` come first"
            )
