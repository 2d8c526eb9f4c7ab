"""The crops that a gate has kept beside its page: found and read, or why there are none. No Qt."""

from dataclasses import dataclass
from pathlib import Path

from ai_afm.errors import StoreError
from ai_afm.flywheel.gate.picture_file import StoredPicture, read_pictures
from ai_afm.flywheel.model_records import GateReport
from ai_afm_gui.words import translate


@dataclass(frozen=True, slots=True)
class Pictures:
    """Crops and a sentence about them, or about why there are none."""

    pictures: tuple[StoredPicture, ...]
    words: str


def picture_file(lab: Path, report: GateReport) -> Path:
    """Return where the gate keeps the crops of a report."""
    return lab / "gate" / f"{report.id:04d}-{report.model.replace('@', '-')}.npz"


def read_gallery(lab: Path, report: GateReport | None) -> Pictures:
    """Read the crops of a report."""
    if report is None:
        return Pictures((), translate("Teach", "No gate has judged this model in this lab."))
    file = picture_file(lab, report)
    if not file.is_file():
        words = translate("Teach", "Report {n} has kept no pictures; judge it again to see them.")
        return Pictures((), words.format(n=report.id))
    try:
        found = read_pictures(file)
    except StoreError as exc:
        return Pictures((), str(exc))
    if not found:
        return Pictures((), translate("Teach", "There were no new corrections to be compared on."))
    words = translate(
        "Teach",
        "{n} of the newest corrections, from the largest gain to the largest loss: what {before}"
        " draws, what {after} draws, and what the person has drawn.",
    ).format(n=len(found), before=report.report.get("against", "?"), after=report.model)
    return Pictures(found, words)
