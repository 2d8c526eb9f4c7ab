"""The list of runs: a line for each, read from journals alone, in a thread. No Qt, no torch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ai_afm.config import parse_config
from ai_afm.errors import AfmError
from ai_afm.store.journal import Journal, Row
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.survey.walls import extract_network
from ai_afm.types import DOMAIN_WALL_CODES, Role
from ai_afm.types.codec import decode
from ai_afm_gui.words import translate

LIVE, BROKEN = "live", "broken off"
Signature = tuple[int, int, int]
_WIDE = (Role.OVERVIEW, Role.RASTER)


@dataclass(frozen=True, slots=True)
class FrameName:
    """Which frame of a run, and what a model saw in it.

    Parameters
    ----------
    kind, number
        "scan" or "map", and which.
    segmentation
        Name of its segmentation's file, empty without one.
    """

    kind: str
    number: int
    segmentation: str = ""


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list.

    Parameters
    ----------
    folder
        Of the run.
    began
        Seconds since 1970, `None` before the first row.
    sample
        Of its configuration.
    spent
        s of instrument time.
    scans, probes, faults
        Numbers.
    state
        How it ended in its own word, `LIVE`, or `BROKEN` where nobody runs it and it has no end.
    wide
        Name of the segmentation of its widest frame, empty without one.
    picture
        The frame that stands for the run: the widest one, else the last, `None` without any.
    walls
        Domain walls in that frame, m; `None` while nobody has measured them or can.
    fault
        Why it cannot be read, empty if it can.
    """

    folder: Path
    began: float | None = None
    sample: str = ""
    spent: float = 0.0
    scans: int = 0
    probes: int = 0
    faults: int = 0
    state: str = ""
    wide: str = ""
    picture: FrameName | None = None
    walls: float | None = None
    fault: str = ""

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.folder.name


def run_folders(lab: Path | None, opened: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Return the folders of runs: those of a lab, and others that were opened."""
    inside = [] if lab is None else [p for p in (lab / "runs").glob("*") if _is_run(p)]
    found = [*inside, *(p for p in opened if _is_run(p))]
    return tuple(dict.fromkeys(p.absolute() for p in found))


def _is_run(folder: Path) -> bool:
    run = RunFolder(folder)
    return run.config_file.is_file() and run.journal_file.is_file()


def signature(folder: Path) -> Signature:
    """Return what tells the state of a run's journal from any other, without opening it."""
    run = RunFolder(folder)
    log = run.journal_file.with_name(run.journal_file.name + "-wal")
    try:
        facts = run.journal_file.stat()
        more = log.stat().st_size if log.exists() else 0
        live = run.steering_file.exists()
    except OSError:
        return 0, 0, 0
    return facts.st_mtime_ns, facts.st_size + more, int(live)


def run_line(folder: Path) -> RunLine:
    """Read the line of a run; what goes wrong is said in its `fault`."""
    try:
        run = RunFolder.open(folder)
        sample = parse_config(run.config_toml(), str(run.config_file)).run.sample
        with Journal.read(run.journal_file) as journal:
            started = journal.rows("run_started")
            ended = journal.rows("run_finished")
            line = _counted(RunLine(folder, sample=sample), journal.rows("observed"))
            if line.picture is None:  # a first frame that broke off, or goes on
                last = [int(row.payload["scan"]) for row in journal.rows("scan_started")][-1:]
                line = replace(line, picture=FrameName("scan", last[0]) if last else None)
            line = replace(line, faults=len(journal.rows("fault")))
    except (AfmError, OSError, KeyError, ValueError) as exc:
        return RunLine(folder, state=translate("Nights", "unreadable"), fault=str(exc))
    began = datetime.fromisoformat(started[0].wall).timestamp() if started else None
    return replace(line, began=began, state=_state(run, started, ended))


def _counted(line: RunLine, observed: list[Row]) -> RunLine:
    scans = probes = 0
    spent = 0.0
    wide = ""
    widest = newest = None
    for row in observed:
        told = row.payload
        spent += float(told["seconds"])
        scans += "scan" in told
        probes += "probe" in told
        name = str((told["notes"] or {}).get("segmentation") or "")
        kind = "map" if "map" in told else "scan" if "scan" in told else ""
        frame = FrameName(kind, int(told[kind]), name) if kind else None
        newest = frame or newest
        if "map" in told or told["request"].get("role") in _WIDE:
            # the last map shows all that is known of an area; of frames the first one does
            wide = name if "map" in told or not wide else wide
            widest = frame if "map" in told or widest is None else widest
    picture = widest or newest
    return replace(line, scans=scans, probes=probes, spent=spent, wide=wide, picture=picture)


def _state(run: RunFolder, started: list[Row], ended: list[Row]) -> str:
    if run.steering_file.is_file() and run.is_running:
        return LIVE
    if ended and (not started or ended[-1].sequence > started[-1].sequence):
        return str(ended[-1].payload["outcome"])
    return BROKEN if started else translate("Nights", "not begun")


def wall_length(line: RunLine) -> float | None:
    """Return the length of domain walls in the widest frame of a run, m; `None` without one."""
    if not line.wide:
        return None
    run = RunFolder(line.folder)
    try:
        stored = read_segmentation(run.segmentations / line.wide)
        with Journal.read(run.journal_file) as journal:
            request = next(_requests(journal.rows("observed"), line.wide))
        network = extract_network(stored.segmentation, decode(request).region)
    except (AfmError, OSError, StopIteration):
        return None
    return network.length(*DOMAIN_WALL_CODES)


def _requests(observed: list[Row], segmentation: str) -> Iterator[dict[str, Any]]:
    for row in observed:
        if (row.payload["notes"] or {}).get("segmentation") == segmentation:
            yield row.payload["request"]


class Lister:
    """Knows the lines of runs, and which of them have changed; to be used in one thread."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Signature, RunLine]] = {}

    def look(self, folders: Iterable[Path]) -> tuple[RunLine, ...]:
        """Return a line for each run, the newest first; only what has changed is read again."""
        lines = [self._line(folder) for folder in folders]
        return tuple(sorted(lines, key=lambda line: -(line.began or 0.0)))

    def measure(self, folders: Iterable[Path]) -> RunLine | None:
        """Measure the walls of one run whose walls were not measured yet, `None` when all are."""
        for folder in folders:
            sign, line = self._known.get(folder, ((0, 0, 0), RunLine(folder)))
            if line.wide and line.walls is None and line.state != LIVE and not line.fault:
                length = wall_length(line)
                done = replace(line, walls=length, wide=line.wide if length is not None else "")
                self._known[folder] = sign, done
                return done
        return None

    def _line(self, folder: Path) -> RunLine:
        now = signature(folder)
        known = self._known.get(folder)
        if known is None or known[0] != now:
            self._known[folder] = now, run_line(folder)
        return self._known[folder][1]
