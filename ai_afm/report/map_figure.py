"""The map: everything that was scanned and probed, in sample coordinates."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.transforms import Affine2D

from ai_afm import geometry
from ai_afm.report.figures import (
    UM,
    Shown,
    by_code,
    reduced,
    runs,
    scale_bar,
    shown,
    wall_handles,
)
from ai_afm.report.palette import (
    FIRST,
    INK,
    MUTED,
    NO_DATA,
    WALL_COLOURS,
    ZONE_COLOURS,
    ZONE_NAMES,
)
from ai_afm.report.story import Seen, Story
from ai_afm.report.svg import WIDTH
from ai_afm.types import ConsentZone, Role, ScanRegion, Wall

Box = tuple[float, float, float, float]


def map_figure(story: Story, side: int) -> Figure:
    """Draw the map of a run, axes in µm of the sample frame, drift taken out.

    Parameters
    ----------
    story
        The run; it has at least one scan.
    side
        Largest number of pixels of an image along a side.
    """
    box = map_box(story)
    width, height = box[1] - box[0], box[3] - box[2]
    tall = min(max(0.86 * WIDTH * height / width, 2.2), 7.0)
    figure = Figure(figsize=(WIDTH, tall + 0.9), layout="constrained")
    axes = figure.add_subplot()
    axes.set_facecolor(NO_DATA)
    channel = _draw_background(axes, story, side)
    walls = finest_walls(story)
    for code, lines in by_code(walls).items():
        drawn = LineCollection([p * UM for p in lines], colors=WALL_COLOURS[code], linewidths=0.9)
        drawn.set_zorder(4)
        axes.add_collection(drawn)
    handles = wall_handles(w.code for w in walls)
    handles += _draw_frames(axes, story)
    handles += _draw_probes(axes, story)
    handles += _draw_zones(axes, story, box)
    axes.set_xlim(box[0] * UM, box[1] * UM)
    axes.set_ylim(box[2] * UM, box[3] * UM)
    axes.set_aspect("equal")
    axes.set_xlabel("x (µm)")
    axes.set_ylabel("y (µm)")
    scale_bar(axes, width, _busy(story), tall=0.4)
    if channel is not None:
        axes.set_title(f"Background: {channel}", loc="left", color=MUTED)
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _busy(story: Story) -> list[tuple[float, float]]:
    """Return the corners (µm) of the closer frames, which the scale bar should not cover."""
    corners = [geometry.corners(own_region(f)) * UM for p in story.places for f in p.frames]
    return [(float(x), float(y)) for points in corners for x, y in points]


def map_box(story: Story) -> Box:
    """Return (left, right, low, high), m, around all frames with a little room."""
    regions = [own_region(s) for s in _all_frames(story)]
    for number in story.open_scans:
        frame = story.frame(number)
        if frame is not None:
            regions.append(frame.region)
    points = np.concatenate([geometry.corners(r) for r in regions])
    (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
    room = 0.03 * max(right - left, high - low)
    return float(left - room), float(right + room), float(low - room), float(high + room)


def own_region(seen: Seen) -> ScanRegion:
    """Return a frame's region in the coordinates of the first frame."""
    return geometry.shifted(seen.scan.region, (-seen.drift[0], -seen.drift[1]))


def _all_frames(story: Story) -> list[Seen]:
    frames = list(story.wide)
    for place in story.places:
        frames += [*place.frames, *place.before, *place.after]
    return frames


def finest_walls(story: Story) -> list[Wall]:
    """Return the walls of all frames from before the probes; where frames overlap, of the closest.

    They are in the coordinates of the first frame. A wall that leaves a closer frame is cut there.
    """
    frames = [*story.wide, *(f for p in story.places for f in p.frames)]
    frames = [f for f in frames if f.observation.network is not None]
    frames.sort(key=lambda f: max(f.scan.pixel_size), reverse=True)
    found = []
    for index, seen in enumerate(frames):
        finer = [own_region(f) for f in frames[index + 1 :]]
        network = seen.observation.network
        for wall in network.walls if network else ():
            points = np.vstack([wall.points, wall.points[:1]]) if wall.closed else wall.points
            points = points - np.array(seen.drift)
            keep = np.ones(len(points), np.bool_)
            for region in finer:
                keep &= ~geometry.is_inside(region, *points.T)
            found += [Wall(p, wall.code, wall.probability) for p in runs(points, keep)]
    return found


