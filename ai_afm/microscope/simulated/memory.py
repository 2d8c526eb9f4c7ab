"""The sample that remembers: a world plus all that a tip has done to it, imaging included."""

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput, InstrumentError
from ai_afm.microscope.simulated.exposure import TILE, DoseMap
from ai_afm.microscope.simulated.history import (
    ChargeSpot,
    HistoryItem,
    IonSpot,
    Standing,
    WallShift,
    WrittenDomain,
    bounds,
    covers,
    extent,
    from_entry,
    is_gone,
    moved_back,
    near,
    touches,
)
from ai_afm.microscope.simulated.lithography import coercive_floor, strokes
from ai_afm.microscope.simulated.shaking import shaken
from ai_afm.microscope.simulated.surface import Array, Coercivity, Surface, World
from ai_afm.microscope.simulated.switching import SwitchingSettings

SEAM = 30e-9
"""Width, m, of the strip along native walls in which |piezo| is taken from beside the wall: a
domain written over a wall leaves no seam where the wall was."""


class SwitchingSample:
    """A `Sample`: the world as grown, and its history (domains, walls, charge, ions, dose).

    Parameters
    ----------
    world
        The pristine sample.
    rng
        Generator or seed of all that is left to chance in switching.
    settings
        How it switches.
    max_items
        Bound of the history; beyond it a change is refused, because forgetting one would be a lie.
    """

    def __init__(
        self,
        world: World,
        rng: np.random.Generator | int,
        settings: SwitchingSettings | None = None,
        max_items: int = 20_000,
    ) -> None:
        self._world = world
        self.rng = np.random.default_rng(rng)
        self.settings = SwitchingSettings() if settings is None else settings
        self.max_items = max_items
        self.dose_map = DoseMap(self.settings.charge_life)
        self.drives = DoseMap(self.settings.charge_life)
        self._items: tuple[HistoryItem, ...] = ()
        self._floor: float | None = None

    @property
    def world(self) -> World:
        """The sample as grown."""
        return self._world

    @property
    def history(self) -> tuple[HistoryItem, ...]:
        """What was left behind, in order of time."""
        return self._items

    @property
    def written(self) -> tuple[WrittenDomain, ...]:
        """The written domains, oldest first."""
        return tuple(i for i in self._items if isinstance(i, WrittenDomain))

    def surface(self, x: Array, y: Array, time: float) -> Surface:
        """Return the surface at points as it is at `time` (s), history included."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        surface = self._native(x, y)
        if x.size == 0:
            return surface
        items = self._overlapping(x, y, time)
        if shifts := [i for i in items if isinstance(i, WallShift)]:
            warped = self._warped(x, y, time, shifts)
            # Only the polarization moves with a 180-degree wall; the topography stays.
            surface = replace(surface, piezo=warped.piezo, lateral=warped.lateral)
        if domains := [
            Standing(i, moved_back((x, y), time, items[k:]))
            for k, i in enumerate(items)
            if isinstance(i, WrittenDomain)
        ]:
            surface = self._switched(surface, (x, y), domains)
        if charges := [i for i in items if isinstance(i, ChargeSpot)]:
            trapped = sum((c.at(x, y, time) for c in charges), np.zeros(x.shape))
            surface = replace(surface, potential=surface.potential + trapped)
        if self.dose_map.charged:
            trapped = self.dose_map.potential(x, y, time)
            if trapped.any():
                surface = replace(surface, potential=surface.potential + trapped)
        for spot in items:
            if isinstance(spot, IonSpot):
                surface = replace(surface, ionic=surface.ionic * spot.factor(x, y, time))
        if self.settings.wear_rate and self.dose_map.tiles:
            worn = self.settings.wear_rate * self.dose_map.read(x, y, 0)
            surface = replace(surface, height=surface.height - worn)
        return surface

    def coercivity(self, x: Array, y: Array) -> Coercivity:
        """Return the local switching properties; the rims of written domains count as walls."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        native = self._world.coercivity(x, y)
        distance = native.wall_distance
        for item in self.written:
            distance = np.minimum(distance, np.abs(item.distance(x, y) - item.radius))
        return replace(native, wall_distance=distance)

    def expose(
        self, x: Array, y: Array, bias: float, drive: float, seconds: float, time: float
    ) -> None:
        """Record that points were imaged with DC `bias` and AC `drive` (V), `seconds` each.

        A bias that reaches the local switching threshold writes, exactly as lithography does; each
        row of a two-dimensional `x` is one stroke of the tip.
        """
        x, y = np.atleast_2d(np.asarray(x, float)), np.atleast_2d(np.asarray(y, float))
        if x.size == 0:
            return
        self.dose_map.add(x, y, seconds, abs(bias) + abs(drive))
        if not bias:
            self._shake(x, y, self.settings.ac_share * abs(drive), seconds)
            return
        goal = self.settings.injection * bias
        self.dose_map.charge(x, y, (goal, seconds / self.settings.injection_time), time)
        if self._floor is None:
            self._floor = coercive_floor(self._world, self.settings)
        if abs(bias) > self._floor:
            now = (self.surface(x, y, time).piezo, self.magnitude(x, y))
            exposure = (bias, abs(drive), seconds, time)
            here = self.coercivity(x, y)
            self.remember(strokes((x, y, *now), here, exposure, self.settings, self.rng))

    def _shake(self, x: Array, y: Array, help_of_ac: float, seconds: float) -> None:
        """Count the time for which a drive has helped walls over their pinning."""
        if not help_of_ac:
            return
        if self._floor is None:
            self._floor = coercive_floor(self._world, self.settings)
        if help_of_ac > self._floor:
            self.drives.add(x, y, seconds, help_of_ac)

    def remember(self, items: Iterable[HistoryItem]) -> None:
        """Add changes to the history; what they cover or what has decayed is dropped.

        Raises
        ------
        InstrumentError
            When the history is full.
        """
        kept = list(self._items)
        for item in items:
            if isinstance(item, WrittenDomain):
                kept = [k for k in kept if not covers(item, k)]
            kept.append(item)
            kept = [k for k in kept if not is_gone(k, item.time)]
        if len(kept) > self.max_items:
            raise InstrumentError(
                f"the twin's sample has {len(kept)} changes, its memory holds {self.max_items}: "
                "write less, or make the memory larger"
            )
        self._items = tuple(kept)

    def dose(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return what points have received so far, per cell of the dose map: (contact s, V s)."""
        return self.dose_map.read(x, y, 0), self.dose_map.read(x, y, 1)

    def to_json(self) -> str:
        """Return the whole history, the generator's state included, as JSON text."""
        tiles = _stored(self.dose_map)
        return json.dumps(
            {
                "world": self._world.name,
                "items": [{"kind": type(i).__name__, **asdict(i)} for i in self._items],
                "tiles": tiles,
                "drives": _stored(self.drives),
                "rng": self.rng.bit_generator.state,
            }
        )

    def replay(self, text: str) -> None:
        """Bring the sample to the state that `to_json` stored, in place of its own history.

        Raises
        ------
        BadInput
            When the text is not a history, or that of another world.
        """
        try:
            stored = json.loads(text)
            name = stored["world"]
            items = tuple(from_entry(dict(entry)) for entry in stored["items"])
            tiles = {(i, j): _unpacked(packed) for i, j, _, packed in stored["tiles"]}
            charged = {(i, j): time for i, j, time, _ in stored["tiles"] if time is not None}
            drives = {(i, j): _unpacked(packed) for i, j, _, packed in stored.get("drives", ())}
            state = stored["rng"]
        except (ValueError, KeyError, TypeError, zlib.error) as exc:
            raise BadInput(f"this is not the history of a simulated sample: {exc}") from exc
        if name != self._world.name:
            raise BadInput(f"the history is that of {name!r}, the sample is {self._world.name!r}")
        self._items, self.dose_map.tiles, self.dose_map.charged = items, tiles, charged
        self.drives.tiles = drives
        self.rng.bit_generator.state = state

    def _overlapping(self, x: Array, y: Array, time: float) -> list[HistoryItem]:
        if not self._items or x.size == 0:
            return []
        left, low, right, high = bounds(x, y)
        # a domain may have been pushed into the box by as much as any wall was pushed
        far = max((i.largest for i in self._items if isinstance(i, WallShift)), default=0.0)
        box, wide = (left, low, right, high), (left - far, low - far, right + far, high + far)
        items = [
            i
            for i in self._items
            if touches(wide if isinstance(i, WrittenDomain) else box, *extent(i, time))
        ]
        now = (i.at(time) if isinstance(i, WrittenDomain) else i for i in items)
        return [i for i in now if i is not None]

    def _warped(self, x: Array, y: Array, time: float, shifts: list[WallShift]) -> Surface:
        return self._native(*moved_back((x, y), time, shifts))

    def _native(self, x: Array, y: Array) -> Surface:
        """Return the world's surface, its walls where the drive of images has moved them."""
        if not self.drives.tiles or x.size == 0:
            return self._world.surface(x, y)
        return shaken(self._world, (x, y), self.drives, self.settings)

    def _switched(
        self, surface: Surface, points: tuple[Array, Array], domains: list[Standing]
    ) -> Surface:
        x, y = points
        inside = np.zeros(x.shape, np.bool_)
        for domain, at in domains:
            inside |= near(*at, domain.start, domain.end, domain.reach)
        if not inside.any():
            return surface
        x, y = x[inside], y[inside]
        piezo, lateral = surface.piezo[inside], surface.lateral[inside]
        size = self.magnitude(x, y)
        native = np.where(size > 0, piezo / np.where(size > 0, size, 1.0), 0.0)
        state = native.copy()
        for domain, (ax, ay) in domains:
            share = domain.share(domain.distance(ax[inside], ay[inside]))
            state = (1 - share) * state + share * domain.sign
        # The in-plane component turns over with the polarization; where it has none it stays none.
        turned = np.where(np.abs(native) > 0.05, state / np.where(native == 0, 1.0, native), 1.0)
        new_piezo, new_lateral = surface.piezo.copy(), surface.lateral.copy()
        can = self._world.coercivity(x, y).ferroelectric
        new_piezo[inside] = np.where(can, size * state, piezo)
        new_lateral[inside] = np.where(can, lateral * np.clip(turned, -1.0, 1.0), lateral)
        return replace(surface, piezo=new_piezo, lateral=new_lateral)

    def magnitude(self, x: Array, y: Array) -> Array:
        """Return |piezo| of the world, m/V, without the dip at native 180-degree walls."""
        size = np.abs(self._world.surface(x, y).piezo)
        close = self._world.coercivity(x, y).wall_distance < SEAM
        if not close.any():
            return np.asarray(size)
        cx, cy, step = x[close], y[close], 1e-9
        gx = self._world.surface(cx + step, cy).piezo - self._world.surface(cx - step, cy).piezo
        gy = self._world.surface(cx, cy + step).piezo - self._world.surface(cx, cy - step).piezo
        slope = np.hypot(gx, gy)
        scale = SEAM / np.where(slope > 0, slope, np.inf)
        ahead = self._world.surface(cx + scale * gx, cy + scale * gy).piezo
        behind = self._world.surface(cx - scale * gx, cy - scale * gy).piezo
        # Only across a 180-degree wall does the sign change; elsewhere a small |piezo| is real.
        beside = np.where(ahead * behind < 0, np.maximum(np.abs(ahead), np.abs(behind)), 0.0)
        size[close] = np.maximum(size[close], beside)
        return np.asarray(size)


def _stored(doses: DoseMap) -> list[list[Any]]:
    return [
        [*key, doses.charged.get(key), _packed(layers)]
        for key, layers in sorted(doses.tiles.items())
    ]


def _packed(layers: NDArray[np.float64]) -> str:
    return base64.b64encode(zlib.compress(layers.astype("<f8").tobytes())).decode("ascii")


def _unpacked(text: str) -> NDArray[np.float64]:
    raw = zlib.decompress(base64.b64decode(text))
    return np.frombuffer(raw, "<f8").reshape(3, TILE, TILE).copy()
