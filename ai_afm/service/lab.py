"""Which lab folder is meant, and the models in it, which come before those that ship."""

from pathlib import Path

from ai_afm.errors import ConfigError
from ai_afm.flywheel.lab import MARKER, Lab
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.store import FlywheelStore


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
        with FlywheelStore.open(lab) as store:
            Registry(store)
    return [lab.models]
