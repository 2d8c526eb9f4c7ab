"""How fast the digital twin scans: lines per second of one core in instant mode."""

import time

from ai_afm.microscope.simulated.afm import open_simulated
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.types import ScanRegion, ScanRequest


def benchmark(
    mode: str = "dart", world: str = "film", lines: int = 1024, pixels: int = 256, seed: int = 0
) -> dict[str, float | int | str]:
    """Scan a real world with feedback, tip, noise and drift on, and count lines (trace + retrace).

    Parameters
    ----------
    mode, world, seed
        As in `SimulatedOptions`.
    lines, pixels
        Shape of the frame; it is scanned after a first one of 64 lines that warms the caches.

    Returns
    -------
    result
        `lines_per_s` by CPU time of this process (one thread), `wall_lines_per_s`, `cpu_s`,
        `wall_s`, and the conditions.
    """
    options = {"world": world, "seed": seed, "mode": mode, "drift_nm_per_s": 0.05}
    microscope = open_simulated(options, InstantClock())
    region = ScanRegion((1e-6, -2e-6), (5e-6, 5e-6), 0.3)
    for _ in microscope.scan(ScanRequest(region, (64, pixels), 1.0)):
        pass
    cpu, wall = time.process_time(), time.perf_counter()
    received = sum(1 for _ in microscope.scan(ScanRequest(region, (lines, pixels), 1.0)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "mode": mode,
        "world": world,
        "lines": received // 2,
        "pixels": pixels,
        "channels": len(microscope.capabilities.channels),
        "cpu_s": cpu,
        "wall_s": wall,
        "lines_per_s": received / 2 / cpu,
        "wall_lines_per_s": received / 2 / wall,
    }
