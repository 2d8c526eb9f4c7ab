"""What earlier parts of a run did to the sample: kept beside the run, completed after a crash."""

import json
import math
from typing import Any

from ai_afm.acquire.session import Session
from ai_afm.errors import StoreError
from ai_afm.image.instrument_time import InstrumentTimes, path_schedule
from ai_afm.image.scan_layout import read_scan
from ai_afm.microscope.dose import DoseMap, pass_dose, path_passes, request_dose
from ai_afm.microscope.plugins import Earlier
from ai_afm.microscope.write_rules import write_seconds
from ai_afm.store.journal import Journal
from ai_afm.store.platform import write_atomically
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import Direction, ProbeRequest, WriteRequest
from ai_afm.types.codec import decode


def remember_dose(session: Session) -> None:
    """Write down what the sample has received and how much instrument time is spent.

    Beside it stands which scan and path files, and which rows of the journal, are in it: whatever
    is begun later counts anew, and nothing ever twice, however often a run is killed and resumed.
    """
    folder, microscope = session.folder, session.microscope
    text = json.dumps(
        {
            "dose": microscope.dose.to_json(),
            "spent": microscope.state().time,
            "scans": folder.next_scan_number() - 1,
            "paths": folder.next_path_number() - 1,
            "rows": session.journal.last_sequence,
        }
    )
    write_atomically(folder.dose_file, text.encode())


def earlier(folder: RunFolder, journal: Journal) -> Earlier:
    """Return the dose and time of the run so far, scans and probes that broke off included.

    Raises
    ------
    StoreError
        When the dose was written down but cannot be read: nobody may go on without it.
    """
    kept = _kept(folder)
    dose, spent = DoseMap.from_json(kept["dose"]), float(kept["spent"])
    for number in folder.scan_numbers():
        if number > kept["scans"]:
            frame = read_scan(folder.scan_file(number)).frame
            rows = int(frame.scanned[Direction.TRACE].sum()) + 1  # the row under way counts
            rows = min(rows, frame.shape[0])
            drive = frame.request.drive
            volts = frame.measurement.drive_amplitude or 0.0
            if drive is not None:
                volts = math.hypot(drive.amplitude / math.sqrt(2), drive.dc_bias)
            dose += request_dose(frame.request, volts, 1.0, rows)
            spent += rows / frame.request.line_rate
    for number in folder.path_numbers():
        if number > kept["paths"]:
            walked, seconds = _broken_path(folder, number)
            dose += walked
            spent += seconds
    # the row of a probe or write comes before the tip moves: if it is newer than the dose on disk,
    # what it did is not in there, be it finished or not
    for row in journal.rows("probe_started", after=kept["rows"]):
        request = decode(row.payload["request"])
        if isinstance(request, ProbeRequest):
            dose += request_dose(request, 0.0, 1.0)
            spent += request.waveform.duration if request.waveform else 0.0
    for row in journal.rows("write_started", after=kept["rows"]):
        request = decode(row.payload["request"])
        if isinstance(request, WriteRequest):
            dose += request_dose(request, 0.0, 1.0)
            spent += write_seconds(request, InstrumentTimes())
    return Earlier(dose, spent)


def _broken_path(folder: RunFolder, number: int) -> tuple[DoseMap, float]:
    """Return dose and time (s) of a path that broke off, the sweep under way included.

    The instrument is not open yet: its times are taken as the usual ones, and the moves between
    sweeps as made in contact, which counts more than less.
    """
    stored = read_scan(folder.path_file(number))
    path, times = stored.walked, InstrumentTimes()
    if path is None:
        raise StoreError(f"{stored.path} holds no path; without its dose the run cannot go on")
    sweeps = min(int(stored.frame.scanned[Direction.TRACE].sum()) + 1, len(path.sweeps))
    volts = stored.frame.measurement.drive_amplitude or 0.0
    if path.drive is not None:
        volts = math.hypot(path.drive.amplitude / math.sqrt(2), path.drive.dc_bias)
    passes = path_passes(path, times, lifts=False, sweeps=sweeps)
    seconds = float(path_schedule(path, times).durations[:sweeps].sum())
    return pass_dose(passes, volts, 1.0), seconds


def _kept(folder: RunFolder) -> dict[str, Any]:
    if not folder.dose_file.exists():
        return {"dose": DoseMap().to_json(), "spent": 0.0, "scans": 0, "paths": 0, "rows": 0}
    try:
        kept = json.loads(folder.dose_file.read_text("utf-8"))
        # a file of an older version does not say which rows are in it: counting all of them again
        # gives more than the sample has received, never less
        rows = {"rows": int(kept.get("rows", 0))}
        return rows | {k: kept[k] for k in ("dose", "spent", "scans", "paths")}
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise StoreError(
            f"{folder.dose_file} cannot be read ({exc}); without the dose the run cannot go on"
        ) from exc
