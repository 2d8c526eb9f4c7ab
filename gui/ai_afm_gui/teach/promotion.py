"""What may be done with a model, and where the way back leads: as the records allow it. No Qt.

The records decide again when it is done: `ai-afm models promote` asks them, not the window.
"""

from dataclasses import dataclass

from ai_afm.flywheel.model_records import ModelState
from ai_afm_gui.teach.lab_books import Books
from ai_afm_gui.teach.story import outdated
from ai_afm_gui.words import translate


@dataclass(frozen=True, slots=True)
class Promotion:
    """What may be done with a model: `action` is empty where nothing, `why_not` says why."""

    action: str
    why_not: str


def promotion(books: Books, spec: str) -> Promotion:
    """Return what the next step of a model is, and whether the records allow it."""
    model = books.model(spec)
    if model is None or model.state is None:
        return Promotion("", translate("Teach", "Choose a candidate or a shadow to promote."))
    if model.state not in (ModelState.CANDIDATE, ModelState.SHADOW):
        return Promotion("", translate("Teach", "Only a candidate or a shadow is promoted."))
    shadow = model.state is ModelState.SHADOW
    action = translate("Teach", "Make active") if shadow else translate("Teach", "Let it look on")
    if model.fault:
        return Promotion(action, model.fault)
    report = books.report(spec)
    if report is None:
        return Promotion(action, translate("Teach", "The gate has not judged it yet."))
    if not report.passed:
        first = next(iter(report.report.get("refused", ())), "")
        return Promotion(
            action,
            translate("Teach", "The gate has refused it (report {n}): {why}").format(
                n=report.id, why=first
            ),
        )
    stale = outdated(books, report)
    if stale:
        return Promotion(
            action,
            translate("Teach", "Report {n} is {why}; judge it again.").format(
                n=report.id, why=stale
            ),
        )
    return Promotion(action, "")


def way_back(books: Books) -> tuple[str, str]:
    """Return the model that a rollback goes to and, where it cannot, why not."""
    if len(books.line) < 2:
        return "", translate("Teach", "No model was active before in this lab.")
    return books.line[-2], ""
