"""What a run's folder tells that a preview needs, read in a worker thread."""

from dataclasses import dataclass
from pathlib import Path

from ai_afm.acquire.steer import FORBIDDEN
from ai_afm.config import RunConfig, parse_config, parse_region
from ai_afm.microscope.base import Capabilities
from ai_afm.service.known import KEY, from_json
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import ScanRegion


@dataclass(frozen=True, slots=True)
class Known:
    """What does not change while a run goes on, and the ground that was forbidden since it began.

    Parameters
    ----------
    config
        Of the run.
    capabilities
        Of its instrument, `None` before the run has begun.
    forbidden
        What a person has forbidden since.
    """

    config: RunConfig
    capabilities: Capabilities | None
    forbidden: tuple[ScanRegion, ...]


def read_known(path: Path) -> Known:
    """Read it; may take some 10 ms.

    Raises
    ------
    AfmError
        When the folder is no run or cannot be read.
    """
    folder = RunFolder.open(path)
    config = parse_config(folder.config_toml(), str(folder.config_file))
    capabilities, forbidden = None, []
    with Journal.read(folder.journal_file) as journal:
        for row in journal.rows("run_started"):
            if KEY in row.payload:
                capabilities = from_json(row.payload[KEY])
        for row in journal.rows("command"):
            if row.payload["do"] == "forbid" and row.payload["detail"] == FORBIDDEN:
                forbidden.append(parse_region(row.payload["args"]))
    return Known(config, capabilities, tuple(forbidden))
