"""A small model with random weights, for everything that does not depend on what it has learned."""

from collections.abc import Mapping

import numpy as np
import torch

from ai_afm.image.normalise import PLANES
from ai_afm.segment.model_file import (
    NETWORK,
    OUTSIDE,
    DecisionCard,
    ModelCard,
    NetworkCard,
)
from ai_afm.segment.outside import SETS, Judge, PieceNetwork
from ai_afm.segment.unet import Architecture, UNet
from ai_afm.types import (
    Channel,
    Direction,
    FloatImage,
    Frame,
    Measurement,
    ScanRegion,
    ScanRequest,
)


def small_card(**changes: object) -> ModelCard:
    card = ModelCard(
        name="tiny",
        version="0.1.0",
        description='a net with "quotes"\nand two lines',
        created="2026-01-01",
        command="none",
        seed=0,
        data="nothing: random weights",
        weights_sha256="",
        network=NetworkCard(inputs=PLANES, classes=(0, 1, 4, 5), width=4, depth=3),
        decision=DecisionCard(
            temperature=1.3, any_threshold=0.5, edge_threshold=0.5, min_pixels=12
        ),
        training={"steps": 0, "learning_rate": 1e-3, "torch": "any"},
        metrics={"f1": 0.5},
    )
    return card.model_copy(update=changes)


def small_arrays(seed: int = 0, limit: float = 1e3) -> dict[str, np.ndarray]:
    torch.manual_seed(seed)
    network = UNet(Architecture(7, 4, 4, 3))
    judge = Judge(PieceNetwork().eval().requires_grad_(False), np.full(SETS, limit))
    weights = {NETWORK + n: v.numpy() for n, v in network.state_dict().items()}
    return {**weights, **judge.arrays(OUTSIDE)}


def frame_of(channels: Mapping[str, FloatImage], pixel_size: tuple[float, float]) -> Frame:
    """Wrap finished images, (lines, pixels) each, as a frame that was scanned downwards."""
    shape = next(iter(channels.values())).shape
    known = [s if np.isfinite(s) and s > 0 else 1.0 for s in pixel_size]
    region = ScanRegion((0.0, 0.0), (known[1] * shape[1], known[0] * shape[0]))
    units = {"height": "m", "phase": "rad"}
    return Frame(
        request=ScanRequest(region, (shape[0], shape[1]), line_rate=1.0),
        data={(name, Direction.TRACE): image for name, image in channels.items()},
        channels=tuple(Channel(name, units.get(name, "arb")) for name in channels),
        scanned={Direction.TRACE: np.ones(shape[0], np.bool_)},
        measurement=Measurement(),
    )
