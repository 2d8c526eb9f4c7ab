"""What the page Review says of a reading, an item, a day. No Qt."""

import math

from ai_afm_gui.client.units import duration, metres, si
from ai_afm_gui.review.disagreement import Disagreement, Why
from ai_afm_gui.review.progress import Progress
from ai_afm_gui.words import translate


def reading(number: float, unit: str) -> str:
    """Return a reading of a channel; angles in degrees.

    Examples
    --------
    >>> reading(1.5707963, "rad"), reading(2e-9, "m"), reading(float("nan"), "V")
    ('90 deg', '2 nm', 'no reading')
    """
    if not math.isfinite(number):
        return translate("ReviewWords", "no reading")
    if unit == "rad":
        return f"{math.degrees(number):.3g} deg"
    return si(number, "" if unit == "1" else unit)


def day(progress: Progress) -> str:
    """Return what a person has done today, in one line."""
    total = progress.done + progress.left
    parts = [
        translate("ReviewWords", "{done} of {total} today").format(done=progress.done, total=total)
    ]
    if progress.corrections:
        text = translate("ReviewWords", "{length} of line corrected in {time}")
        parts.append(
            text.format(length=metres(progress.corrected), time=duration(progress.seconds))
        )
    share = progress.share_as_proposed
    if share is not None:
        text = translate("ReviewWords", "{share} % accepted as proposed")
        parts.append(text.format(share=round(100 * share)))
    return "; ".join(parts)


def saved(pending: int, strokes: int, error: str) -> str:
    """Return what is on the disk."""
    if error:
        return translate("ReviewWords", "Not saved: {why}").format(why=error)
    if pending:
        return translate("ReviewWords", "Saving strokes: {count}").format(count=pending)
    if strokes:
        return translate("ReviewWords", "All strokes saved ({count})").format(count=strokes)
    return translate("ReviewWords", "Nothing drawn yet")


def why(place: Disagreement, other: str) -> str:
    """Return what differs at a place."""
    text = {
        Why.NOT_DRAWN: translate("ReviewWords", "the model sees a line here, none is drawn"),
        Why.DOUBTED: translate("ReviewWords", "a line is drawn here that the model doubts"),
        Why.OTHER_DRAWS: translate("ReviewWords", "{other} draws a line here"),
        Why.OTHER_LEAVES_OUT: translate("ReviewWords", "{other} draws no line here"),
    }[place.why]
    length = translate("ReviewWords", "{count} px").format(count=place.length)
    return f"{text.format(other=other)} ({length})"
