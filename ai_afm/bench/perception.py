"""What seeing costs: full passes, refreshes, whole streams, post-processing, engines and peers."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ai_afm.image.normalise import normalise, start_state
from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.sample import make_world
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.segment.model_file import LoadedModel, load_model
from ai_afm.survey.walls import extract_network
from ai_afm.types import Direction, FloatImage, Frame, ScanRegion, ScanRequest

SIDE = 512
WORLD = "film"
"""Kind of simulated world that is imaged: it has walls and grain boundaries."""
MOVIE_FRAMES = 8


def benchmark(
    model: LoadedModel | str | None = None, seed: int = 0, rounds: int = 5, side: int = SIDE
) -> dict[str, Any]:
    """Measure, by CPU time of one thread, variants in turns, medians over the rounds.

    Parameters
    ----------
    model
        The model, its "name@version", or `None` for the active one.
    seed
        Of the simulated frame.
    rounds
        How often each variant runs.
    side
        Lines and pixels of the frame.

    Returns
    -------
    dict
        The fields of `segment.speed.Speed` for float32; the same for bfloat16 under "bfloat16"
        (`None` where the processor has none), with the share of labels that equal float32's;
        `post_ms` from labels to walls as vectors, `post_over_full`; `peers` (ms for the same
        frame, `None` where not installed) and what they cost against our refreshes; `engines` for
        whole frames; `movie`: high-speed frames of half the side, per second of CPU time with
        everything that belongs to it, and what share of the peak that is.
    """
    from ai_afm.segment.runtime import choose_dtype, dtype_name, has_fast_bfloat16
    from ai_afm.segment.speed import measure_speed

    loaded = model if isinstance(model, LoadedModel) else load_model(model)
    frame = film_frame(seed, (side, side))
    channels = {name: frame.data[name, Direction.TRACE] for name in channels_of(frame)}
    planes, _ = normalise(channels, start_state(channels, raised=loaded.card.network.raised))
    speed, label = measure_speed(loaded, planes, "float32", rounds)
    result: dict[str, Any] = {"model": loaded.spec, "chosen_dtype": dtype_name(choose_dtype())}
    result |= speed.as_dict()
    result["bfloat16"] = None
    if has_fast_bfloat16():
        half, half_label = measure_speed(loaded, planes, "bfloat16", rounds)
        agree = float(np.mean(half_label == label))
        result["bfloat16"] = half.as_dict() | {"labels_equal_to_float32": agree}
    result |= _post(loaded, frame, speed.full_ms, rounds)
    result["peers"] = _peers(loaded, channels, label, rounds)
    result["peer_over_refresh"] = {
        name: None if ms is None else _times(ms, speed.as_dict())
        for name, ms in result["peers"].items()
    }
    result["engines"] = _engines(loaded, planes, label, rounds)
    chosen = result["bfloat16"] if result["chosen_dtype"] == "bfloat16" else result
    result["movie"] = _movie(loaded, seed, side // 2, (chosen or result)["peak_gflops"])
    return result


def film_frame(seed: int, shape: tuple[int, int], pixel_size: float = 8e-9) -> Frame:
    """Image a simulated film by PFM (DART), trace and retrace; shape (lines, pixels)."""
    region = ScanRegion((0.0, 0.0), (shape[1] * pixel_size, shape[0] * pixel_size), 0.2)
    extent = 1.5 * max(region.size)
    world = make_world(WORLD, seed, max(extent, 6e-6))
    request = ScanRequest(region, shape, line_rate=1.0)
    return image_frame(
        SwitchingSample(world, seed), request, ImagingSettings(), np.random.default_rng([seed, 512])
    )


def channels_of(frame: Frame) -> tuple[str, ...]:
    """Return the channels of a frame that the network can use."""
    return tuple(n for n in ("height", "amplitude", "phase") if (n, Direction.TRACE) in frame.data)


def _times(peer_ms: float, speed: dict[str, Any]) -> dict[str, float]:
    return {
        kind: peer_ms / speed[f"refresh_{kind}_ms"] for kind in ("provisional", "band", "settled")
    }


def _post(loaded: LoadedModel, frame: Frame, full_ms: float, rounds: int) -> dict[str, float]:
    """Measure the way from a segmentation to vectors, and from planes to a segmentation."""
    from ai_afm.segment.predict import UnetSegmenter, segment_frame

    seen = segment_frame(frame, UnetSegmenter(loaded, dtype="float32"))
    post = _milliseconds(lambda: extract_network(seen, frame.region), rounds)
    return {"post_ms": post, "post_over_full": post / full_ms}


def _peers(
    loaded: LoadedModel, channels: dict[str, FloatImage], label: Any, rounds: int
) -> dict[str, float | None]:
    from ai_afm.segment.peers import atomai_unet, pixel_svm, sato_pipeline

    rng = np.random.default_rng(0)
    image = np.log(np.abs(channels["amplitude"]) / np.median(channels["amplitude"]) + 0.1)
    walls = ((label > 0) & (label < 5)).astype(np.float32)
    runs = {
        "sato_pipeline": sato_pipeline(channels, rng),
        "pixel_svm": pixel_svm(image, walls, rng),
        "atomai_unet": atomai_unet(image, len(loaded.card.network.classes)),
    }
    return {
        name: None if run is None else _milliseconds(run, min(rounds, 3))
        for name, run in runs.items()
    }


def _engines(loaded: LoadedModel, planes: FloatImage, label: Any, rounds: int) -> dict[str, Any]:
    """Measure the engines for whole frames that are installed, and how far their labels agree."""
    from ai_afm.segment.fast import agreement, engines
    from ai_afm.segment.predict import build_network

    found = {}
    for engine in engines(build_network(loaded)):
        share = agreement(engine, planes, label, loaded)
        run = _milliseconds(lambda e=engine: e.run(planes[None]), rounds)  # type: ignore[misc]
        found[engine.name] = {"ms": run, "labels_equal_to_float32": share}
    return found


def _movie(loaded: LoadedModel, seed: int, side: int, peak_gflops: float) -> dict[str, Any]:
    """Run a movie of drifting frames through the default engine: CPU time with everything."""
    from ai_afm.segment.movie import segment_movie
    from ai_afm.segment.predict import build_network
    from ai_afm.segment.runtime import flop_per_pixel

    wide = film_frame(seed, (side, side + MOVIE_FRAMES)).data["height", Direction.TRACE]
    movie = np.stack([wide[:, n : n + side] for n in range(MOVIE_FRAMES)])
    spent = _milliseconds(lambda: list(segment_movie(movie, loaded)), 3) / MOVIE_FRAMES
    gflops = flop_per_pixel(build_network(loaded)) * side**2 / spent / 1e6
    return {
        "shape": [side, side],
        "ms_per_frame": spent,
        "frames_per_cpu_s": 1e3 / spent,
        "share_of_peak": gflops / peak_gflops,
    }


def _milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median CPU time of some work after a first, unmeasured time."""
    work()
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return 1e3 * statistics.median(spent)
