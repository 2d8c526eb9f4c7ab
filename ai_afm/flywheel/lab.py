"""The lab folder: runs, models, corrections and what they are made of, in one place.

Which folder it is, `--lab` says, or the nearest parent with `lab.toml`, else it is `~/ai-afm`.
"""

from dataclasses import dataclass
from pathlib import Path

from ai_afm.errors import ConfigError, StoreError
from ai_afm.flywheel.blobs import Blobs
from ai_afm.store import platform

MARKER = "lab.toml"
_ABOUT = (
    "# This folder is a lab of ai-afm. runs/ and models/ are yours; flywheel.sqlite and blobs/\n"
    "# hold what people corrected: keep the two together, and never on a network share.\n"
)


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab folder; made by `Lab.make` or `Lab.open`.

    Parameters
    ----------
    path
        Absolute path of the folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Lab.make(Path(folder) / "afm").database.name
    'flywheel.sqlite'
    """

    path: Path

    @classmethod
    def make(cls, path: Path) -> "Lab":
        """Make the folder a lab; one that is a lab already is left as it is.

        Raises
        ------
        StoreError
            When the disk refuses.
        """
        lab = cls(path.absolute())
        try:
            for folder in (lab.path, lab.runs, lab.models, lab.blobs.folder):
                folder.mkdir(parents=True, exist_ok=True)
            if not (lab.path / MARKER).exists():
                platform.write_atomically(lab.path / MARKER, _ABOUT.encode())
        except OSError as exc:
            raise StoreError(f"the lab folder {path} could not be made: {exc}") from exc
        return lab

    @classmethod
    def open(cls, path: Path) -> "Lab":
        """Open a lab that exists.

        Raises
        ------
        ConfigError
            When the folder is no lab.
        """
        if not (path / MARKER).is_file():
            raise ConfigError(
                f"{path} is no lab: it has no {MARKER}; `ai-afm queue fill RUN --lab {path}` makes "
                "it one"
            )
        return cls(path.absolute())

    @property
    def runs(self) -> Path:
        """Folder of the runs."""
        return self.path / "runs"

    @property
    def models(self) -> Path:
        """Folder of the lab's own models."""
        return self.path / "models"

    @property
    def database(self) -> Path:
        """All records: frames, predictions, corrections, the review queue."""
        return self.path / "flywheel.sqlite"

    @property
    def blobs(self) -> Blobs:
        """The arrays that the records name by their hashes."""
        return Blobs(self.path / "blobs")
