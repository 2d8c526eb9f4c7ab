"""What a run leaves on paper: report, methods, table of sites, files for other programs. No Qt."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ai_afm.store.run_folder import RunFolder
from ai_afm_gui.words import translate


class Document(StrEnum):
    """Something that is written from a run."""

    REPORT = "report"
    METHODS = "methods"
    SITES = "sites"
    GWY = "gwy"
    GSF = "gsf"
    NPZ = "npz"


@dataclass(frozen=True, slots=True)
class Writing:
    """How a document is written.

    Parameters
    ----------
    arguments
        Of `ai-afm`.
    opened
        File or folder that is shown when it is done.
    """

    arguments: tuple[str, ...]
    opened: Path


def writing(run: Path, document: Document) -> Writing:
    """Return how a document of a run is written, and what is opened then."""
    folder = RunFolder(run)
    match document:
        case Document.REPORT:
            return Writing(("report", str(run), "--json"), folder.report_file)
        case Document.METHODS | Document.SITES:
            out = run / "paper"
            name = "methods.txt" if document is Document.METHODS else "sites.csv"
            return Writing(("paper", str(run), "--out", str(out), "--json"), out / name)
    out = run / f"export-{document.value}"
    given = ("export", str(run), "--out", str(out), "--format", document.value, "--json")
    return Writing(given, out)


def is_new(run: Path, document: Document) -> bool:
    """Return whether a document is there already and the run has not gone on since."""
    file = writing(run, document).opened
    folder = RunFolder(run)
    journal = folder.journal_file
    log = journal.with_name(journal.name + "-wal")
    if not file.is_file():
        return False
    written = max(f.stat().st_mtime_ns for f in (journal, log) if f.exists())
    return file.stat().st_mtime_ns >= written


def written_words(document: Document, opened: Path) -> str:
    """Return that a document was written, and where."""
    names = {
        Document.REPORT: translate("Nights", "The report is in {file}."),
        Document.METHODS: translate("Nights", "The methods are in {file}."),
        Document.SITES: translate("Nights", "The table of sites is {file}."),
    }
    words = names.get(document, translate("Nights", "The scans were exported to {file}."))
    return words.format(file=opened)
