"""Why there is no crop on the page, and what can be done about it. No Qt."""

from ai_afm_gui.review import words
from ai_afm_gui.review.sitting import Sitting, State
from ai_afm_gui.words import translate

Buttons = list[tuple[str, str]]
"""Name and word of each button; the first one is the one that is meant."""


def why_nothing(sitting: Sitting | None, *, has_run: bool) -> tuple[str, str, Buttons]:
    """Return a heading, sentences, and buttons.

    Parameters
    ----------
    sitting
        At a lab, `None` where there is none.
    has_run
        Whether a run is shown from which the queue could be filled.
    """
    fill = ("fill", translate("Review", "Fill the queue from the shown run"))
    again = ("again", translate("Review", "Look again"))
    lab = ("lab", translate("Review", "Choose a lab folder..."))
    runs = [fill] if has_run else []
    if sitting is None:
        text = translate(
            "Review",
            "Corrections are kept in a lab: a folder with runs, models and what people have "
            "corrected. Choose one, or make one from the run that is shown.",
        )
        return translate("Review", "No lab yet"), text, [*runs, lab]
    if sitting.state is State.FAILED:
        return translate("Review", "The queue cannot be read"), sitting.message, [again, lab]
    if sitting.state is State.EMPTY:
        text = translate(
            "Review",
            "Everything that was asked is answered. New crops come by themselves from runs of "
            "this lab when a scan is finished, and from any run by filling the queue.",
        )
        day = "" if sitting.progress is None else words.day(sitting.progress)
        return translate("Review", "Nothing waits"), f"{text}\n\n{day}", [*runs, again, lab]
    return translate("Review", "Looking into the queue"), "", []
