"""`python -m ai_afm.report.gallery`: what the network sees in real and in simulated scans.

One PNG a scan and `gallery.md`, in one folder; the model is the active one unless another is named.
"""

import argparse
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image

from ai_afm.errors import AfmError
from ai_afm.report.figures import size_words
from ai_afm.report.gallery_figure import gallery_row
from ai_afm.report.gallery_scans import GalleryScan, Reference, all_scans
from ai_afm.report.palette import FIRST, INK, MUTED, NO_DATA, WALL_COLOURS, WALL_NAMES
from ai_afm.report.panels import rgb
from ai_afm.report.quantity import density, number, share
from ai_afm.segment.metrics import line_score, thinned
from ai_afm.segment.model_file import LoadedModel, load_model
from ai_afm.store.platform import write_atomically
from ai_afm.survey.grains import draw
from ai_afm.survey.statistics import statistics
from ai_afm.survey.tracing import valid_rows
from ai_afm.survey.walls import extract_network
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Frame, Segmentation, WallNetwork

PAGE = "gallery.md"
BUDGET = 1_450_000
"""Bytes of all pictures together: they live in the repository."""
SHADES = (40, 32, 26, 20, 16)
"""Numbers of shades of a colour map that are tried until all pictures fit the budget."""
_MAPS = {"gray": 1.4, "cividis": 1.2, "twilight": 1.0, "magma": 0.8, "viridis": 0.4}
"""Shades of each colour map, as a share of that number."""
_GREYS = ((0, 0, 0), (255, 255, 255))
CALLED = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY)

