"""What the map of a run shows and says, without Qt."""

from dataclasses import dataclass, replace

from ai_afm.types import Consent, ScanRegion, ScanRequest
from ai_afm_gui.client import Decision, Phase, RunState
from ai_afm_gui.client.units import duration
from ai_afm_gui.steer import canvas_model
from ai_afm_gui.steer.canvas_model import Picture
from ai_afm_gui.steer.ground import Known
from ai_afm_gui.steer.preview import Ground, Preview, preview
from ai_afm_gui.steer.texts import place

OVER = (Phase.ENDED, Phase.BROKEN)
"""Phases in which nobody listens."""


def awaited(state: RunState) -> Decision | None:
    """Return the move that waits for a person's approval, `None` where none does."""
    if state.phase in OVER:
        return None
    row = state.live.status.get("awaits")
    return next((d for d in reversed(state.decisions) if d.row == row), None)


def consent_now(state: RunState, known: Known | None) -> Consent:
    """Return the consent with all ground that was forbidden since the run began."""
    consent = state.consent
    for region in () if known is None else known.forbidden:
        if all(zone.region != region for zone in consent.zones):
            consent = consent.forbidding(region)
    return consent


class MapModel:
    """Makes the picture of each state; what did not change is the same object as before."""

    def __init__(self) -> None:
        self._keys: dict[str, object] = {}
        self._made = Picture()

    def picture(self, state: RunState, known: Known | None) -> Picture:
        """Return what the map shows."""
        consent = consent_now(state, known)
        reach, allowed = state.facts.range, state.limits.region
        made = self._made
        if self._new("ground", (reach, allowed, consent)):
            made = replace(made, ground=canvas_model.ground(reach, allowed, consent))
        if self._new("done", state.entries):
            made = replace(made, done=canvas_model.done(state.entries))
        waits = awaited(state)
        request = None if waits is None else waits.request
        region = request.region if isinstance(request, ScanRequest) else None
        if self._new("coming", (state.waiting, state.current, region)):
            made = replace(
                made, coming=canvas_model.coming(state, region, waits.reason if waits else "")
            )
        if self._new("probes", state.probes):
            made = replace(made, probes=canvas_model.probes(state))
        drift = state.drift
        rate = None if drift is None or state.phase in OVER else drift.rate
        line = canvas_model.tip_line(state.view) if state.current is not None else None
        self._made = replace(made, tip_line=line, drift=rate)
        return self._made

    def _new(self, part: str, key: object) -> bool:
        if part in self._keys and (self._keys[part] is key or self._keys[part] == key):
            return False
        self._keys[part] = key
        return True


@dataclass(frozen=True, slots=True)
class Asked:
    """What a drawn rectangle would mean; `preview` is `None` where nothing can be told."""

    region: ScanRegion
    preview: Preview | None

    @property
    def legal(self) -> bool:
        """Whether the guard has nothing against it, as far as that is known."""
        return self.preview is None or self.preview.legal

    @property
    def where(self) -> str:
        """Size and place in words."""
        return place(self.region)

    @property
    def effort(self) -> str:
        """Pixels and time in words, "" where they are not known."""
        if self.preview is None:
            return ""
        lines, pixels = self.preview.request.shape
        return f"{pixels} x {lines} px, {duration(self.preview.seconds)}"


def asked(region: ScanRegion, state: RunState, known: Known | None) -> Asked:
    """Return what asking for a rectangle would mean in a run as it stands."""
    if known is None or known.capabilities is None:
        return Asked(region, None)
    current = state.current
    position = None if current is None or current.region is None else current.region.center
    times = known.capabilities.with_times(state.facts.times)
    ground = Ground(known.config, times, state.limits, consent_now(state, known), position)
    return Asked(region, preview(region, ground))
