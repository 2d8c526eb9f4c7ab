"""What a person allows: limits and consent, which software may narrow and only a person widens."""

import logging

from ai_afm.errors import OutOfRange
from ai_afm.microscope.base import Capabilities
from ai_afm.microscope.bounds import check_consent, check_limits, check_region, wider
from ai_afm.microscope.rules import Rules
from ai_afm.types import Consent, Limits, ScanRegion

log = logging.getLogger(__name__)


class Permits:
    """Limits and consent as they are now.

    Raises
    ------
    OutOfRange
        When limits or zones are no numbers.
    """

    def __init__(self, limits: Limits, consent: Consent) -> None:
        check_limits(limits)
        check_consent(consent)
        self.limits = limits
        self.consent = consent

    def rules(self, capabilities: Capabilities) -> Rules:
        """Return what a request to an instrument is held against."""
        return Rules(self.limits, capabilities, self.consent)

    def narrow(self, limits: Limits) -> None:
        """Tighten the limits; raises `OutOfRange` when that would widen any."""
        check_limits(limits)
        change = wider(limits, self.limits)
        if change is not None:
            raise OutOfRange(f"software may not widen {change}; a person has to do that by name")
        self.limits = limits

    def forbid(self, region: ScanRegion) -> None:
        """Allow nothing in a region any more, as software may; raises `OutOfRange` for none."""
        check_region(region, "the forbidden region")
        self.consent = self.consent.forbidding(region)

    def widen(self, limits: Limits, person: str) -> None:
        """Replace the limits in the name of a person."""
        check_person(person, "widen limits")
        check_limits(limits)
        log.warning("limits changed by %s: %s", person, limits)
        self.limits = limits

    def repaint(self, consent: Consent, person: str) -> None:
        """Replace the consent map in the name of a person."""
        check_person(person, "paint consent")
        check_consent(consent)
        log.warning("consent changed by %s: %d zones", person, len(consent.zones))
        self.consent = consent


def check_person(person: str, action: str) -> None:
    """Check that a person has given a name; raises `OutOfRange`."""
    if not person.strip():
        raise OutOfRange(f"only a person may {action}; give your name")