def _draw_background(axes: Axes, story: Story, side: int) -> str | None:
    """Draw the overview (or raster) frames in one channel with one range of colours."""
    frames = sorted(_imaged(story), key=lambda s: max(s.scan.pixel_size), reverse=True)
    wide = [s for s in frames if s in story.wide] or frames
    tiles = [(s, c) for s in frames if (c := _channel(story, s)) is not None]
    outer = [c for s, c in tiles if s in wide]
    if not outer:
        return None
    tiles = [(s, c) for s, c in tiles if c.name == outer[0].name]
    factor, unit = outer[0].factor, outer[0].unit
    low = min(c.low * c.factor for c in outer if c.name == outer[0].name) / factor
    high = max(c.high * c.factor for c in outer if c.name == outer[0].name) / factor
    most = max(side // math.ceil(math.sqrt(len(tiles))), 64)
    for seen, channel in tiles:
        region = own_region(seen)
        width, height = (s * UM for s in region.size)
        pixels = most if len(wide) > 1 or seen not in wide else side
        image = axes.imshow(
            np.ma.masked_invalid(reduced(channel.image, pixels) * (channel.factor / factor)),
            cmap="gray",
            vmin=low,
            vmax=high,
            extent=(-width / 2, width / 2, -height / 2, height / 2),
            interpolation="none",
            alpha=0.85,
        )
        turn = Affine2D().rotate(region.angle)
        image.set_transform(turn.translate(*(c * UM for c in region.center)) + axes.transData)
    return f"{outer[0].name.lower()}, {low:.3g} to {high:.3g} {unit}, black to white".replace(
        "-", "−"
    )


def _imaged(story: Story) -> list[Seen]:
    """Return the frames from before the probes, which are the background of the map."""
    return [*story.wide, *(f for p in story.places for f in p.frames)]


def _channel(story: Story, seen: Seen) -> Shown | None:
    """Return what the map shows of a frame: the first of its channels that has anything to see."""
    frame = story.frame_of(seen)
    for name in ("amplitude", "height", "phase"):
        channel = None if frame is None else shown(frame, name)
        if channel is not None and not channel.is_empty:
            return channel
    return None


def _draw_frames(axes: Axes, story: Story) -> list[Line2D]:
    """Outline all regions; the places carry their names."""
    for seen in story.wide:
        _outline(axes, own_region(seen), MUTED, 0.8, "-")
        if len(story.wide) > 1:
            x, y = geometry.corners(own_region(seen))[3] * UM
            axes.text(x, y, f"{seen.observation.number}", color=MUTED, va="top", zorder=8)
    for number in story.open_scans:
        frame = story.frame(number)
        if frame is not None:
            _outline(axes, frame.region, FIRST, 0.8, ":")
    for place in story.places:
        for seen in place.frames:
            _outline(axes, own_region(seen), "white", 1.8, "-")
            _outline(axes, own_region(seen), INK, 0.9, "-")
        for seen in (*place.before, *place.after):
            _outline(axes, own_region(seen), INK, 0.5, (0, (2, 1.5)))
        if place.frames:
            largest = max(place.frames, key=lambda s: max(s.scan.region.size))
            x, y = geometry.corners(own_region(largest))[3] * UM
            box = {"boxstyle": "round,pad=0.18", "fc": INK, "ec": "white", "lw": 0.6}
            axes.text(
                x, y, place.name, color="white", fontsize=7, ha="left", va="center",
                zorder=9, bbox=box,
            )  # fmt: skip
    handles = [Line2D([], [], color=MUTED, lw=0.8, label="overview or raster")]
    if any(p.frames for p in story.places):
        handles.append(Line2D([], [], color=INK, lw=0.9, label="closer frame, with its name"))
    if any(p.before or p.after for p in story.places):
        dashed = (0, (2, 1.5))
        words = "image around the probes"
        handles.append(Line2D([], [], color=INK, lw=0.6, ls=dashed, label=words))
    if story.open_scans:
        handles.append(Line2D([], [], color=FIRST, lw=0.8, ls=":", label="scan without an end"))
    return handles


def _outline(axes: Axes, region: ScanRegion, colour: str, width: float, style: object) -> None:
    at = geometry.corners(region) * UM
    look: dict[str, Any] = {"ec": colour, "lw": width, "ls": style, "zorder": 5}
    axes.add_patch(Polygon(at, closed=True, fill=False, **look))


def probe_style(role: Role) -> dict[str, Any]:
    """Return how a probe site of a role is drawn."""
    shape = {Role.WALL: "o", Role.BULK: "s"}.get(role, "D")
    fill = {Role.WALL: "#d55e00", Role.BULK: "#0072b2"}.get(role, INK)
    return {"marker": shape, "mfc": fill, "mec": "white", "mew": 0.5, "ls": "none"}


def probe_words(role: Role) -> str:
    """Say where a probe site of a role lies."""
    words = {Role.WALL: "on a wall", Role.BULK: "in the bulk"}
    return words.get(role, str(role.value))


def _draw_probes(axes: Axes, story: Story) -> list[Line2D]:
    sites = [*(p for place in story.places for p in place.probes), *story.loose]
    handles = []
    for role in dict.fromkeys(s.probe.role for s in sites):
        own = [s for s in sites if s.probe.role == role]
        at = np.array([np.subtract(s.probe.position, s.drift) for s in own]) * UM
        label = f"probe {probe_words(role)}"
        style = probe_style(role)
        axes.plot(at[:, 0], at[:, 1], ms=3.2, zorder=7, **style)
        handles.append(Line2D([], [], ms=4, label=label, **style))
    return handles


def covers(zone: ConsentZone, box: Box) -> bool:
    """Tell whether a zone covers the whole map."""
    left, right, low, high = box
    middle = ((left + right) / 2, (low + high) / 2)
    return geometry.contains(zone.region, ScanRegion(middle, (right - left, high - low)))


def _draw_zones(axes: Axes, story: Story, box: Box) -> list[Line2D]:
    """Draw the consent zones that end inside the map; the others are told in words."""
    zones = story.summary.config.consent.consent.zones
    handles: dict[str, Line2D] = {}
    for zone in zones:
        if covers(zone, box):
            continue
        colour = ZONE_COLOURS[zone.level]
        hatch = "////" if zone.level.value == "forbidden" else None
        at = geometry.corners(zone.region) * UM
        look: dict[str, Any] = {"ec": colour, "lw": 1.3, "ls": "--", "hatch": hatch, "zorder": 3}
        axes.add_patch(Polygon(at, closed=True, fill=False, **look))
        label = f"consent: {ZONE_NAMES[zone.level]}"
        handles[label] = Line2D([], [], color=colour, lw=1.3, ls="--", label=label)
    return list(handles.values())