_HEAD = """# Gallery

What `{model}` sees, with no setting for any scan. Made by

    python -m ai_afm.report.gallery --data DATA --out docs/gallery

Each picture: up to three channels (phases turned so that opposite domains lie at ±90°), the
probability of each class in its colour on black, the uncertainty (1 − the largest probability),
the lines as vectors by type, and, where there is one, the reference (real scans; derived without
this network) or the truth (the twin). Real scans were looked at and validated on; no weight and no
threshold was chosen on them, but one model was not shipped for them. The twin's worlds here have
seeds that training does not use.

Colours (after Okabe and Ito, for colour-blind eyes too): {colours}.

| scan | called | walls per area | boundaries per area | foreign (log odds) | score at 2 px |
| --- | --- | --- | --- | --- | --- |
{rows}

{entries}"""
_COLOUR_WORDS = {
    ClassCode.WALL: "orange",
    ClassCode.WALL_180: "sky blue",
    ClassCode.WALL_FERROELASTIC: "green",
    ClassCode.GRAIN_BOUNDARY: "pink",
    ClassCode.TOPOGRAPHY_EDGE: "yellow (probability only)",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A scan of the page: its picture, and the cells of its row in the table."""

    scan: GalleryScan
    picture: Image.Image
    cells: tuple[str, ...]
    flagged: bool


def make_gallery(
    out: Path, model: LoadedModel, scans: Sequence[GalleryScan], budget: int = BUDGET
) -> list[Path]:
    """Segment scans and write a picture of each, and the page that shows them.

    Parameters
    ----------
    out
        Folder.
    model
        Which network looks.
    scans
        What it looks at.
    budget
        Bytes of all pictures together; they get fewer shades until they fit.

    Returns
    -------
    list of Path
        Pictures and page.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    out.mkdir(parents=True, exist_ok=True)
    entries = [_entry(scan, model) for scan in scans]
    written = []
    for entry, content in zip(entries, _packed([e.picture for e in entries], budget), strict=True):
        path = out / f"{entry.scan.name}.png"
        write_atomically(path, content)
        written.append(path)
    write_atomically(out / PAGE, _page(model, entries).encode())
    return [*written, out / PAGE]


def _entry(scan: GalleryScan, model: LoadedModel) -> Entry:
    from ai_afm.segment.predict import UnetSegmenter, segment_frame  # imports torch

    segmentation = segment_frame(scan.frame, UnetSegmenter(model))
    network = extract_network(segmentation, scan.frame.region)
    picture = gallery_row(scan, segmentation, network)
    return Entry(scan, picture, _cells(scan, segmentation, network, model), segmentation.ood)


def _cells(
    scan: GalleryScan, segmentation: Segmentation, network: WallNetwork, model: LoadedModel
) -> tuple[str, ...]:
    scanned = valid_rows(segmentation)
    width, height = network.region.size
    area = width * height * float(scanned.mean())
    called = np.isin(segmentation.label[scanned], CALLED)
    measured = statistics(network, area)
    distance = number(segmentation.ood_score)
    return (
        f"[{scan.title}](#{scan.name})",
        share(float(called.mean()) if called.size else None),
        density(measured["wall_density_per_m"]),
        density(measured["boundary_density_per_m"]),
        f"**{distance}, flagged**" if segmentation.ood else distance,
        "–" if scan.reference is None else _score(scan.frame, scan.reference, segmentation, model),
    )


def _score(
    frame: Frame, reference: Reference, segmentation: Segmentation, model: LoadedModel
) -> str:
    """Return how well the drawn lines meet what is known, in words."""
    ignore = np.zeros(frame.shape, np.bool_)
    codes = tuple(int(c) for c in CALLED)
    if reference.network is not None:
        true = draw(reference.network, frame.shape, codes)
        called = codes
    else:
        assert reference.mask is not None
        assert reference.ignore is not None
        true, ignore, called = reference.mask, reference.ignore, reference.codes
    drawn = thinned(np.isin(segmentation.label, called), model.card.decision.min_pixels)
    if not true.any():
        return "nothing drawn" if not drawn.any() else f"{int(drawn.sum())} px drawn, none is there"
    found = line_score(drawn, true, ignore, 2)
    if not reference.complete:
        return f"recall {number(found.recall)}"
    return f"F1 {number(found.f1)} (P {number(found.precision, 2)}, R {number(found.recall, 2)})"


def _packed(pictures: Sequence[Image.Image], budget: int) -> list[bytes]:
    """Return the pictures as indexed PNG, with as many shades as the budget allows."""
    packed: list[bytes] = []
    for shades in SHADES:
        table = palette(shades)
        packed = [_indexed(p, table) for p in pictures]
        if sum(map(len, packed)) <= budget:
            break
    return packed


def palette(shades: int) -> Image.Image:
    """Return a palette of at most 256 colours: so many shades of each colour map, and the classes.

    A palette that is fitted to a picture would bend the colours of the classes, which mean
    something; here they are exact, with their blends into black, rim and paper.
    """
    colours = [*_GREYS, *(rgb(c) for c in (INK, MUTED, NO_DATA, FIRST))]
    for name, part in _MAPS.items():
        steps = np.linspace(0, 1, max(round(part * shades), 2))
        colours += [tuple(round(255 * v) for v in mpl.colormaps[name](s)[:3]) for s in steps]
    for code in WALL_COLOURS:
        own = np.array(rgb(WALL_COLOURS[code]))
        colours += [tuple((own * s).round().astype(int)) for s in (1.0, 0.8, 0.6, 0.4, 0.2)]
        colours += [tuple(((own + g) / 2).round().astype(int)) for g in (140, 190, 250)]
    table = Image.new("P", (1, 1))
    flat = [int(v) for colour in colours[:256] for v in colour]
    table.putpalette(flat + flat[:3] * (256 - len(flat) // 3))
    return table


def _indexed(picture: Image.Image, table: Image.Image) -> bytes:
    content = io.BytesIO()
    few = picture.quantize(palette=table, dither=Image.Dither.NONE)
    few.save(content, "PNG", optimize=True)
    return content.getvalue()


def _page(model: LoadedModel, entries: Sequence[Entry]) -> str:
    known = [c for c in _COLOUR_WORDS if c in model.card.network.classes]
    colours = ", ".join(f"{WALL_NAMES[c]} {_COLOUR_WORDS[c]}" for c in known)
    return _HEAD.format(
        model=model.spec,
        colours=colours,
        rows="\n".join(f"| {' | '.join(e.cells)} |" for e in entries),
        entries="\n".join(_section(e) for e in entries),
    )


def _section(entry: Entry) -> str:
    scan = entry.scan
    flag = "\n\n**Unlike the training data: a run would not act on these lines.**"
    return (
        f'<a id="{scan.name}"></a>\n\n## {scan.title}\n\n{scan.remark} '
        f"{size_words(scan.frame.region, scan.frame.shape)}.{flag if entry.flagged else ''}\n\n"
        f"![{scan.title}: channels, probabilities, uncertainty and lines]({scan.name}.png)\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the gallery; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ai_afm.report.gallery", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of real scans")
    parser.add_argument("--out", type=Path, required=True, help="folder for pictures and page")
    parser.add_argument("--model", help="name@version; default: the active one")
    parser.add_argument("--models", type=Path, action="append", default=[], help="models folder")
    options = parser.parse_args(arguments)

    def log(text: str) -> None:
        sys.stderr.write(f"gallery: {text}\n")

    try:
        model = load_model(options.model, options.models)
        written = make_gallery(options.out, model, list(all_scans(options.data, log)))
    except AfmError as exc:
        log(str(exc))
        return 3
    size = sum(p.stat().st_size for p in written if p.suffix == ".png")
    log(f"{len(written) - 1} pictures, {size / 1e6:.2f} MB, {written[-1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
