"""The bias source of the twin; its setting can outlive the process, as a real one's does."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ai_afm.errors import InstrumentError


@dataclass
class BiasSource:
    """DC bias and AC drive at the tip.

    Parameters
    ----------
    file
        Where the setting is kept, so that the next process finds the bias on that a killed one left
        on; `None` to forget it with the process.
    stuck
        A fault: commands are ignored.
    """

    file: Path | None = None
    stuck: bool = False
    _bias: float = 0.0
    _drive: float = 0.0

    def __post_init__(self) -> None:
        if self.file is not None and self.file.exists():
            try:
                kept = json.loads(self.file.read_text(encoding="utf-8"))
                self._bias, self._drive = float(kept["bias"]), float(kept["drive"])
            except (OSError, ValueError, KeyError, TypeError) as exc:
                raise InstrumentError(
                    f"cannot read the bias source's setting {self.file}: {exc}"
                ) from exc

    @property
    def bias(self) -> float:
        """DC bias, V, read back."""
        return self._bias

    @property
    def drive(self) -> float:
        """AC amplitude, V, read back."""
        return self._drive

    def apply(self, bias: float, drive: float) -> None:
        """Set DC bias and AC amplitude, V."""
        if self.stuck or (bias, drive) == (self._bias, self._drive):
            return
        if (
            self.file is not None
        ):  # replaced in one step: a kill leaves the old or the new setting, never half
            temporary = self.file.with_name(self.file.name + ".new")
            temporary.write_text(json.dumps({"bias": bias, "drive": drive}), encoding="utf-8")
            os.replace(temporary, self.file)
        self._bias, self._drive = bias, drive
