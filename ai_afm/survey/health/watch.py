"""All detectors at once: on new lines, and on a reference patch."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ai_afm.survey.health import agreement, resonance, ringing
from ai_afm.survey.health.agreement import check_agreement
from ai_afm.survey.health.check import Bounds, Check
from ai_afm.survey.health.contact import (
    LOST_CONTACT,
    SATURATION,
    Engaged,
    Held,
    check_contact,
    check_saturation,
)
from ai_afm.survey.health.passes import Passes
from ai_afm.survey.health.resonance import check_tracking, check_tuning
from ai_afm.survey.health.ringing import check_ringing
from ai_afm.survey.health.second_tip import check_second_tip
from ai_afm.survey.health.suspect import Moment, Sighting
from ai_afm.survey.health.sweeps import SAMPLES, Form
from ai_afm.survey.health.wear import check_sharpness


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the instrument beside its lines; `None` is unknown or not allowed.

    Parameters
    ----------
    engaged
        Levels of the error signal that the approach showed, or what lines before have shown.
    gain
        Integral gain of the z loop, 1/s.
    gain_allowed, frequency_allowed
        What a person lets software set: gains (1/s) and drive frequencies (Hz).
    """

    engaged: Engaged | Held | None = None
    gain: float | None = None
    gain_allowed: Bounds | None = None
    frequency_allowed: Bounds | None = None


NOTHING = Known()
"""Nothing is known: detectors that need it cannot tell, and no correction is proposed."""


@dataclass(frozen=True, slots=True)
class Live:
    """A detector that looks at new lines: `lines` of them, a multiple of 16.

    `form` is what it needs of the sweeps of a path, which are no neighbours of one length, and
    `samples` how many of one way.
    """

    name: str
    look: Callable[[Passes, Known], Check]
    lines: int = 16
    form: Form = Form.SAMPLES
    samples: int = SAMPLES


LIVE = (
    Live(agreement.NAME, lambda passes, _: check_agreement(passes), 32, Form.NEIGHBOURS, 4096),
    Live(
        ringing.NAME,
        lambda passes, known: check_ringing(passes, known.gain, known.gain_allowed),
        form=Form.LONG,
    ),
    Live(SATURATION, lambda passes, _: check_saturation(passes)),
    Live(LOST_CONTACT, lambda passes, known: check_contact(passes, known.engaged), form=Form.EACH),
    Live(resonance.NAME, lambda passes, known: check_tracking(passes, known.frequency_allowed)),
)
"""About a millisecond for all of them."""

STOPPED_FOR = (LOST_CONTACT, SATURATION, resonance.NAME)
"""Detectors whose lines hold nothing that could be used later."""


def check_lines(passes: Passes, known: Known = NOTHING) -> tuple[Check, ...]:
    """Run the live detectors on the same newest lines: 16, better 32.

    One suspect answer may be chance: `doubts_of(history, in_a_row=2)` waits for the next.
    """
    return tuple(live.look(passes, known) for live in LIVE)


def check_place(then: Passes, now: Passes) -> tuple[Check, ...]:
    """Compare a reference patch (64 lines) with how it was when the tip was good: tip and tuning.

    Its pixels decide what it can tell: 4 nm on steep relief for the tip's shape, walls within the
    patch for a second apex.
    """
    return check_sharpness(then, now), check_second_tip(then, now), check_tuning(then, now)


def seen(checks: Iterable[Check], at: Moment) -> tuple[Sighting, ...]:
    """Return checks as a journal keeps them."""
    return tuple(Sighting(check.detector, check.verdict, at) for check in checks)
