"""The log of the window: a file of its own, which does not grow for ever."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from qtpy.QtCore import QCoreApplication, QStandardPaths

from ai_afm_gui.context import ORGANISATION, PROGRAM

MOST_BYTES = 1_000_000


def name_program() -> None:
    """Set the names that say where settings and data lie; there need be no program yet."""
    QCoreApplication.setOrganizationName(ORGANISATION)
    QCoreApplication.setApplicationName(PROGRAM)


def data_folder() -> Path:
    """Return where a user's data of the window lie; the name of the program is part of it."""
    place = QStandardPaths.StandardLocation.AppLocalDataLocation
    return Path(QStandardPaths.writableLocation(place))


def log_file() -> Path:
    """Return where the window writes its log."""
    return data_folder() / "window.log"


def log_to(file: Path) -> logging.Handler:
    """Write warnings and errors of the whole program to a file; return what does so.

    Raises
    ------
    OSError
        When the folder cannot be made or written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(file, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    return handler
