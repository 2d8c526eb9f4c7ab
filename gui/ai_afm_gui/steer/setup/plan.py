"""What the wizard knows while a person sets up a run, and what each of their acts does to it."""

from enum import Enum
from pathlib import Path
from typing import Any

from ai_afm.errors import ConfigError
from ai_afm.types import ScanRegion
from ai_afm_gui.steer.setup.draft import Draft
from ai_afm_gui.steer.setup.dry import DryRun
from ai_afm_gui.steer.setup.options import options_of
from ai_afm_gui.steer.setup.permission import Permission, permission, zones
from ai_afm_gui.steer.setup.purpose import Purpose, with_purpose
from ai_afm_gui.steer.setup.zones import (
    change_zone,
    overview_region,
    put_overview,
    put_zone,
    region_of,
)

OPTIONS = "instrument.options"
OVERVIEW = -1
"""The rectangle under the hand is that of the first look; else it is the number of a zone."""


class Obstacle(Enum):
    """What keeps a run from being started."""

    WRONG = "wrong"
    """A key has a value that cannot be."""
    BUSY = "busy"
    UNCHECKED = "unchecked"
    REFUSED = "refused"
    NAME = "name"
    FOLDER = "folder"


class Plan:
    """A new run under a person's hand.

    Attributes
    ----------
    draft, before
        The run's file as it is now, and as it was opened.
    dry, refusal
        What the dry run has told of the newest draft, or why it told nothing.
    options_problem
        What is wrong with the lines of the adapter's options, "" for nothing.
    hand, painting
        What the rectangle on the map is; the level of the zone that is being painted, "" for none.
    """

    def __init__(self, draft: Draft | None = None) -> None:
        self.use(draft or Draft())

    def use(self, draft: Draft) -> None:
        """Begin anew with a draft; what it allows counts as allowed before."""
        self.draft = self.before = draft
        self.dry: DryRun | None = None
        self.refusal = self.options_problem = self.painting = self._checked = ""
        self.hand: int | None = None

    def put(self, key: str, value: Any) -> None:
        """Set a key; the options of the adapter come as lines of TOML."""
        if key != OPTIONS:
            self.draft = self.draft.put(key, value)
            return
        try:
            self.draft = self.draft.put(OPTIONS, options_of(str(value)) or None)
            self.options_problem = ""
        except ConfigError as exc:
            self.options_problem = str(exc)

    def choose(self, purpose: Purpose) -> None:
        """Set what the run is for."""
        self.draft = with_purpose(self.draft, purpose)

    def edit_zone(self, number: int, key: str, value: Any) -> None:
        """Set a key of a zone; key "" takes the zone away."""
        self.draft = change_zone(self.draft, number, key, value)
        if not key:
            self.hand = None

    def paint(self, level: str) -> None:
        """Have the next rectangle become a new zone."""
        self.hand, self.painting = len(zones(self.draft)), level

    def take(self, what: int | None) -> ScanRegion | None:
        """Put the first look (`OVERVIEW`) or a zone under the hand; return its rectangle."""
        self.hand, self.painting = what, ""
        painted = zones(self.draft)
        if what == OVERVIEW:
            return overview_region(self.draft)
        if what is not None and what < len(painted):
            return region_of(painted[what])
        return None

    def drag(self, region: ScanRegion | None) -> None:
        """Move what is under the hand; `None`: nothing is under it any more."""
        if region is None or self.hand is None:
            self.hand, self.painting = None, ""
        elif self.hand == OVERVIEW:
            self.draft = put_overview(self.draft, region)
        else:
            self.draft = put_zone(self.draft, self.hand, region, self.painting or "image")

    def painted(self) -> int | None:
        """Tell that the rectangle is drawn; return the zone that it has become, if any."""
        if not self.painting:
            return None
        self.painting = ""
        return self.hand

    def to_check(self) -> str | None:
        """Return the TOML that a dry run has to check now; `None` where nothing has changed."""
        if self.problems():
            self.dry, self._checked = None, ""
            return None
        text = self.draft.text()
        if text == self._checked:
            return None
        self._checked, self.refusal = text, ""
        return text

    def told(self, dry: DryRun) -> None:
        """Take what a dry run has told."""
        self.dry, self.refusal = dry, ""

    def refused(self, why: str) -> None:
        """Take why there is no plan."""
        self.dry, self.refusal = None, why

    def problems(self) -> dict[str, str]:
        """Return what is wrong, key by key."""
        found = self.draft.problems()
        return {**found, OPTIONS: self.options_problem} if self.options_problem else found

    def permission(self) -> Permission:
        """Return what is allowed beyond what was before."""
        return permission(self.draft, self.before)

    def obstacle(self, name: str, folder: str, *, busy: bool) -> Obstacle | None:
        """Return what keeps the run from being started.

        Parameters
        ----------
        name
            Of who answers for it, "" for nobody.
        folder
            Of the run, as it was typed.
        busy
            Whether the plan is being checked.
        """
        if self.problems():
            return Obstacle.WRONG
        if busy:
            return Obstacle.BUSY
        if self.dry is None:
            return Obstacle.REFUSED if self.refusal else Obstacle.UNCHECKED
        if self.permission().needed and not name.strip():
            return Obstacle.NAME
        if not folder.strip() or Path(folder.strip()).exists():
            return Obstacle.FOLDER
        return None

    def signed(self, name: str) -> str:
        """Return the TOML to be started, in the name of a person where one was given."""
        draft = self.draft.put("run.operator", name.strip()) if name.strip() else self.draft
        return draft.text()
