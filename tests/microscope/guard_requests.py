"""Random settings and requests for the guard, half of them on the edge of one limit."""

import cmath
import math
from dataclasses import fields, is_dataclass, replace

import numpy as np
from guard_oracle import Setting, beginning, dose_of, seconds_of

from ai_afm.types import (
    ConsentLevel,
    ConsentZone,
    Drive,
    Limits,
    PathRequest,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    SlowDirection,
    Stroke,
    Sweep,
    Waveform,
    WriteRequest,
)

SCANNER = ScanRegion((0.0, 0.0), (2e-5, 1e-5))
NASTY = (math.nan, math.inf, -math.inf, -1.0, 0.0, 1e300, -1e300, 10**400, True, None, "1", 2.5)


def near(rng: np.random.Generator, scale: float = 1e-9) -> float:
    """Return an offset within `scale` of 0, at least 0.5 % of it away."""
    return float(rng.choice((-1, 1)) * rng.uniform(0.005, 1.0) * scale)


def a_region(rng: np.random.Generator, spread: float, size: float) -> ScanRegion:
    center = rng.uniform(-spread, spread, 2) * (1.0, 0.5)
    angle = 0.0 if rng.random() < 0.2 else rng.uniform(-4, 4)
    width, height = rng.uniform(0.1, 1.0, 2) * size
    return ScanRegion((float(center[0]), float(center[1])), (width, height), angle)


def a_waveform(rng: np.random.Generator) -> Waveform:
    return Waveform(
        amplitude=rng.uniform(0, 8),
        steps=int(rng.integers(1, 9)) * 4,
        cycles=int(rng.integers(1, 4)),
        on_time=rng.uniform(0, 0.02),
        off_time=rng.uniform(0.001, 0.02),
        read_bias=rng.uniform(-2, 2),
        first_polarity=int(rng.choice((-1, 1))),
        drive=rng.uniform(0, 3),
        envelope=str(rng.choice(("triangle", "step"))),
    )


def a_sweep(rng: np.random.Generator) -> Waveform:
    """Return a current sweep whose limit is missing, allowed, a hair too large, or of any kind."""
    limit = rng.choice((None, 1e-8, 1e-7, 1e-7 * (1 + abs(near(rng))), rng.uniform(-1e-7, 3e-7)))
    return replace(a_waveform(rng), compliance=None if limit is None else float(limit))


def a_drive(rng: np.random.Generator) -> Drive | None:
    if rng.random() < 0.3:
        return None
    dc_bias = rng.uniform(-5, 5) if rng.random() < 0.3 else 0.0
    return Drive(rng.uniform(0, 4), rng.choice((None, 3e5)), dc_bias)


def a_request(rng: np.random.Generator) -> ScanRequest | ProbeRequest | PathRequest | WriteRequest:
    kind = rng.choice(4, p=(0.4, 0.25, 0.25, 0.1))
    if kind == 0:
        shape = (int(rng.integers(1, 7)), int(rng.integers(1, 300)))
        direction = SlowDirection.UP if rng.random() < 0.5 else SlowDirection.DOWN
        setpoint = rng.uniform(0.2, 3) if rng.random() < 0.3 else None
        channels = (None, ("height",), ("amplitude", "height"))[rng.integers(3)]
        region = a_region(rng, 8e-6, 1e-6)
        rate = rng.uniform(0.5, 20)
        return ScanRequest(region, shape, rate, direction, channels, a_drive(rng), setpoint)
    if kind == 1:
        x, y = rng.uniform(-9e-6, 9e-6), rng.uniform(-4e-6, 4e-6)
        if rng.random() < 0.2:
            return ProbeRequest(ProbeKind.FORCE_CURVE, (x, y), indentation=rng.uniform(0, 2e-7))
        if rng.random() < 0.25:
            return ProbeRequest(ProbeKind.CURRENT_VOLTAGE, (x, y), a_sweep(rng))
        return ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (x, y), a_waveform(rng))
    if kind == 2:
        points = rng.uniform(-1e-6, 1e-6, (4, 2)) + rng.uniform(-7e-6, 7e-6, 2) * (1, 0.5)
        ends = [(float(x), float(y)) for x, y in points]
        speeds = rng.uniform(1e-7, 5e-5, 3).tolist()
        sweeps = tuple(Sweep(ends[i], ends[i + 1], speeds[i], 7) for i in range(3))
        return a_path(rng, sweeps)
    return a_write(rng, a_region(rng, 8e-6, 1e-6))


def a_write(rng: np.random.Generator, region: ScanRegion) -> WriteRequest:
    """Return dots and ways inside a region, now and then a wait alone."""
    (x, y), half = region.center, np.array(region.size) / 2
    turn = cmath.rect(1, region.angle)
    strokes = []
    for _ in range(int(rng.integers(0, 6))):
        places = [complex(x, y) + complex(*(rng.uniform(-1, 1, 2) * half)) * turn for _ in range(2)]
        start, end = ((p.real, p.imag) for p in places)
        end = start if rng.random() < 0.5 else end
        strokes.append(Stroke(start, end, rng.uniform(-8, 8), rng.uniform(0.05, 1.0)))
    return WriteRequest(region, tuple(strokes), rng.uniform(0, 3))


