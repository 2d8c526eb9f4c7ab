"""What outlives a session of the twin: time, the tip's path, the sample's history."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from ai_afm.errors import InstrumentError


@dataclass(frozen=True, slots=True)
class Memory:
    """Instrument time (s), the tip's path in contact (m), the sample's history (JSON text)."""

    time: float
    contact_path: float
    sample: str


def save_memory(file: Path, memory: Memory) -> None:
    """Replace the file in one step, so that a kill leaves the old or the new memory."""
    temporary = file.with_name(file.name + ".new")
    temporary.write_text(json.dumps(asdict(memory)), encoding="utf-8")
    os.replace(temporary, file)


def load_memory(file: Path) -> Memory | None:
    """Read a memory; `None` where there is no file yet.

    Raises
    ------
    InstrumentError
        When the file is no memory.
    """
    if not file.exists():
        return None
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Memory(float(kept["time"]), float(kept["contact_path"]), str(kept["sample"]))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InstrumentError(f"{file} is no memory of a simulated sample: {exc}") from exc
