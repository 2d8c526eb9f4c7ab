"""What is legal, written a second time from the definitions, without geometry, consent or guard.

Geometry is done with complex numbers. Whether a region touches a zone is decided by points: each
cell of the arrangement of all edges has a corner where two edges cross, so that a point just beside
each crossing, on each of its four sides, lies in each cell. Dose is counted by walking each pass
from cell to cell.
"""

import cmath
import dataclasses
import itertools
import math
import sys
from collections import Counter
from dataclasses import dataclass

from ai_afm.types import (
    ConsentZone,
    Drive,
    Limits,
    PathRequest,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    WriteRequest,
)

PM = 1e-12
CHANNELS = ("height", "amplitude")


@dataclass(frozen=True)
class Setting:
    """Everything that decides: limits, instrument, consent, and what was done before."""

    limits: Limits
    scanner: ScanRegion
    zones: tuple[ConsentZone, ...]
    earlier: tuple[object, ...]
    position: complex
    max_bias: float = 10.0
    max_rate: float = 100.0
    max_pixels: int = 4096
    own_drive: float = 1.0
    own_setpoint: float = 1.0
    lifts: bool = False  # whether the tip is lifted for moves within a path
    travel_speed: float = 2e-5
    current_limit: bool = True  # whether a current sweep ends by itself at its compliance


TURN, LATENCY, SETTLE, SETTLE_RANGE, RANGE, RECOVERY, CHANGE = (
    0.005, 0.05, 0.02, 0.05, 2e-5, 0.005, 0.003,
)  # fmt: skip


def move_time(distance: float, speed: float) -> float:
    """Return the time of a move within a path, s."""
    return distance / speed + SETTLE + SETTLE_RANGE * min(1.0, distance / RANGE) + RECOVERY


def is_legal(request: object, setting: Setting) -> bool:
    if not numbers_are_sound(request):
        return False
    check = {ScanRequest: scan, ProbeRequest: probe, PathRequest: path, WriteRequest: write}
    try:
        return check[type(request)](request, setting) and history(request, setting)
    except (TypeError, OverflowError, AttributeError, ZeroDivisionError):
        return False  # a text, nothing, no extent, or a number that no float can hold


