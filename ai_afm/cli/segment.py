"""`ai-afm segment`: walls and boundaries of stored scans, as mask, vectors and overlay."""

import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from ai_afm.cli.output import say
from ai_afm.image.channels import describe_mapping
from ai_afm.image.export.geojson import write_geojson
from ai_afm.image.export.mask import write_mask
from ai_afm.image.readers import read_file
from ai_afm.report.overlay import write_overlay
from ai_afm.segment.model_file import load_model
from ai_afm.service.lab import model_folders
from ai_afm.survey.walls import extract_network
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Frame

CALLED = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY)


def segment(
    files: Annotated[list[Path], typer.Argument(help="Scans: .ibw .h5 .gwy .gsf .sxm .npz")],
    out: Annotated[Path, typer.Option(help="Folder for masks, GeoJSON and overlays.")],
    model: Annotated[
        str | None, typer.Option(help="name@version; default: the active one.")
    ] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the network.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Segment stored scans; says which channel was taken for what."""
    from ai_afm.segment.predict import UnetSegmenter  # imports torch

    segmenter = UnetSegmenter(load_model(model, model_folders(lab)), threads)
    frames = [read_file(path) for path in files]
    for frame in frames:
        segmenter.begin(frame)  # all can be segmented before anything is written
    out.mkdir(parents=True, exist_ok=True)
    results = []
    for path, frame in zip(files, frames, strict=True):
        for text in describe_mapping(frame):
            typer.echo(f"{path.name}: {text}", err=True)
        results.append(_segment(segmenter, path, frame, out))
    say({"results": results}, json)


def _segment(segmenter: Any, path: Path, frame: Frame, out: Path) -> dict[str, Any]:
    from ai_afm.segment.predict import segment_frame

    begun = time.perf_counter()
    segmentation = segment_frame(frame, segmenter)
    milliseconds = 1e3 * (time.perf_counter() - begun)
    network = extract_network(segmentation, frame.region)
    write_mask(out / f"{path.stem}-mask.png", segmentation.label)
    write_geojson(out / f"{path.stem}-walls.geojson", network)
    write_overlay(out / f"{path.stem}-overlay.png", frame, network, path.name)
    area = frame.region.size[0] * frame.region.size[1]
    wall_length = network.length(*DOMAIN_WALL_CODES)
    return {
        "file": str(path.absolute()),
        "model": segmenter.model,
        "channels": sorted({name for name, _ in frame.data}),
        "pixel_size_m": list(reversed(frame.request.pixel_size)),
        "wall_length_m": wall_length,
        "boundary_length_m": network.length(ClassCode.GRAIN_BOUNDARY),
        "wall_density_per_m": wall_length / area,
        "called_fraction": float(np.isin(segmentation.label, CALLED).mean()),
        "ood_score": segmentation.ood_score,
        "ood": segmentation.ood,
        "time_ms": milliseconds,
    }
