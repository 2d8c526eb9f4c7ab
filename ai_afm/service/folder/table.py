"""What an archive amounts to: one table, and one contact sheet."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ai_afm.report.contact_sheet import Listed, SheetFacts, numbers_of, write_sheets
from ai_afm.service.folder.run import Outcome
from ai_afm.service.folder.scans import Found
from ai_afm.store.platform import write_atomically

TABLE = "results.csv"
_TWICE = ("pixel_size_m",)
"""Lists whose numbers also have names of their own."""


def rows_of(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return the rows of all frames that are done, in the order of their files' paths."""
    return [dict(f.row) for o in _ordered(outcomes) if o.record for f in o.record.frames]


def failures_of(outcomes: Sequence[Outcome]) -> list[dict[str, str]]:
    """Return the files that could not be used: "file" and "error"."""
    return [{"file": str(o.scan.file), "error": o.error} for o in _ordered(outcomes) if o.error]


def _ordered(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda o: str(o.scan.file))


def write_table(out: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write `results.csv`: one row a frame, names with units; nothing where nothing was measured.

    Lists of names are joined by blanks; those of numbers have columns of their own beside. The
    file is UTF-8 with a header, lines end with CR LF (RFC 4180).

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    names = [n for n in names if n not in _TWICE]
    text = io.StringIO()
    table = csv.DictWriter(text, names or ["file"], extrasaction="ignore")
    table.writeheader()
    table.writerows({k: _cell(v) for k, v in row.items()} for row in rows)
    write_atomically(out / TABLE, text.getvalue().encode())
    return out / TABLE


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(str(v) for v in value)
    if isinstance(value, bool):
        return str(value).lower()
    return value


def write_sheet(
    out: Path, outcomes: Sequence[Outcome], found: Found, facts: tuple[str, datetime]
) -> Path:
    """Write the contact sheet `index.html`.

    Parameters
    ----------
    out
        Folder of the archive.
    outcomes
        Of all files so far.
    found
        What the walk brought: scans that no reader reads are listed.
    facts
        Title, and when.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    done = [o for o in _ordered(outcomes) if o.record]
    frames = [f for o in done if o.record for f in o.record.frames]
    cards = [{**f.card, "numbers": numbers_of(f.row), "ood": bool(f.row["ood"])} for f in frames]
    title, made = facts
    failed = [Listed(f["file"], f["error"]) for f in failures_of(outcomes)]
    unread = [Listed(str(file), name) for file, name in found.unread]
    model = str(frames[0].row["model"]) if frames else "no model"
    return write_sheets(out, cards, SheetFacts(title, model, failed, unread, made))[0]