def numbers_are_sound(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return -sys.float_info.max <= value <= sys.float_info.max
    if isinstance(value, tuple):
        return all(numbers_are_sound(v) for v in value)
    if dataclasses.is_dataclass(value):
        held = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        yes_or_no = held.pop("both_ways", True)
        return isinstance(yes_or_no, bool) and all(map(numbers_are_sound, held.values()))
    return True


def corner_points(region: ScanRegion) -> list[complex]:
    turn = cmath.rect(1, region.angle)
    half = complex(*region.size) / 2
    corners = (-half, complex(half.real, -half.imag), half, complex(-half.real, half.imag))
    return [complex(*region.center) + turn * corner for corner in corners]


def outside(region: ScanRegion, point: complex) -> float:
    local = (point - complex(*region.center)) * cmath.rect(1, -region.angle)
    return max(abs(local.real) - region.size[0] / 2, abs(local.imag) - region.size[1] / 2)


def reachable(points: list[complex], setting: Setting) -> bool:
    outers = (setting.limits.region, setting.scanner)
    return all(outside(outer, p) <= PM for outer in outers for p in points)


def top_zone(point: complex, setting: Setting) -> ConsentZone | None:
    covering = [zone for zone in setting.zones if outside(zone.region, point) <= 0]
    return covering[-1] if covering else None


def probing_points(region: ScanRegion, setting: Setting) -> list[complex]:
    edges = []
    for rectangle in (region, *(zone.region for zone in setting.zones)):
        c = corner_points(rectangle)
        edges += [(c[i], (c[(i + 1) % 4] - c[i]) / abs(c[(i + 1) % 4] - c[i])) for i in range(4)]
    found = []
    for i, (p, d) in enumerate(edges):
        for q, e in edges[:i]:
            across = (d.conjugate() * e).imag
            if abs(across) < 1e-12:
                continue
            cross = p + d * (((q - p).conjugate() * e).imag / across)
            if outside(region, cross) > PM:
                continue
            found += [cross + 0.2 * PM * (s * d + t * e) for s in (1, -1) for t in (1, -1)]
    return [point for point in found if outside(region, point) < 0]


def bias_ok(zone: ConsentZone | None, volts: float) -> bool:
    return zone is not None and zone.level in ("bias", "sacrificial") and volts <= zone.max_bias


def region_ok(region: ScanRegion, dc: float, setting: Setting) -> bool:
    zones = [top_zone(point, setting) for point in probing_points(region, setting)]
    if any(zone is not None and zone.level == "forbidden" for zone in zones):
        return False
    return dc == 0 or all(bias_ok(zone, abs(dc)) for zone in zones)


def volts_ok(setting: Setting, dc: float, ac: float) -> bool:
    limits = setting.limits
    dc_ok = abs(dc) <= limits.max_bias and abs(dc) <= setting.max_bias
    return dc_ok and 0 <= ac <= limits.max_drive and ac <= setting.max_bias


def speed_ok(width: float, rate: float, setting: Setting) -> bool:
    limit = setting.limits.max_tip_speed
    rate_ok = 0 < rate <= setting.limits.max_line_rate and rate <= setting.max_rate
    # Out and back in nine tenths of the time of a line.
    return rate_ok and 2 * width / (0.9 / rate) <= limit * (1 + 1e-9)


def scan(request: ScanRequest, setting: Setting) -> bool:
    lines, pixels = request.shape
    drive = request.drive or Drive(setting.own_drive)
    limits = setting.limits
    setpoint = limits.min_setpoint if request.setpoint is None else request.setpoint
    return (
        isinstance(lines, int)
        and isinstance(pixels, int)
        and 1 <= lines <= setting.max_pixels
        and 1 <= pixels <= setting.max_pixels
        and min(request.region.size) >= PM
        and speed_ok(request.region.size[0], request.line_rate, setting)
        and reachable(corner_points(request.region), setting)
        and volts_ok(setting, drive.dc_bias, drive.amplitude)
        and (drive.frequency is None or drive.frequency > 0)
        and limits.min_setpoint <= setpoint <= limits.max_setpoint
        and (request.channels is None or set() < set(request.channels) <= set(CHANNELS))
        and region_ok(request.region, drive.dc_bias, setting)
    )


def write(request: WriteRequest, setting: Setting) -> bool:
    if min(request.region.size) < PM or request.rest < 0:
        return False
    if not isinstance(request.strokes, tuple):
        return False
    if not request.strokes:
        return request.rest > 0
    turn = cmath.rect(1, -request.region.angle)
    half = complex(*request.region.size) / 2
    for stroke in request.strokes:
        start, end = complex(*stroke.start), complex(*stroke.end)
        for end_ in (start, end):
            away = (end_ - complex(*request.region.center)) * turn
            if abs(away.real) > half.real + PM or abs(away.imag) > half.imag + PM:
                return False
        if not (stroke.seconds > 0 and volts_ok(setting, stroke.bias, 0.0)):
            return False
        if abs(end - start) / stroke.seconds > setting.limits.max_tip_speed * (1 + 1e-9):
            return False
    volts = max(abs(stroke.bias) for stroke in request.strokes)
    zones = [top_zone(p, setting) for p in probing_points(request.region, setting)]
    return reachable(corner_points(request.region), setting) and all(
        bias_ok(zone, volts) for zone in zones
    )


def path(request: PathRequest, setting: Setting) -> bool:
    drive = request.drive or Drive(setting.own_drive)
    if not request.sweeps or not volts_ok(setting, drive.dc_bias, drive.amplitude):
        return False
    if drive.frequency is not None and drive.frequency <= 0:
        return False
    for sweep in request.sweeps:
        start, end = complex(*sweep.start), complex(*sweep.end)
        sound = isinstance(sweep.pixels, int) and 1 <= sweep.pixels <= setting.max_pixels
        fast = 0 < sweep.speed <= setting.limits.max_tip_speed * (1 + 1e-9)
        if not (sound and fast and start != end and reachable([start, end], setting)):
            return False
        if not way_ok(start, end, drive.dc_bias, setting):
            return False
    travel = setting.travel_speed if request.travel_speed is None else request.travel_speed
    if not 0 < travel <= setting.travel_speed:
        return False
    for link in links_of(request, setting):
        if link.moved and not setting.lifts:
            if travel > setting.limits.max_tip_speed * (1 + 1e-9):
                return False
        touches = not (link.moved and setting.lifts)
        if not way_ok(link.start, link.end, drive.dc_bias if touches else 0.0, setting):
            return False
    return True


@dataclass(frozen=True)
class Link:
    """The way from a sweep to the next: its ends, its time beyond the turn, whether as a move."""

    start: complex
    end: complex
    turn: float
    beyond: float
    moved: bool


def links_of(request: PathRequest, setting: Setting) -> list[Link]:
    travel = setting.travel_speed if request.travel_speed is None else request.travel_speed
    links = []
    for before, after in itertools.pairwise(request.sweeps):
        a, b = complex(*before.start), complex(*before.end)
        c, d = complex(*after.start), complex(*after.end)
        turn = max(TURN, abs(b - a) / before.speed / 9)
        start = a if request.both_ways else b
        gap = abs(c - start)
        ahead = ((b - a).conjugate() * (d - c)).real >= (1 - 1e-9) * abs(b - a) * abs(d - c)
        if not request.both_ways and ahead and gap <= 1e-9 * abs(b - a):
            turn, step = 0.0, 0.0
        else:
            step = gap / min(before.speed, after.speed)
        move = move_time(gap, travel)
        change = CHANGE if before.speed != after.speed else 0.0
        moved = turn + move < max(turn, step)
        beyond = move if moved else max(0.0, step - turn)
        links.append(Link(start, c, turn, beyond + change, moved))
    return links


def way_ok(start: complex, end: complex, dc: float, setting: Setting) -> bool:
    if abs(end - start) <= PM:
        return True
    zones = [top_zone(point, setting) for point in points_along(start, end, setting)]
    if any(zone is not None and zone.level == "forbidden" for zone in zones):
        return False
    return dc == 0 or all(bias_ok(z, abs(dc)) for z in zones)


def move_ok(start: complex, end: complex, setting: Setting) -> bool:
    """Tell whether a straight move meets no forbidden zone, but for the one where it begins."""
    if abs(end - start) <= PM:
        return True
    points = sorted(points_along(start, end, setting), key=lambda p: abs(p - start))
    zones = [top_zone(point, setting) for point in points]
    levels = [zone is not None and zone.level == "forbidden" for zone in zones]
    while levels and levels[0]:
        levels.pop(0)
    return not any(levels)


def points_along(start: complex, end: complex, setting: Setting) -> list[complex]:
    direction = (end - start) / abs(end - start)
    marks = [0.0, abs(end - start)]
    for zone in setting.zones:
        c = corner_points(zone.region)
        for i in range(4):
            edge = c[(i + 1) % 4] - c[i]
            across = (direction.conjugate() * edge).imag
            if across != 0:
                marks.append(((c[i] - start).conjugate() * edge).imag / across)
    near = [m + s * 2 * PM for m in marks for s in (-1, 1)]
    return [start + direction * m for m in near if 0 < m < abs(end - start)]


def current_ok(kind: str, compliance: object, setting: Setting) -> bool:
    if kind != "current_voltage":
        return compliance is None
    if not (setting.current_limit or setting.limits.unlimited_current):
        return False
    return compliance is not None and 0 < compliance <= setting.limits.max_current


def probe(request: ProbeRequest, setting: Setting) -> bool:
    if not reachable([complex(*request.position)], setting):
        return False
    zone = top_zone(complex(*request.position), setting)
    if request.kind == "force_curve":
        load = request.indentation
        pressed = load is not None and 0 <= load <= setting.limits.max_indentation
        return request.waveform is None and pressed and bias_ok(zone, 0.0)
    wave = request.waveform
    if wave is None or request.indentation is not None:
        return False
    if not current_ok(request.kind, wave.compliance, setting):
        return False
    counts = all(isinstance(n, int) and 1 <= n <= 10**6 for n in (wave.steps, wave.cycles))
    return (
        counts
        and wave.steps % 4 == 0
        and wave.amplitude >= 0
        and volts_ok(setting, wave.amplitude, wave.drive)
        and volts_ok(setting, wave.read_bias, 0.0)
        and min(wave.on_time, wave.off_time) >= 0
        and wave.on_time + wave.off_time > 0
        and wave.first_polarity in (1, -1)
        and wave.envelope in ("triangle", "step")
        and bias_ok(zone, max(wave.amplitude, abs(wave.read_bias)))
    )


def lines_of(request: object, setting: Setting) -> list[tuple[complex, complex, float]]:
    """Return all passes in contact as (start, end, seconds)."""
    if isinstance(request, PathRequest):
        return path_lines(request, setting)
    lines = request.shape[0]
    lower_left, lower_right, upper_right, upper_left = corner_points(request.region)
    passes = []
    for line in range(lines):
        down = (line + 0.5) / lines
        left = upper_left + (lower_left - upper_left) * down
        right = upper_right + (lower_right - upper_right) * down
        passes += [(left, right, 0.5 / request.line_rate), (right, left, 0.5 / request.line_rate)]
    return passes


def path_lines(request: PathRequest, setting: Setting) -> list[tuple[complex, complex, float]]:
    links, passes = links_of(request, setting), []
    for index, sweep in enumerate(request.sweeps):
        a, b = complex(*sweep.start), complex(*sweep.end)
        once = abs(b - a) / sweep.speed
        turn = max(TURN, once / 9)
        link = links[index] if index < len(links) else Link(a, a, turn, 0.0, moved=False)
        stays = link.beyond if link.end == link.start else 0.0
        if request.both_ways:
            passes += [(a, b, once + turn), (b, a, once + link.turn + stays)]
        else:
            passes.append((a, b, once + link.turn + stays))
        if link.end != link.start and not (link.moved and setting.lifts):
            passes.append((link.start, link.end, link.beyond))
    return passes


def walk(start: complex, end: complex) -> list[tuple[tuple[int, int], float]]:
    """Return (cell, fraction of the pass) for each 100 nm cell that a pass goes through."""
    cell = [math.floor(start.real / 1e-7), math.floor(start.imag / 1e-7)]
    move = ((end - start).real, (end - start).imag)
    origin = (start.real, start.imag)
    steps, at = [], 0.0
    while at < 1:
        nexts = []
        for axis in (0, 1):
            edge = (cell[axis] + (1 if move[axis] > 0 else 0)) * 1e-7
            far = move[axis] == 0
            nexts.append(math.inf if far else (edge - origin[axis]) / move[axis])
        axis = 0 if nexts[0] <= nexts[1] else 1
        until = min(1.0, nexts[axis])
        steps.append((tuple(cell), max(0.0, until - at)))
        at = max(at, until)
        cell[axis] += 1 if move[axis] > 0 else -1
    return steps


def dose_of(request: object, setting: Setting) -> dict[str, Counter]:
    total = {"passes": Counter(), "volts": Counter(), "pulses": Counter()}
    if isinstance(request, ProbeRequest):
        spot = (math.floor(request.position[0] / 1e-7), math.floor(request.position[1] / 1e-7))
        total["pulses"][spot] = 1
        total["volts"][spot] = 0.0 if request.waveform is None else volt_seconds(request.waveform)
        return total
    if isinstance(request, WriteRequest):
        return dose_of_strokes(request, total)
    drive = request.drive or Drive(setting.own_drive)
    rms = math.sqrt(drive.dc_bias**2 + drive.amplitude**2 / 2)
    asked = getattr(request, "setpoint", None)
    load = 1.0 if asked is None else max(1.0, asked / setting.own_setpoint)
    for start, end, seconds in lines_of(request, setting):
        for cell, fraction in walk(start, end):
            if fraction == 0:
                continue
            total["passes"][cell] += abs(end - start) * fraction / 1e-7 * load
            total["volts"][cell] += seconds * fraction * rms
    return total


def dose_of_strokes(request: WriteRequest, total: dict[str, Counter]) -> dict[str, Counter]:
    crossed = set()
    for stroke in request.strokes:
        volt_seconds_ = abs(stroke.bias) * stroke.seconds
        if stroke.start == stroke.end:
            cell = tuple(math.floor(c / 1e-7) for c in stroke.start)
            total["volts"][cell] += volt_seconds_
            total["pulses"][cell] += 1
            continue
        start, end = complex(*stroke.start), complex(*stroke.end)
        for cell, fraction in walk(start, end):
            if fraction == 0:
                continue
            crossed.add(cell)
            total["passes"][cell] += abs(end - start) * fraction / 1e-7
            total["volts"][cell] += volt_seconds_ * fraction
    for cell in crossed:
        total["pulses"][cell] += 1
    return total


def volt_seconds(wave) -> float:
    samples = wave.steps * wave.cycles
    on, off = samples * wave.on_time, samples * wave.off_time
    mean = wave.amplitude / 2 if wave.envelope == "triangle" else wave.amplitude
    return mean * on + abs(wave.read_bias) * off + wave.drive * math.sqrt(0.5) * (on + off)


def seconds_of(request: object, setting: Setting) -> float:
    """Return the time of a request with the move to it, s."""
    travel = abs(beginning(request, setting.position) - setting.position)
    arrive = LATENCY + move_time(travel, setting.travel_speed)
    if isinstance(request, ProbeRequest):
        wave = request.waveform
        if wave is None:
            return arrive + LATENCY + 1.0
        return arrive + LATENCY + wave.cycles * wave.steps * (wave.on_time + wave.off_time)
    if isinstance(request, PathRequest):
        passes = 0.0
        for sweep in request.sweeps:
            once = abs(complex(*sweep.end) - complex(*sweep.start)) / sweep.speed
            passes += 2 * once + max(TURN, once / 9) if request.both_ways else once
        last = max(TURN, once / 9)
        return arrive + passes + last + sum(k.turn + k.beyond for k in links_of(request, setting))
    if isinstance(request, WriteRequest):
        if not request.strokes:
            return request.rest
        hops = [abs(complex(*b.start) - complex(*a.end)) for a, b in pairs_of(request)]
        moves = sum(LATENCY + move_time(hop, setting.travel_speed) for hop in hops)
        return arrive + moves + sum(s.seconds for s in request.strokes) + request.rest
    lines = request.shape[0]
    line = 0.9 / request.line_rate + 2 * max(TURN, 0.05 / request.line_rate)
    return arrive + lines * line


def pairs_of(request: WriteRequest):
    return list(itertools.pairwise(request.strokes))


def beginning(request: object, position: complex = 0j) -> complex:
    if isinstance(request, WriteRequest):
        return complex(*request.strokes[0].start) if request.strokes else position
    if isinstance(request, ProbeRequest):
        return complex(*request.position)
    if isinstance(request, PathRequest):
        return complex(*request.sweeps[0].start)
    lines, pixels = request.shape
    up = request.slow_direction == "up"
    lower_left, _, upper_right, upper_left = corner_points(request.region)
    right = (upper_right - upper_left) / pixels / 2
    down = (lower_left - upper_left) / lines / 2
    return lower_left - down + right if up else upper_left + down + right


def history(request: object, setting: Setting) -> bool:
    limits = setting.limits
    begin = beginning(request, setting.position)
    travel = abs(begin - setting.position)
    took = seconds_of(request, setting)
    if isinstance(request, WriteRequest):
        hops = [(complex(*a.end), complex(*b.start)) for a, b in pairs_of(request)]
        far = any(abs(b - a) > limits.max_travel * (1 + 1e-9) for a, b in hops)
        if far or not all(a == b or way_ok(a, b, 0.0, setting) for a, b in hops):
            return False
    if not move_ok(setting.position, begin, setting):
        return False
    if travel > limits.max_travel * (1 + 1e-9) or took > limits.max_run_time * (1 + 1e-9):
        return False
    added = dose_of(request, setting)
    total = {name: Counter(counts) for name, counts in added.items()}
    for earlier in setting.earlier:
        for name, counts in dose_of(earlier, setting).items():
            for cell, value in counts.items():
                if cell in added["passes"] or cell in added["volts"]:
                    total[name][cell] += value
    worst = {name: max(counts.values(), default=0.0) for name, counts in total.items()}
    if worst["passes"] > limits.max_passes * (1 + 1e-9):
        return False
    if worst["volts"] > limits.max_dose * (1 + 1e-9):
        return False
    if isinstance(request, ProbeRequest):
        return worst["pulses"] <= top_zone(complex(*request.position), setting).max_pulses
    if isinstance(request, WriteRequest) and request.strokes:
        zones = [top_zone(p, setting) for p in probing_points(request.region, setting)]
        return all(worst["pulses"] <= zone.max_pulses for zone in zones)
    return True
