"""Run folders made by hand: striped domains, two places with probes, and all that can happen."""

import itertools
import math
from datetime import UTC, datetime, timedelta

import numpy as np

from ai_afm.config import RunConfig, resolved, to_toml
from ai_afm.geometry import line_ends, pixel_grid
from ai_afm.image.scan_bytes import ScanState
from ai_afm.store.journal import Journal
from ai_afm.store.probe_file import write_probe
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.scan_file import ScanFileWriter
from ai_afm.store.segmentation_file import Provenance, write_segmentation
from ai_afm.types import (
    Channel,
    Direction,
    Measurement,
    Mode,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanLine,
    ScanRegion,
    ScanRequest,
    Segmentation,
    SlowDirection,
    Spectrum,
    Waveform,
)
from ai_afm.types.codec import encode

MODEL, SHA256 = "by-hand@1", "ab" * 32
CHANNELS = (Channel("height", "m"), Channel("amplitude", "m"), Channel("phase", "rad"))
MEASUREMENT = Measurement(Mode.PFM_DART, "an instrument", drive_amplitude=1.5)
PERIOD = 400e-9
"""Of the striped domains; walls lie at multiples of half of it."""
OVERVIEW = ScanRequest(
    ScanRegion((0.0, 0.0), (2e-6, 1.5e-6)), (40, 56), 1.0, role=Role.OVERVIEW, reason="First look"
)
WAVEFORM = Waveform(6.0, steps=32, cycles=3)


def zoom(target, role=Role.ZOOM, center=(2e-7, 1e-7)):
    reason = f"Closer frame at {target}, role {role.value}"
    return ScanRequest(
        ScanRegion(center, (5e-7, 4e-7)), (24, 32), 2.0, role=role, target=target, reason=reason
    )


def loop(target, site, role, x=2e-7):
    return ProbeRequest(
        ProbeKind.HYSTERESIS_LOOP, (x, 1e-7), WAVEFORM, role=role, target=target, site=site,
        reason=f"Loop {site}",
    )  # fmt: skip


class Recorder:
    """Writes a run folder as a run would; clocks advance by a second a row."""

    def __init__(self, path, **tables):
        ticks = itertools.count()
        start = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

        def clock():
            return start + timedelta(seconds=next(ticks))

        config = RunConfig.model_validate({"instrument": {"kind": "elsewhere"}} | tables)
        self.folder = RunFolder.create(path, to_toml(resolved(config, OVERVIEW.region)))
        self.journal = Journal.open(self.folder.journal_file, clock, lambda: 0.0)
        self.rng = np.random.default_rng(7)

    def start(self):
        facts = {"version": "0.1.0", "instrument": "an instrument", "model": MODEL}
        self.journal.append("run_started", facts)

    def decide(self, request):
        self.journal.append(
            "decision",
            {
                "request": encode(request),
                "reason": request.reason,
                "controller": "targets",
                "model": {"name": MODEL, "sha256": SHA256},
            },
        )

    def scan(self, request, rows=None, segmented=True, offset=None):
        """Scan striped domains; `rows` of None is all of them. A partial scan is no observation."""
        number = self.folder.next_scan_number()
        self.decide(request)
        path = self.folder.scan_file(number)
        lines = request.shape[0] if rows is None else rows
        images = stripes(request, self.rng)
        facts = {"scan": number, "role": request.role, "target": request.target}
        self.journal.append("scan_started", facts)
        with ScanFileWriter.create(path, number, request, CHANNELS, MEASUREMENT) as writer:
            for index in range(lines):
                start, end = line_ends(request.region, request.shape, index)
                row = {n: image[index] for n, image in images.items()}
                for direction in Direction:
                    writer.write(ScanLine(index, direction, start, end, row, float(index)))
            if rows is None:
                writer.finish(ScanState.COMPLETE)
        if rows is not None:
            return
        name = self._segment(number, request) if segmented else None
        self._observed("scan", number, request, lines=lines, offset=offset,
                       notes={"segmentation": name})  # fmt: skip

    def _segment(self, number, request):
        wall = (np.abs(np.diff(side(request), axis=1, prepend=np.nan)) > 0).astype(np.float32)
        probability = np.stack([1 - wall, wall, np.zeros_like(wall)])
        label = wall.astype(np.uint8)
        seen = Segmentation(probability, (0, 1, 4), label, np.zeros_like(wall), MODEL, SHA256,
                            request.shape[0], SlowDirection.DOWN, 1.0)  # fmt: skip
        path = self.folder.segmentation_file(number, SHA256)
        write_segmentation(path, seen, Provenance(number, request.shape[0], final=True))
        facts = {"scan": number, "model": MODEL, "model_sha256": SHA256, "ms": 12.0}
        self.journal.append("glimpse", facts)
        return path.name

    def probe(self, request, spectrum=None):
        number = self.folder.next_probe_number()
        self.decide(request)
        self.journal.append("probe_started", {"probe": number, "request": encode(request)})
        made = hysteresis(request) if spectrum is None else spectrum
        write_probe(self.folder.probe_file(number), number, made)
        self._observed("probe", number, request)

    def lose_probe(self, request):
        """Begin a probe that never ends."""
        self.decide(request)
        self.journal.append("probe_started", {"probe": 99, "request": encode(request)})

    def _observed(self, kind, number, request, lines=0, offset=None, notes=None):
        self.journal.append(
            "observed",
            {
                kind: number,
                "request": encode(request),
                "lines": lines,
                "finished": True,
                "seconds": 40.0,
                "offset": offset,
                "notes": notes or {},
            },
        )

    def finish(self, outcome="done", message="All is done"):
        self.journal.append("run_finished", {"outcome": outcome, "message": message})

    def close(self):
        self.journal.close()
        return self.folder