def a_path(rng: np.random.Generator, far: tuple[Sweep, ...]) -> PathRequest:
    """Return a path of sweeps far apart, of a zig-zag, or of one line of variable speed."""
    kind, both_ways = rng.integers(4), bool(rng.random() < 0.5)
    if kind == 3:
        apart = [replace(s, end=(s.start[0] + rng.uniform(1e-8, 3e-7), s.start[1])) for s in far]
        return PathRequest(tuple(apart), None, a_drive(rng), both_ways)
    travel_speed = rng.choice((None, None, rng.uniform(1e-6, 2.2e-5)))
    if kind == 0:
        return PathRequest(far, None, a_drive(rng), both_ways, travel_speed)
    start, along = complex(*far[0].start), cmath.rect(1, rng.uniform(-3, 3))
    size, step = rng.uniform(3e-8, 5e-7), rng.uniform(2e-9, 2e-7)
    sweeps = []
    for index in range(int(rng.integers(1, 6))):
        a = start + (1j * along * step * index if kind == 1 else along * size * index)
        b = a + along * size
        ends = (a.real, a.imag), (b.real, b.imag)
        speed = far[0].speed if kind == 1 else far[index % 3].speed
        sweeps.append(Sweep(*ends, speed, 9))
    return PathRequest(tuple(sweeps), None, a_drive(rng), both_ways, travel_speed)


def a_zone(rng: np.random.Generator, around: complex) -> ConsentZone:
    level = ConsentLevel(rng.choice(list(ConsentLevel), p=(0.15, 0.5, 0.2, 0.15)))
    region = a_region(rng, 2e-6, 8e-6)
    center = around + complex(*region.center)
    region = replace(region, center=(center.real, center.imag))
    return ConsentZone(region, level, rng.uniform(4, 12), int(rng.integers(0, 4)))


def a_case(rng: np.random.Generator) -> tuple[object, Setting]:
    """Return a request and its setting; every second one is brought within a hair of one limit."""
    request = a_request(rng)
    start = beginning(request)
    limits = Limits(
        region=ScanRegion((0.0, 0.0), (1.9e-5, 9e-6), rng.choice((0.0, 0.3))),
        max_tip_speed=4e-5, max_line_rate=30.0, max_bias=9.0, max_drive=5.0, min_setpoint=0.1,
        max_setpoint=4.0, max_indentation=3e-7, max_current=1e-7, max_passes=60.0, max_dose=50.0,
        max_travel=3e-5, max_run_time=100.0,
    )  # fmt: skip
    zones = tuple(a_zone(rng, start) for _ in range(rng.integers(0, 4)))
    if rng.random() < 0.6:
        everywhere = ConsentZone(ScanRegion((0.0, 0.0), (4e-5, 4e-5)), ConsentLevel.BIAS, 9.5, 3)
        zones = (everywhere, *zones)
    earlier = (request,) * int(rng.integers(0, 3))
    position = complex(*rng.uniform(-1e-6, 1e-6, 2))
    lifts = bool(rng.random() < 0.5)
    if rng.random() < 0.3:
        limits = replace(limits, unlimited_current=True)
    ends = bool(rng.random() < 0.6)
    setting = Setting(limits, SCANNER, zones, earlier, position, lifts=lifts, current_limit=ends)
    if rng.random() < 0.5:
        return on_an_edge(request, setting, rng)
    if rng.random() < 0.1:
        return spoilt(request, rng), setting
    return request, setting


def on_an_edge(
    request: object, setting: Setting, rng: np.random.Generator
) -> tuple[object, Setting]:
    """Move one thing to within 1 nm, 1 mV or one part in a thousand of a limit."""
    ways = [travel_edge, time_edge, dose_edge, passes_edge, place_edge, place_edge]
    ways += [zone_edge] * 3 * bool(setting.zones)
    ways += [volts_edge] * 3
    if isinstance(request, PathRequest) and len(request.sweeps) > 1:
        ways += [way_edge] * 8
    return ways[rng.integers(len(ways))](request, setting, rng)


def travel_edge(request, setting, rng):
    away = cmath.rect(setting.limits.max_travel + near(rng), rng.uniform(-3, 3))
    return request, replace(setting, position=beginning(request) + away)


def time_edge(request, setting, rng):
    total = seconds_of(request, setting)
    limits = replace(setting.limits, max_run_time=total * (1 + near(rng, 1e-3)))
    return request, replace(setting, limits=limits)


def dose_edge(request, setting, rng, name="volts", limit="max_dose"):
    counts = dose_of(request, setting)[name].values()
    worst = max(counts, default=0.0) * (1 + len(setting.earlier))
    limits = replace(setting.limits, **{limit: worst * (1 + near(rng, 1e-3))})
    return request, replace(setting, limits=limits)


def passes_edge(request, setting, rng):
    return dose_edge(request, setting, rng, "passes", "max_passes")


