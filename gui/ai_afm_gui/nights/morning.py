"""The probes of a night, each as image before, what was measured, and image after. No Qt, no torch.

Which images belong to a probe the journal tells; they are read when they are looked at.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ai_afm import geometry
from ai_afm.errors import AfmError
from ai_afm.image.loop_fit import LoopFit
from ai_afm.image.scan_layout import read_scan
from ai_afm.report.loops import Readout, read_out
from ai_afm.report.quantity import NOT_MEASURED, place, quantity, volts
from ai_afm.store.probe_file import read_probe
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.survey.walls import extract_network
from ai_afm.types import Frame, Point, Role, ScanRegion, Spectrum
from ai_afm_gui.client.named import probe_word, role_word
from ai_afm_gui.live.overlay import Line, lines_of
from ai_afm_gui.nights.book import Book, Probed, Shot
from ai_afm_gui.words import translate


@dataclass(frozen=True, slots=True)
class Trio:
    """A probe with the frames around it.

    Parameters
    ----------
    probe
        The measurement.
    before, after
        Frames that show its place, `None` where there is none.
    offset
        Drift that its coordinates contain, m.
    """

    probe: Probed
    before: Shot | None
    after: Shot | None
    offset: Point

    @property
    def name(self) -> str:
        """Its site, or its number."""
        return self.probe.request.site or f"probe {self.probe.number}"


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A frame with its lines, and where the probe lies in it, nm from its middle (w down)."""

    shot: Shot
    frame: Frame
    lines: tuple[Line, ...]
    spot: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Morning:
    """All that is shown of a probe; `problems` say what could not be read."""

    trio: Trio
    before: Picture | None
    after: Picture | None
    spectrum: Spectrum | None
    readout: Readout | None
    problems: tuple[str, ...]


def trios(book: Book) -> tuple[Trio, ...]:
    """Return the probes of a run with the frames around them, in the order in which they came."""
    scans = [s for s in book.shots if s.kind == "scan" and s.lines and s.region is not None]
    drifts = [(s.began, s.offset) for s in book.shots if s.offset is not None]
    return tuple(_trio(probe, scans, drifts) for probe in book.probes)


def _trio(probe: Probed, scans: list[Shot], drifts: list[tuple[float, Point]]) -> Trio:
    known = [drift for since, drift in drifts if since <= probe.began]
    offset = known[-1] if known else (0.0, 0.0)
    ended = probe.began if probe.ended is None else probe.ended
    earlier = [s for s in scans if s.ended is not None and s.ended <= probe.began]
    later = [s for s in scans if s.began >= ended]
    # the newest frame before and the first one after are what the probe found and left
    before = _nearest(earlier[::-1], probe, offset, Role.BEFORE)
    return Trio(probe, before, _nearest(later, probe, offset, Role.AFTER), offset)


def _nearest(shots: list[Shot], probe: Probed, offset: Point, role: Role) -> Shot | None:
    """Return the first frame that shows a probe: one made for it, else of its place, else any."""
    target = probe.request.target or ""
    near = [s for s in shots if target and s.target == target]
    made = [s for s in near if s.role is role]
    return next((s for s in (*made, *near, *shots) if _shows(s, probe, offset)), None)


def _shows(shot: Shot, probe: Probed, offset: Point) -> bool:
    """Return whether a probe lies in a frame."""
    region = shot.region
    if region is None:
        return False
    (width, height), (x, y) = region.size, probe.request.position
    # most frames of a night lie far away, and that is told without turning anything
    far = math.hypot(width, height) / 2 + math.hypot(*offset) + math.hypot(*(shot.offset or offset))
    if math.hypot(x - region.center[0], y - region.center[1]) > far:
        return False
    u, v = _within(region, shot, probe, offset)
    return abs(u) <= width / 2 and abs(v) <= height / 2


def _within(region: ScanRegion, shot: Shot, probe: Probed, offset: Point) -> Point:
    """Return where a probe lies in a frame, m from its middle, drift between the two removed."""
    (x, y), own = probe.request.position, shot.offset or offset
    u, v = geometry.to_region(region, x - offset[0] + own[0], y - offset[1] + own[1])
    return float(u), float(v)


def read_morning(folder: Path, trio: Trio) -> Morning:
    """Read the frames and the measurement of a probe; what cannot be read is said."""
    run = RunFolder(folder)
    problems: list[str] = []
    before = _picture(run, trio, trio.before, problems)
    after = _picture(run, trio, trio.after, problems)
    spectrum: Spectrum | None = None
    if trio.probe.finished:
        try:
            spectrum = read_probe(run.probe_file(trio.probe.number)).spectrum
        except (AfmError, OSError) as exc:
            problems.append(str(exc))
    readout = None if spectrum is None else read_out(spectrum)
    return Morning(trio, before, after, spectrum, readout, tuple(problems))


def _picture(run: RunFolder, trio: Trio, shot: Shot | None, problems: list[str]) -> Picture | None:
    if shot is None or shot.region is None:
        return None
    try:
        frame = read_scan(run.scan_file(shot.number)).frame
    except (AfmError, OSError) as exc:
        problems.append(str(exc))
        return None
    u, v = _within(shot.region, shot, trio.probe, trio.offset)
    return Picture(shot, frame, read_lines(run, shot), (u * 1e9, -v * 1e9))


def read_lines(run: RunFolder, shot: Shot) -> tuple[Line, ...]:
    """Return the lines that a model saw in a frame at its end; empty where there are none."""
    if not shot.segmentation or shot.region is None:
        return ()
    try:
        stored = read_segmentation(run.segmentations / shot.segmentation)
    except (AfmError, OSError):
        return ()
    return lines_of(extract_network(stored.segmentation, shot.region), shot.region)


def facts_of(seen: Morning) -> tuple[tuple[str, str], ...]:
    """Return what a probe says as (name, value with unit)."""
    request = seen.trio.probe.request
    told = [
        (translate("Nights", "kind"), probe_word(request.kind)),
        (translate("Nights", "on"), "" if request.role is None else role_word(request.role)),
        (translate("Nights", "at"), place(*request.position)),
    ]
    if not seen.trio.probe.finished:
        told.append((translate("Nights", "result"), translate("Nights", "it broke off")))
    elif seen.readout is not None:
        told += _loop_facts(seen.readout)
    elif seen.spectrum is not None:
        told += [(name.replace("_", " "), f"{value:.4g}") for name, value in seen.spectrum.fit]
    return tuple((name, value) for name, value in told if value)


def _loop_facts(readout: Readout) -> Iterator[tuple[str, str]]:
    """Yield the numbers of a hysteresis loop, off field."""
    native = readout.native
    switched = native.has_switched
    yield (
        translate("Nights", "native half cycle: onset"),
        volts(native.nucleation if switched else None),
    )
    yield (
        translate("Nights", "native half cycle: coercive"),
        volts(native.coercive if switched else None),
    )
    loop: LoopFit | None = readout.loop
    if loop is None:
        yield translate("Nights", "later cycles"), NOT_MEASURED
    else:
        yield (
            translate("Nights", "coercive"),
            f"{volts(loop.coercive_minus)}, {volts(loop.coercive_plus)}",
        )
        yield translate("Nights", "imprint"), volts(loop.imprint)
        yield translate("Nights", "remanent response"), quantity(loop.remanent, readout.unit)
    yield translate("Nights", "cycles that are loops"), readout.cycles_words
    for reason in readout.reasons:
        yield translate("Nights", "why not"), reason
