"""What the window remembers from one start to the next."""

from pathlib import Path

from qtpy.QtCore import QByteArray, QSettings

MOST_RUNS = 8


class Memory:
    """Layout and last choices, in the settings that all pages share.

    Parameters
    ----------
    settings
        Where they are kept.
    """

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @property
    def geometry(self) -> bytes:
        """Place and size of the window, as Qt writes them; empty the first time."""
        value = self._settings.value("window/geometry")
        return bytes(value.data()) if isinstance(value, QByteArray) else b""

    @geometry.setter
    def geometry(self, value: bytes) -> None:
        self._settings.setValue("window/geometry", QByteArray(value))

    @property
    def page(self) -> str:
        """Name of the page that was shown last."""
        return str(self._settings.value("window/page", ""))

    @page.setter
    def page(self, name: str) -> None:
        self._settings.setValue("window/page", name)

    @property
    def dark(self) -> bool:
        """Whether the dark theme was chosen."""
        return str(self._settings.value("window/theme", "dark")) == "dark"

    @dark.setter
    def dark(self, dark: bool) -> None:
        self._settings.setValue("window/theme", "dark" if dark else "light")

    @property
    def language(self) -> str:
        """Language that was chosen; "" for none."""
        return str(self._settings.value("window/language", ""))

    @language.setter
    def language(self, language: str) -> None:
        self._settings.setValue("window/language", language)

    @property
    def annotator(self) -> str:
        """Who corrected last."""
        return str(self._settings.value("window/annotator", ""))

    @annotator.setter
    def annotator(self, name: str) -> None:
        self._settings.setValue("window/annotator", name)

    @property
    def folder(self) -> Path:
        """Where a person looks for runs first."""
        runs = self.runs
        return runs[0].parent if runs else Path.home()

    @property
    def runs(self) -> tuple[Path, ...]:
        """Runs that were shown, the last one first."""
        value = self._settings.value("window/runs") or []
        texts = [value] if isinstance(value, str) else list(value)
        return tuple(Path(str(text)) for text in texts)

    def add_run(self, run: Path) -> None:
        """Remember that a run was shown."""
        known = [str(run.absolute())]
        known += [str(path) for path in self.runs if str(path) not in known]
        self._settings.setValue("window/runs", known[:MOST_RUNS])