def place_edge(request, setting, rng):
    """Shift the limits (or the scanner) so that one of their edges lies beside the request."""
    outer = setting.limits.region if rng.random() < 0.5 else setting.scanner
    points = [complex(*p) for p in outline(request)]
    turn = cmath.rect(1, outer.angle)
    reach = max((p / turn).real for p in points) + near(rng)
    middle = complex(*outer.center) / turn
    middle = complex(reach - outer.size[0] / 2, middle.imag) * turn
    moved = replace(outer, center=(middle.real, middle.imag))
    if outer is setting.scanner:
        return request, replace(setting, scanner=moved)
    return request, replace(setting, limits=replace(setting.limits, region=moved))


def zone_edge(request, setting, rng):
    """Shift a zone so that one of its edges lies beside the outermost point of the request."""
    index = rng.integers(len(setting.zones))
    zone = setting.zones[index]
    turn = cmath.rect(1, zone.region.angle) * 1j ** int(rng.integers(4))
    points = [complex(*p) / turn for p in outline(request)]
    outermost = max(points, key=lambda p: p.real)
    half = abs(complex(*zone.region.size)) / 2
    sizes = zone.region.size
    along = sizes[0] if abs((turn / cmath.rect(1, zone.region.angle)).real) > 0.5 else sizes[1]
    side = 1 if rng.random() < 0.5 else -1
    sideways = rng.uniform(-0.3, 0.3) * half
    center = (outermost + complex(near(rng) + side * along / 2, sideways)) * turn
    region = replace(zone.region, center=(center.real, center.imag))
    zones = list(setting.zones)
    zones[index] = replace(zone, region=region)
    return request, replace(setting, zones=tuple(zones))


def way_edge(request, setting, rng):
    """Paint a small zone whose edge lies beside the middle of a way between two sweeps."""
    index = int(rng.integers(len(request.sweeps) - 1))
    before, after = request.sweeps[index], request.sweeps[index + 1]
    start = complex(*(before.start if request.both_ways else before.end))
    along = complex(*after.start) - start
    if abs(along) < 1e-9:
        return request, setting
    across = 1j * along / abs(along)
    height = rng.uniform(2e-9, 1e-7)
    center = start + along * rng.uniform(0.3, 0.7) + across * (height / 2 + near(rng))
    size = (min(abs(along), 1e-7) * rng.uniform(0.1, 0.5), height)
    level = ConsentLevel.FORBIDDEN if rng.random() < 0.5 else ConsentLevel.IMAGE
    spot = ScanRegion((center.real, center.imag), size, cmath.phase(along))
    if level is ConsentLevel.IMAGE:
        request = replace(request, drive=Drive(1.0, None, 2.0))
    return request, replace(setting, zones=(*setting.zones, ConsentZone(spot, level)))


def volts_edge(request, setting, rng):
    limits = setting.limits
    bias, drive = limits.max_bias + near(rng, 1e-3), limits.max_drive + near(rng, 1e-3)
    zone_bias = setting.zones[-1].max_bias + near(rng, 1e-3) if setting.zones else bias
    volts = float(rng.choice((bias, zone_bias)))
    if isinstance(request, WriteRequest):
        strokes = request.strokes
        if strokes:
            strokes = (replace(strokes[0], bias=-volts), *strokes[1:])
        return replace(request, strokes=strokes), setting
    if isinstance(request, ProbeRequest):
        if request.waveform is None:
            load = limits.max_indentation * (1 + near(rng, 1e-3))
            return replace(request, indentation=load), setting
        change = ({"amplitude": volts}, {"read_bias": -volts}, {"drive": drive})[rng.integers(3)]
        return replace(request, waveform=replace(request.waveform, **change)), setting
    if isinstance(request, ScanRequest) and rng.random() < 0.5:
        edge = float(rng.choice((limits.min_setpoint, limits.max_setpoint)))
        return replace(request, setpoint=edge + near(rng, 1e-3)), setting
    dc_first = rng.random() < 0.5
    return replace(request, drive=Drive(1.0, None, volts) if dc_first else Drive(drive)), setting


def outline(request: object) -> list[tuple[float, float]]:
    if isinstance(request, ProbeRequest):
        return [request.position]
    if isinstance(request, PathRequest):
        return [p for s in request.sweeps for p in (s.start, s.end)]
    (x, y), (w, h), angle = request.region.center, request.region.size, request.region.angle
    c, s = math.cos(angle), math.sin(angle)
    corners = [(a * w / 2, b * h / 2) for a in (-1, 1) for b in (-1, 1)]
    return [(x + c * u - s * v, y + s * u + c * v) for u, v in corners]


def spoilt(value: object, rng: np.random.Generator) -> object:
    """Put something that is no sound number somewhere into a request."""
    if is_dataclass(value):
        held = {f.name: getattr(value, f.name) for f in fields(value)}
        numeric = (int, float, tuple)
        names = [n for n, v in held.items() if isinstance(v, numeric) or is_dataclass(v)]
        name = str(rng.choice(names))
        return replace(value, **{name: spoilt(getattr(value, name), rng)})
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        index = int(rng.integers(len(value)))
        return (*value[:index], spoilt(value[index], rng), *value[index + 1 :])
    return NASTY[rng.integers(len(NASTY))]