def side(request):
    """+1 or -1: which domain each pixel lies in, (lines, pixels)."""
    x, _ = pixel_grid(request.region, request.shape)
    return np.where(np.sin(2 * math.pi * x / PERIOD) >= 0, 1.0, -1.0)


def stripes(request, rng):
    noise = rng.normal(0, 1, (3, *request.shape))
    phase = np.where(side(request) > 0, 0.7, 0.7 - math.pi) + 0.05 * noise[2]
    return {
        "height": (1e-9 * noise[0]).astype(np.float32),
        "amplitude": (1e-9 + 5e-11 * noise[1]).astype(np.float32),
        "phase": phase.astype(np.float32),
    }


def hysteresis(request, coercive=3.0, noise=0.01):
    """A loop that starts in its upper state and falls with rising bias."""
    wave = request.waveform
    quarter = wave.amplitude * np.arange(wave.steps // 4) / (wave.steps // 4)
    cycle = np.concatenate([quarter, wave.amplitude - quarter, -quarter, quarter - wave.amplitude])
    bias = np.repeat(np.tile(cycle, wave.cycles), 2)
    on = np.tile([True, False], len(bias) // 2)
    state, states = 1.0, []
    for value in bias:
        state = -1.0 if value > coercive else 1.0 if value < -coercive else state
        states.append(state)
    rng = np.random.default_rng(3)
    response = 1e-9 * (np.array(states) + noise * rng.standard_normal(len(bias)))
    return Spectrum(
        request,
        np.arange(len(bias)) * wave.on_time,
        np.where(on, bias, 0).astype(np.float32),
        (response * np.exp(1.1j)).astype(np.complex64),
        on,
        (np.arange(len(bias)) // (2 * wave.steps)).astype(np.int32),
        bias.astype(np.float32),
        "m",
        MEASUREMENT,
        {},
    )


def whole_run(path, **tables):
    """A finished run: overview, two places, probes at the first, and a few mishaps."""
    record = Recorder(path, **tables)
    record.start()
    record.scan(OVERVIEW)
    record.scan(zoom("T1"), offset=[12e-9, -7e-9])
    record.scan(zoom("T2", center=(-4e-7, -2e-7)))
    record.scan(zoom("T1", Role.BEFORE))
    record.probe(loop("T1", "T1-1W", Role.WALL))
    record.probe(loop("T1", "T1-1B", Role.BULK, x=3e-7))
    record.scan(zoom("T1", Role.AFTER))
    refused = loop("T2", "T2-1W", Role.WALL, x=-4e-7)
    record.decide(refused)
    record.journal.append(
        "refused", {"request": encode(refused), "message": "bias is not allowed here"}
    )
    record.journal.append(
        "fault", {"kind": "LinkLost", "message": "no answer in 0.5 s", "response": "parked"}
    )
    record.journal.append(
        "command", {"do": "pause", "args": {}, "detail": "holds after the line"}, actor="person"
    )
    record.journal.append("wish", {"name": "look here", "region": encode(OVERVIEW.region)})
    record.finish()
    return record.close()
