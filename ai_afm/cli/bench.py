"""`ai-afm bench`: figures measured on this machine, each against a baseline in the same run."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ai_afm.bench.line import benchmark as benchmark_line
from ai_afm.bench.twin import benchmark as benchmark_twin
from ai_afm.cli.output import say
from ai_afm.errors import ModelError
from ai_afm.service.workers import SegmenterProcess

app = typer.Typer(help="Benchmarks.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
GLIMPSE_EVERY = 16


@app.command("line")
def line(
    lines: Annotated[int, typer.Option(min=64, help="Lines of the scan.")] = 3000,
    json: Json = False,
) -> None:
    """Lines per second held by stream, checks and store, without and with live inference.

    The segmenter is a process of its own, as in a run; `cpu_share` is that of the run's process.
    """
    without = benchmark_line(lines)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        watcher = _Watcher(SegmenterProcess(None, 1, out, None))
        try:
            watched = benchmark_line(lines, folder=out, on_row=watcher.look)
        finally:
            watcher.service.close()
    glimpses = {"glimpses": watcher.answers, "glimpse_faults": watcher.faults}
    say({"without_inference": without, "with_inference": watched | glimpses}, json)


class _Watcher:
    """Asks for a glimpse each 16 durable rows, and takes answers, as a run does."""

    def __init__(self, service: SegmenterProcess) -> None:
        self.service = service
        self.answers = self.faults = 0
        self._asked, self._scan, self._path = 0, 0, Path()

    def look(self, path: Path, durable: int) -> None:
        if path != self._path:
            self._path, self._scan, self._asked = path, self._scan + 1, 0
        if durable >= self._asked + GLIMPSE_EVERY:
            self._asked = durable
            self.service.submit(self._scan, path, durable)
        try:
            self.answers += self.service.poll() is not None
        except ModelError:
            self.faults += 1  # the scan file of the part before is gone already


@app.command("twin")
def twin(json: Json = False) -> None:
    """Lines per second that the twin images in instant mode on one core, by mode."""
    modes = ("dart", "single_frequency", "off_resonance", "tapping")
    say({mode: benchmark_twin(mode) for mode in modes}, json)
