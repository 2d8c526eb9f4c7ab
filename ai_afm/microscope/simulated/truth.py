"""The true walls of a region as polylines in metres, with junctions, needle tips and grains."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ai_afm.microscope.simulated.fields import Float64
from ai_afm.microscope.simulated.layers import Layers
from ai_afm.types import ScanRegion, WallNetwork


def true_network(layers: Layers, region: ScanRegion) -> WallNetwork:
    return WallNetwork(region, ())
