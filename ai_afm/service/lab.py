"""The lab folder: where a group keeps its own models, before those that ship."""

from pathlib import Path

from ai_afm.errors import ConfigError

MARKER = "lab.toml"


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
    home = Path.home() / "ai-afm"
    return home if (home / MARKER).is_file() else None


def model_folders(named: Path | None = None) -> list[Path]:
    """Return the models folders that come before the shipped one, in order of look-up."""
    lab = find_lab(named)
    return [lab / "models"] if lab is not None and (lab / "models").is_dir() else []
