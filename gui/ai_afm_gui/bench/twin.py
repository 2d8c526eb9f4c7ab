"""`python -m ai_afm_gui.bench.twin RUN SCAN`: a twin that scans without end, to be withdrawn.

It stands for a live run: folder, lock, steering socket, a guarded microscope that scans in the main
thread, and a network that looks at a stored scan again and again in its own process. Each time the
twin has been withdrawn it says when, and scans on.
"""

import json
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from ai_afm.config import parse_config
from ai_afm.errors import AfmError
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.service.lab import model_folders
from ai_afm.service.session import create_run, open_instrument
from ai_afm.service.steering import SteeringServer
from ai_afm.service.workers import SegmenterProcess
from ai_afm.types import ScanRequest
from ai_afm_gui.shell.demo import config_text

SEED = 3


def main(path: Path, scan_file: Path) -> int:
    """Scan until the parent closes the standard input; return the exit code."""
    config = parse_config(config_text(SEED))
    folder = create_run(path, config)
    with ExitStack() as stack:
        stack.enter_context(folder.lock())
        eyes = SegmenterProcess(None, 1, folder.segmentations, model_folders())
        stack.callback(eyes.close)
        microscope = open_instrument(config)
        stack.callback(microscope.close)
        over = threading.Event()
        threading.Thread(target=_wait_for_end, args=(over,), daemon=True).start()

        def withdraw() -> None:
            microscope.withdraw()
            _say({"withdrawn": time.monotonic()})

        steering = SteeringServer(folder.steering_file, withdraw)
        stack.callback(steering.close)
        steering.publish({"state": "running"})
        overview = config.overview
        request = ScanRequest(overview.region, (overview.lines, overview.pixels), line_rate=8.0)
        eyes.submit(1, scan_file, overview.lines, final=True)
        _say({"ready": time.monotonic()})
        while not over.is_set():
            _scan(microscope, request, eyes, scan_file, over)
    return 0


def _scan(
    microscope: GuardedMicroscope,
    request: ScanRequest,
    eyes: SegmenterProcess,
    scan_file: Path,
    over: threading.Event,
) -> None:
    with suppress(AfmError):  # a withdrawn twin ends its scan so
        for _line in microscope.scan(request):
            if eyes.poll() is not None:
                eyes.submit(1, scan_file, request.shape[0], final=True)
            if over.is_set():
                return
    microscope.clear("bench")


def _wait_for_end(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


def _say(fact: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
