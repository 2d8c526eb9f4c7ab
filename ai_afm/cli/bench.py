"""`ai-afm bench`: figures measured on this machine, each against a baseline in the same run."""

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ai_afm.bench.line import benchmark as benchmark_line
from ai_afm.bench.twin import benchmark as benchmark_twin
from ai_afm.cli.output import say
from ai_afm.service.lab import model_folders
from ai_afm.service.workers import SegmenterProcess

app = typer.Typer(help="Benchmarks.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
GLIMPSE_EVERY = 16


class Instrument(StrEnum):
    """Kinds of instruments that policies are measured on."""

    PATH = "path"
    STOCK = "stock"


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
        watcher = _Watcher(SegmenterProcess(None, 1, out, model_folders()))
        try:
            watched = benchmark_line(lines, folder=out, on_row=watcher.look)
        finally:
            watcher.service.close()
    glimpses = {"glimpses": watcher.answers, "lines_seen_at_the_end": watcher.lines}
    say({"without_inference": without, "with_inference": watched | glimpses}, json)


class _Watcher:
    """Asks for a glimpse each 16 durable rows, and takes answers, as a run does."""

    def __init__(self, service: SegmenterProcess) -> None:
        self.service = service
        self.answers = 0
        self.lines = self._asked = 0

    def look(self, path: Path, durable: int) -> None:
        if durable >= self._asked + GLIMPSE_EVERY:
            self._asked = durable
            self.service.submit(1, path, durable)
        glimpse = self.service.poll()
        if glimpse is not None:
            self.answers, self.lines = self.answers + 1, glimpse.lines


@app.command("twin")
def twin(json: Json = False) -> None:
    """Lines per second that the twin images in instant mode on one core, by mode."""
    modes = ("dart", "single_frequency", "off_resonance", "tapping")
    say({mode: benchmark_twin(mode) for mode in modes}, json)


@app.command("perception")
def perception(
    quality: Annotated[
        bool, typer.Option("--quality", help="How well it sees, on twin worlds, instead of speed.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the worlds.")] = 0,
    worlds: Annotated[int, typer.Option(min=1, help="Number of worlds (quality only).")] = 60,
    json: Json = False,
) -> None:
    """Measure what seeing costs, by CPU time of one thread, or with --quality how good it is.

    Speed: a full pass, refreshes after 16 new lines, whole streams, and what others need for the
    same frame.
    """
    if quality:
        from ai_afm.bench.quality import benchmark as measured

        say(measured.benchmark(seed, worlds), json)
    else:
        from ai_afm.bench import perception as timed

        say(timed.benchmark(seed=seed), json)


@app.command("policy")
def policy(
    worlds: Annotated[int, typer.Option(min=1, help="Number of samples.")] = 45,
    seed: Annotated[int, typer.Option(min=0, help="Of the samples.")] = 1,
    instrument: Annotated[
        Instrument, typer.Option(help="Takes paths, or rectangles only (a maker's program).")
    ] = Instrument.PATH,
    slow: Annotated[
        bool, typer.Option("--slow", help="256 px at 0.4 Hz with a limit of 10 um/s, not 512 px.")
    ] = False,
    sample: Annotated[
        list[Path] | None, typer.Option(help="Stored scans to be used as samples instead.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure what policies find, and in what share of the time of a full raster.

    The network is in the loop; instrument time is the twin's clock. A minute or so per sample.
    """
    from ai_afm.bench.policy import benchmark as measured

    pace = measured.SLOW if slow else measured.FAST
    say(measured.benchmark(worlds, seed, str(instrument), sample or (), pace), json)


@app.command("revisit")
def revisit(
    hours: Annotated[float, typer.Option(min=0.5, help="Of instrument time.")] = 12.0,
    seed: Annotated[int, typer.Option(min=0, help="Of sample, drift and slips.")] = 1,
    json: Json = False,
) -> None:
    """Come back to one place all night while the sample drifts and slips: docs/revisit.md.

    About two minutes of one core for twelve hours; closed and open loop.
    """
    from ai_afm.bench.revisit import benchmark as measured

    say(measured.benchmark(hours, seed), json)


@app.command("probe")
def probe(
    worlds: Annotated[
        int, typer.Option(min=1, help="Null worlds, and as many with an effect.")
    ] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Of samples and chance.")] = 1,
    json: Json = False,
) -> None:
    """Ask a registered question by hysteresis loops on the twin: docs/probing.md.

    False positives, power, coverage, charge, bad fits, events a night; two minutes of one core.
    """
    from ai_afm.bench.probe import benchmark as measured

    say(measured.benchmark(worlds, seed), json)


@app.command("health")
def health(
    seed: Annotated[int, typer.Option(min=0, help="Of samples and troubles.")] = 1,
    worlds: Annotated[int, typer.Option(min=12, help="Number of samples.")] = 120,
    json: Json = False,
) -> None:
    """Tell a sick instrument from a healthy one, detector by detector: docs/health.md.

    Three minutes of one core.
    """
    from ai_afm.bench import health as measured

    say(measured.benchmark(seed, worlds), json)


@app.command("decide")
def decide(
    seed: Annotated[int, typer.Option(min=0, help="Of the sample and its drift.")] = 1,
    json: Json = False,
) -> None:
    """CPU time of one decision against what is known, 10 to 10,000 observations: docs/replay.md.

    Two minutes of one core.
    """
    from ai_afm.bench.decide import benchmark as measured

    say(measured.benchmark(seed), json)


@app.command("gate")
def gate(
    trials: Annotated[int, typer.Option(min=1, help="Poisoned rounds, and as many good ones.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Of samples, people and poison.")] = 1,
    work: Annotated[
        Path | None, typer.Option(help="Keep models and simulated crops there for the next time.")
    ] = None,
    json: Json = False,
) -> None:
    """Try to get models past the gate that have learned from poisoned labels: docs/gate.md.

    About a minute and a half of one core a round.
    """
    from ai_afm.bench.gate import benchmark as measured

    say(measured.benchmark(trials, seed, work), json)


@app.command("flywheel")
def flywheel(
    seed: Annotated[int, typer.Option(min=0, help="Of the night, the lot and the person.")] = 1,
    material: Annotated[
        str, typer.Option(help="polycrystals (left out of a base model) or ferroelectric-ceramic.")
    ] = "polycrystals",
    frames: Annotated[int, typer.Option(min=1, help="Frames of the material in the night.")] = 20,
    others: Annotated[int, typer.Option(min=0, help="Frames of other materials in it.")] = 60,
    work: Annotated[
        Path, typer.Option(help="Models and finished rounds are kept there; a second call goes on.")
    ] = Path("build/bench-flywheel"),
    json: Json = False,
) -> None:
    """Win a material back with corrections, by the review queue and by lot: docs/flywheel.md.

    Half an hour of two cores for the base model, once; a minute and a half a round.
    """
    from ai_afm.bench.flywheel.benchmark import Size, benchmark
    from ai_afm.bench.flywheel.material import material_of

    chosen = material_of(material)
    say(benchmark(seed, work / material, Size(night=(frames, others)), chosen), json)


@app.command("gui")
def gui(
    lines: Annotated[
        int, typer.Option(min=0, help="Lines that come in while the memory is watched; 0: none.")
    ] = 100_000,
    work: Annotated[
        Path | None, typer.Option(help="Keep the runs that are measured with there.")
    ] = None,
    accuracy: Annotated[
        bool,
        typer.Option(
            "--accuracy", help="Also how exact the live-wire is, and a person's seconds a crop."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Measure the window on its real widgets, without a screen: docs/window.md.

    Drawing, painting, stopping, attaching, starting, memory; about ten minutes of two cores.
    """
    from ai_afm.cli.gui import measured

    say(measured(lines, work, accuracy), json)
