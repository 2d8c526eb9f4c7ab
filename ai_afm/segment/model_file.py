"""Models on disk: `<name>/<version>/` with `weights.safetensors` and `card.toml`; data, not code.

A model is found by its exact "name@version"; one that is missing or does not match its card is an
error, never replaced by another. `<models>/active.toml` names the one to use when none is asked
for. No pickle is ever read.
"""

import hashlib
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from ai_afm.errors import ModelError
from ai_afm.segment.model_card import (
    FORMAT,
    DecisionCard,
    ModelCard,
    NetworkCard,
    card_text,
    toml_value,
)

__all__ = [
    "DecisionCard",
    "ListedModel",
    "LoadedModel",
    "ModelCard",
    "NetworkCard",
    "active_model",
    "card_text",
    "list_models",
    "load_model",
    "network_shapes",
    "read_model",
    "set_active",
    "shipped_models",
    "write_model",
]

WEIGHTS = "weights.safetensors"
CARD = "card.toml"
ACTIVE = "active.toml"
OUTSIDE = "ood."
"""Prefix of the arrays that describe the training data, beside the network's own (`network.`)."""
NETWORK = "network."


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model whose hash, shapes and numbers were checked.

    Parameters
    ----------
    card
        Its card.
    folder
        Where it lies.
    arrays
        Name -> array: `network.*` the weights, `ood.*` statistics of the training data.
    """

    card: ModelCard
    folder: Path
    arrays: Mapping[str, NDArray[np.generic]] = field(repr=False)

    @property
    def spec(self) -> str:
        """Name and version: "name@version"."""
        return f"{self.card.name}@{self.card.version}"

    @property
    def sha256(self) -> str:
        """Hash of the weights' file."""
        return self.card.weights_sha256


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model in a models folder; `fault` says in one line why it cannot be used, else `None`."""

    spec: str
    folder: Path
    active: bool
    card: ModelCard | None = None
    fault: str | None = None


def shipped_models() -> Path:
    """Return the models folder that ships: in the wheel's package, or the checkout's."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "models"
    return inside if inside.is_dir() else package.parent / "models"


def load_model(spec: str | None = None, search: Sequence[Path] = ()) -> LoadedModel:
    """Find a model by its exact name and version, check it, and load it.

    Parameters
    ----------
    spec
        "name@version", or `None` for the active model: the one that the first folder with an
        `active.toml` names.
    search
        Models folders, looked through in order; the shipped one comes last.

    Raises
    ------
    ModelError
        When it is missing (known models are listed), or its files are incomplete, do not match the
        card's hash and shapes, or hold a number that is not finite.
    """
    folders = [*search, shipped_models()]
    wanted = spec if spec is not None else active_model(folders)
    name, _, version = wanted.partition("@")
    parts = (name, version)
    if not all(p and p not in {".", ".."} and not set(p) & set("/\\:") for p in parts):
        raise ModelError(f"{wanted!r} is no model's name; write name@version, {_known(folders)}")
    for root in folders:
        folder = root / name / version
        if folder.is_dir():
            return read_model(folder)
    raise ModelError(f"no model {wanted!r} in {_paths(folders)}; {_known(folders)}")


def active_model(folders: Sequence[Path]) -> str:
    """Return "name@version" of the active model of the first folder that names one.

    Raises
    ------
    ModelError
        When no folder names one, or the pointer cannot be read.
    """
    for root in folders:
        pointer = root / ACTIVE
        if pointer.is_file():
            try:
                spec = tomllib.loads(pointer.read_text(encoding="utf-8"))["model"]
            except (OSError, ValueError, KeyError) as exc:
                raise ModelError(f"{pointer} does not name a model: {exc}") from exc
            return str(spec)
    raise ModelError(f"no {ACTIVE} in {_paths(folders)}; {_known(folders)}")


def list_models(search: Sequence[Path] = ()) -> tuple[ListedModel, ...]:
    """Return all models, the shipped ones last; a broken one is listed with its fault."""
    folders = [*search, shipped_models()]
    try:
        active = active_model(folders)
    except ModelError:
        active = None
    listed: dict[str, ListedModel] = {}
    for root in folders:
        for card_file in sorted(root.glob(f"*/*/{CARD}")):
            folder = card_file.parent
            spec = f"{folder.parent.name}@{folder.name}"
            try:
                card, fault = read_model(folder).card, None
            except ModelError as exc:
                card, fault = None, str(exc)
            # the first folder wins, as in `load_model`
            listed.setdefault(spec, ListedModel(spec, folder, spec == active, card, fault))
    return tuple(listed.values())


