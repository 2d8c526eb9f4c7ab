"""What a dry run has told, and how it looks on the map."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ai_afm.config import RunConfig
from ai_afm.types import Consent, ScanRegion
from ai_afm_gui.steer.canvas_model import Kind, Picture, Shape, ground, outline, zone_shape


@dataclass(frozen=True, slots=True)
class Move:
    """A move that is known beforehand.

    Parameters
    ----------
    reason
        In the controller's words.
    seconds
        Its predicted time.
    refusal
        Of the guard, "" where it is legal.
    region
        Where, `None` where it is at a point or nowhere.
    """

    reason: str
    seconds: float
    refusal: str
    region: ScanRegion | None


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a run would do.

    Parameters
    ----------
    moves
        In order.
    instrument, channels
        Its name, and what it records.
    reach, allowed, overview
        What the scanner reaches, what the limits leave of it, and what is looked at first.
    seconds, closer, raster
        Time of the moves; of the closer frames that may follow (`None`: not known); of a raster of
        the overview as fine as the closest frames, s.
    words
        What the controller says in the end.
    """

    moves: tuple[Move, ...]
    instrument: str
    channels: tuple[str, ...]
    reach: ScanRegion
    allowed: ScanRegion
    overview: ScanRegion
    seconds: float
    closer: float | None
    raster: float
    words: str

    @property
    def refusals(self) -> tuple[Move, ...]:
        """Those that the guard refuses."""
        return tuple(move for move in self.moves if move.refusal)


def parse_dry_run(text: str) -> DryRun:
    """Read what `ai-afm run FILE --dry-run --json` has written.

    Raises
    ------
    ValueError
        When it is something else.
    """
    try:
        told = json.loads(text)
        moves = tuple(
            Move(str(m["reason"]), float(m["seconds"]), str(m["verdict"]), _region(m))
            for m in told["requests"]
        )
        places = {name: _region(told[name]) for name in ("range", "allowed", "overview")}
        return DryRun(
            moves=moves,
            instrument=str(told["instrument"]),
            channels=tuple(map(str, told["channels"])),
            reach=_known(places["range"]),
            allowed=_known(places["allowed"]),
            overview=_known(places["overview"]),
            seconds=float(told["predicted_s"]),
            closer=None if told["closer_s"] is None else float(told["closer_s"]),
            raster=float(told["raster_s"]),
            words=str(told["closing_words"]),
        )
    except (KeyError, TypeError) as exc:
        raise ValueError(f"the dry run said something unexpected: {exc!r}") from exc


def picture(dry: DryRun | None, config: RunConfig | None) -> Picture:
    """Return the map of a new run: consent as it is painted, planned frames as far as known."""
    consent = Consent() if config is None else config.consent.consent
    if dry is None:
        return Picture(ground=tuple(map(zone_shape, consent.zones)))
    coming = tuple(
        Shape(
            Kind.REFUSED if move.refusal else Kind.NEXT,
            outline(move.region),
            str(number),
            move.refusal or move.reason,
        )
        for number, move in enumerate(dry.moves, 1)
        if move.region is not None
    )
    return Picture(ground=ground(dry.reach, dry.allowed, consent), coming=coming)


def _region(values: Mapping[str, Any]) -> ScanRegion | None:
    if "center_m" not in values:
        return None
    (x, y), (width, height) = values["center_m"], values["size_m"]
    return ScanRegion(
        (float(x), float(y)), (float(width), float(height)), float(values["angle_rad"])
    )


def _known(region: ScanRegion | None) -> ScanRegion:
    if region is None:
        raise KeyError("center_m")
    return region
