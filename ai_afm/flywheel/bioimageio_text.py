"""What a BioImage.IO package says of a model: its description (RDF 0.5) and its page for people.

https://bioimage-io.github.io/spec-bioimage-io; the description is YAML, written by hand: a mapping
of plain values needs no library, and the same model always gives the same bytes.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ai_afm.errors import BadInput
from ai_afm.flywheel.rows import check_name
from ai_afm.image.contrast import MOST, PHASE_RANGE, PHASE_SPREAD, RANGE, SPREAD
from ai_afm.image.line_values import RATE
from ai_afm.image.normalise import LOG_OFFSET, PHASE_KNEE, START_LINES
from ai_afm.segment.model_card import ModelCard
from ai_afm.segment.unet import Architecture, architecture_of
from ai_afm.types import ClassCode

RDF_VERSION = "0.5.3"
"""Of the description: old enough for readers of the last years, who accept what is newer, too."""
_NAME = re.compile(r"[^A-Za-z0-9_() -]")
_PAIR = re.compile(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}")
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,63}")
_CITE = (
    {
        "text": "Huang, Li and Li, An artificial intelligence atomic force microscope enabled by "
        "machine learning, Nanoscale 10, 21320 (2018)",
        "doi": "10.1039/C8NR06734A",
    },
    {
        "text": "Ronneberger, Fischer and Brox, U-Net: convolutional networks for biomedical image "
        "segmentation, MICCAI 2015",
        "doi": "10.1007/978-3-319-24574-4_28",
    },
)


@dataclass(frozen=True, slots=True)
class Publication:
    """What a package says that no card knows.

    Parameters
    ----------
    authors
        Who made the model; at least one.
    licence
        Of the weights, an SPDX identifier.
    """

    authors: tuple[str, ...]
    licence: str = "BSD-3-Clause"

    def check(self) -> None:
        """Raise BadInput when there is no author, a name is none, or the licence is no name."""
        if not self.authors:
            raise BadInput("a BioImage.IO package names its authors; say who made the model")
        for author in self.authors:
            check_name(author)
            if set(author) & set("/\\"):
                raise BadInput(f"{author!r} is no author's name for a package: it has a slash")
        if not _LICENCE.fullmatch(self.licence):
            raise BadInput(f"{self.licence[:80]!r} is no licence; write its SPDX identifier")


@dataclass(frozen=True, slots=True)
class PackedFiles:
    """The names of the files in a package by what they are, and the hash of each by its name."""

    script: str
    planes: str
    probability: str
    page: str
    cover: str
    beside: tuple[str, ...]
    hashes: Mapping[str, str]

    def of(self, name: str) -> dict[str, str]:
        """Return what the description says of a file."""
        return {"source": name, "sha256": self.hashes[name]}


def description(
    card: ModelCard, publication: Publication, files: PackedFiles, torch_version: str
) -> dict[str, Any]:
    """Return the RDF of a model as plain values.

    Parameters
    ----------
    card
        Of the model.
    publication
        Authors and licence.
    files
        Of the package.
    torch_version
        That the TorchScript was written with, "2.13.0".
    """
    return {
        "format_version": RDF_VERSION,
        "type": "model",
        "name": _NAME.sub("-", f"{card.name} {card.version}").ljust(5, "-")[:64],
        "description": card.description[:512],
        "version": card.version,
        "timestamp": f"{card.created}T00:00:00Z" if len(card.created) == 10 else card.created,
        "authors": [{"name": name} for name in publication.authors],
        "cite": list(_CITE),
        "license": publication.licence,
        "tags": ["unet2d", "pytorch", "semantic-segmentation", "2d", "afm", "pfm",
                 "atomic-force-microscopy", "ferroelectric", "domain-wall", "grain-boundary"],
        "documentation": files.of(files.page),
        "covers": [files.of(files.cover)],
        "attachments": [files.of(name) for name in files.beside],
        "inputs": [_planes(card, files)],
        "outputs": [_probability(card, files)],
        "weights": {"torchscript": {**files.of(files.script), "pytorch_version": torch_version}},
        "config": {"ai_afm": {"model": f"{card.name}@{card.version}",
                              "weights_sha256": card.weights_sha256,
                              "class_codes": list(card.network.classes),
                              "thresholds": {"any": card.decision.any_threshold,
                                             "edge": card.decision.edge_threshold}}},
    }  # fmt: skip


def shape_of(card: ModelCard) -> Architecture:
    """Return the shape of the card's network."""
    return architecture_of(card.network)


def smallest(card: ModelCard) -> int:
    """Return the smallest edge of an input, px: beyond the halo on both sides something is left."""
    shape = shape_of(card)
    return 2 * shape.lag + 2 * shape.align


def _planes(card: ModelCard, files: PackedFiles) -> dict[str, Any]:
    size = {"min": smallest(card), "step": shape_of(card).align}
    return {
        "id": "planes",
        "description": "What is made of height, amplitude and phase; see the documentation. "
        "Lines in order of arrival.",
        "axes": [
            {"type": "batch"},
            {"type": "channel", "channel_names": list(card.network.inputs)},
            {"type": "space", "id": "y", "size": size, "concatenable": False},
            {"type": "space", "id": "x", "size": size, "concatenable": False},
        ],
        "data": {"type": "float32", "unit": "arbitrary unit"},
        "test_tensor": files.of(files.planes),
    }


def _probability(card: ModelCard, files: PackedFiles) -> dict[str, Any]:
    halo = shape_of(card).lag
    return {
        "id": "probability",
        "description": "Calibrated probability of each class; the classes add up to 1.",
        "axes": [
            {"type": "batch"},
            {"type": "channel", "channel_names": class_names(card.network.classes)},
            *(
                {
                    "type": "space",
                    "id": axis,
                    "size": {"tensor_id": "planes", "axis_id": axis, "offset": 0},
                    "halo": halo,
                }
                for axis in ("y", "x")
            ),
        ],
        "data": {"type": "float32", "range": [0.0, 1.0], "unit": "arbitrary unit"},
        "test_tensor": files.of(files.probability),
    }


