"""The card of a model: what it is, where it comes from, how it decides, how good it is."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ai_afm.image.normalise import RAISED

FORMAT = 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NetworkCard(_Strict):
    """Shape of the network and what its planes mean."""

    inputs: tuple[str, ...]
    """Input planes, in order."""
    classes: tuple[int, ...]
    """Class code of each output plane."""
    width: int = Field(gt=0, le=256)
    depth: int = Field(gt=0, le=6)

    @property
    def raised(self) -> bool:
        """Whether its planes show amplitude and phase with raised contrast."""
        return self.inputs == RAISED


class DecisionCard(_Strict):
    """How probabilities become labels; everything was chosen on simulated validation data."""

    temperature: float = Field(gt=0)
    """Logits are divided by this (Guo et al. 2017, arXiv:1706.04599)."""
    any_threshold: float = Field(gt=0, lt=1)
    """A pixel is drawn when wall and boundary together are more probable than this."""
    edge_threshold: float = Field(gt=0, lt=1)
    """The same for topography edges."""
    min_pixels: int = Field(ge=0)
    """Pieces with fewer pixels are dropped before a mask is thinned."""
    smallest_pixel: float = Field(default=0.0, ge=0)
    """m; a frame with finer pixels is foreign: it shows atoms, whose rows look like boundaries."""


class ModelCard(_Strict):
    """What a model is, where it comes from and how good it is; never changed once written."""

    format: int = FORMAT
    name: str
    version: str
    description: str
    created: str
    """ISO 8601 date of the training."""
    parents: tuple[str, ...] = ()
    """Models ("name@version") whose weights it started from."""
    command: str
    """Command that makes it again."""
    seed: int
    data: str
    """What it was trained on."""
    weights_sha256: str
    network: NetworkCard
    decision: DecisionCard
    training: dict[str, float | int | str] = Field(default_factory=dict)
    """Settings of the training."""
    metrics: dict[str, float] = Field(default_factory=dict)
    """Scores on simulated validation data, by name."""
    validation: dict[str, float] = Field(default_factory=dict)
    """Scores on real scans: seen after every choice was made, used for none."""


def card_text(card: ModelCard) -> str:
    """Return a card as TOML."""
    values = card.model_dump(exclude_none=True)
    plain = {k: v for k, v in values.items() if not isinstance(v, dict)}
    tables = {k: v for k, v in values.items() if isinstance(v, dict)}
    lines = [f"{k} = {toml_value(v)}" for k, v in plain.items()]
    for title, table in tables.items():
        lines += [
            "",
            f"[{title}]",
            *(f"{_key(k)} = {toml_value(v)}" for k, v in table.items()),
        ]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else toml_value(name)


def toml_value(value: Any) -> str:
    """Return a plain value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    return repr(value)