def read_model(folder: Path) -> LoadedModel:
    """Read one model folder and check everything that can be checked before its numbers are used.

    Raises
    ------
    ModelError
        See `load_model`.
    """
    card = _read_card(folder)
    try:
        content = (folder / WEIGHTS).read_bytes()
    except OSError as exc:
        raise ModelError(f"model {folder} has no readable {WEIGHTS}: {exc}") from exc
    digest = hashlib.sha256(content).hexdigest()
    if digest != card.weights_sha256:
        raise ModelError(
            f"{folder / WEIGHTS} is not what its card says (sha256 {digest[:12]}, card "
            f"{card.weights_sha256[:12]}): corrupt or tampered with; install the model again"
        )
    arrays = _parse_weights(content, folder)
    _check_arrays(card, arrays, folder)
    return LoadedModel(card, folder, arrays)


def write_model(root: Path, card: ModelCard, arrays: Mapping[str, NDArray[np.generic]]) -> Path:
    """Write a model folder; an existing one is never changed.

    Parameters
    ----------
    root
        Models folder.
    card
        Its `weights_sha256` is filled in here.
    arrays
        See `LoadedModel`.

    Raises
    ------
    ModelError
        When the version exists already, or arrays do not fit the card.
    """
    from safetensors.numpy import save

    folder = root / card.name / card.version
    _check_arrays(card, arrays, folder)
    if folder.exists():
        raise ModelError(f"{folder} exists; a model is never changed: choose another version")
    # safetensors writes a view as it lies in memory, so strides have to be plain (0-d arrays stay
    # 0-d)
    content = save({name: np.array(array, order="C") for name, array in sorted(arrays.items())})
    card = card.model_copy(update={"weights_sha256": hashlib.sha256(content).hexdigest()})
    scratch = folder.with_name(f".{folder.name}.{os.getpid()}")
    scratch.mkdir(parents=True)
    (scratch / WEIGHTS).write_bytes(content)
    (scratch / CARD).write_text(card_text(card), encoding="utf-8", newline="\n")
    scratch.rename(folder)
    return folder


def set_active(root: Path, spec: str) -> None:
    """Let `<root>/active.toml` name a model that can be loaded from there; replaced in one step."""
    load_model(spec, [root])
    scratch = root / f".{ACTIVE}.{os.getpid()}"
    scratch.write_text(f"model = {toml_value(spec)}\n", encoding="utf-8", newline="\n")
    scratch.replace(root / ACTIVE)


def _read_card(folder: Path) -> ModelCard:
    try:
        values = tomllib.loads((folder / CARD).read_text(encoding="utf-8"))
        card = ModelCard.model_validate(values)
    except (OSError, ValueError, ValidationError) as exc:
        raise ModelError(f"model {folder} has no usable {CARD}: {_first_line(exc)}") from exc
    if card.format != FORMAT:
        raise ModelError(f"model {folder} has format {card.format}; this version reads {FORMAT}")
    if (card.name, card.version) != (folder.parent.name, folder.name):
        raise ModelError(f"the card of {folder} is that of {card.name}@{card.version}")
    return card


def _parse_weights(content: bytes, folder: Path) -> dict[str, NDArray[np.generic]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return dict(load(content))
    except (SafetensorError, ValueError, KeyError) as exc:
        raise ModelError(f"{folder / WEIGHTS} cannot be parsed: {_first_line(exc)}") from exc


def _check_arrays(card: ModelCard, arrays: Mapping[str, NDArray[np.generic]], folder: Path) -> None:
    shapes = network_shapes(card.network)
    found = {n.removeprefix(NETWORK): a.shape for n, a in arrays.items() if n.startswith(NETWORK)}
    wrong = sorted(n for n in shapes.keys() | found.keys() if shapes.get(n) != found.get(n))
    if wrong:
        raise ModelError(
            f"weights of {folder} do not fit the card: {wrong[0]} is {found.get(wrong[0])}, "
            f"expected {shapes.get(wrong[0])}"
        )
    bad = sorted(n for n, a in arrays.items() if a.dtype.kind == "f" and not np.isfinite(a).all())
    if bad:
        raise ModelError(f"weights of {folder} are not finite: {bad[0]}")


def network_shapes(card: NetworkCard) -> dict[str, tuple[int, ...]]:
    """Return the shape of every array that a network of this card needs, by name."""
    import torch

    from ai_afm.segment.unet import UNet, architecture_of

    with torch.device("meta"):
        network = UNet(architecture_of(card))
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


def _known(folders: Sequence[Path]) -> str:
    known = sorted(
        {f"{p.parent.parent.name}@{p.parent.name}" for f in folders for p in f.glob(f"*/*/{CARD}")}
    )
    return f"known: {', '.join(known) if known else 'none'}"


def _paths(folders: Sequence[Path]) -> str:
    return ", ".join(str(f) for f in folders)


def _first_line(exc: Exception) -> str:
    return next(iter(str(exc).splitlines()), type(exc).__name__)