_RAISED = f"""
- Raised planes: where amplitude or phase hardly vary, their deviation is multiplied. The spread s_r
  of l = log((q + {LOG_OFFSET}) / (1 + {LOG_OFFSET})) is taken and followed like that of the height,
  and l becomes l * max(1, min({MOST:g}, {SPREAD} / S)), from {RANGE[0]:g} to {RANGE[1]:g} where
  that is more than l. The phase is multiplied around its mean direction (of the medians of cos and
  sin of each line, followed in the same way), with {PHASE_SPREAD} rad, to {PHASE_RANGE} rad on each
  side."""


def class_names(codes: Sequence[int]) -> list[str]:
    """Return the names of classes: "background", "wall_180", ..."""
    return [ClassCode(code).name.lower() for code in codes]


def page(card: ModelCard, publication: Publication) -> str:
    """Return the documentation of a model, Markdown."""
    scores = [f"| {k} | {v:g} |" for part in (card.metrics, card.validation)
              for k, v in part.items()]  # fmt: skip
    table = ["", "| score | |", "| --- | --- |", *scores] if scores else ["", "None on the card."]
    names = ", ".join(
        f"{code} {name}"
        for code, name in zip(card.network.classes, class_names(card.network.classes), strict=True)
    )
    raised = shape_of(card).raised
    about = f"""# {card.name} {card.version}

{card.description}

By {", ".join(publication.authors)}; {publication.licence}. Trained on: {card.data}. Parents: \
{", ".join(card.parents) or "none"}. Weights: sha256 {card.weights_sha256}.

## Files

`weights.pt` is the network with the calibrated softmax as TorchScript. `weights.safetensors` and
`card.toml` are the same model as ai-afm keeps it: `ai-afm models add THIS.zip` takes it into a lab,
and the weights keep their hash. `sample_channels.npy` (3, lines, pixels) are height in m, amplitude
in any unit and phase in rad of a simulated scan; `test_planes.npy` is what they become.

## Input

Seven planes, lines in order of arrival (a scan upwards is turned over first):
{", ".join(card.network.inputs)}.
They are made line by line, with what came before only, so that a live scan and a stored one see the
same. In ai-afm:

    from ai_afm.image.normalise import normalise, start_state
    channels = {{"height": height_m, "amplitude": amplitude, "phase": phase_rad}}
    planes, _ = normalise(channels, start_state(channels{", raised=True" if raised else ""}))

Without it, for line r of an image with the pixels x:

- `height`: h = height - median(line); spread s_r = max(median |h|, 3 median |h_r - h_(r-1)|). The
  scale S starts as the median of s over the first {START_LINES} lines (for which h_r - h_(r-1) of
  the first line is left out) and then follows S <- S + {RATE} (s_r - S), from line {START_LINES}
  on. The plane is asinh(h / S) / 1.5.
- `log_amplitude`: q = amplitude / A, clipped to 0..30, where A starts as the median of the first
  {START_LINES} line medians and follows them in the same way. The plane is log(q + {LOG_OFFSET}).
- `cos_phase`, `sin_phase`: cos and sin of the phase, times q / (q + {PHASE_KNEE}) (times 1 without
  an amplitude): where there is no response, the phase is noise. Any offset of the phase will do.
- `has_height`, `has_amplitude`, `has_phase`: 1 where there is a reading, else 0. A channel that was
  not recorded is 0 in all its planes; so is a pixel without a reading.{_RAISED if raised else ""}

## Output

The probability of each class: {names}. Near the edge of a tile ({shape_of(card).lag} px) it depends
on what lies beyond it. A pixel is drawn where all walls and boundaries together are more probable
than {card.decision.any_threshold:g}, as the likeliest of them, else as a topography edge where
that is more probable than {card.decision.edge_threshold:g}.

## Validation

Scores as the model's card has them ("validation": real scans, else simulated ones). Check the model
on labelled scans of your own, that it has not learned from: `ai-afm evaluate`, line F1 at 2 px.
"""
    return about + "\n".join(table) + "\n"


def yaml(value: Any, indent: int = 0) -> str:
    """Return plain values (mappings, sequences, text, numbers, truth values, `None`) as YAML.

    Examples
    --------
    >>> print(yaml({"a": [1, {"b": "x: y", "c": []}], "d": None}), end="")
    a:
    - 1
    - b: "x: y"
      c: []
    d: null
    """
    pad = "  " * indent
    if isinstance(value, Mapping) and value:
        return "".join(f"{pad}{key}:{_below(item, indent)}" for key, item in value.items())
    if isinstance(value, list | tuple) and value:
        parts = (yaml(item, indent + 1) for item in value)
        return "".join(f"{pad}- {part.removeprefix(pad + '  ')}" for part in parts)
    # JSON's scalars, and empty brackets, are YAML's, but for characters beyond 16 bits
    text = json.dumps(value, allow_nan=False)
    return f"{pad}{_PAIR.sub(_long_escape, text)}\n"


def _long_escape(pair: re.Match[str]) -> str:
    """Return the one escape that YAML wants for the two of JSON."""
    character: str = json.loads('"' + pair[0] + '"')
    return f"\\U{ord(character):08x}"


def _below(item: Any, indent: int) -> str:
    if isinstance(item, Mapping) and item:
        return "\n" + yaml(item, indent + 1)
    if isinstance(item, list | tuple) and item:
        return "\n" + yaml(item, indent)
    return " " + yaml(item)
