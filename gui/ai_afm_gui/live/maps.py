"""The colour maps of the views as pixels; each has 256 entries."""

import numpy as np
import pyqtgraph as pg

from ai_afm_gui.live.channels import Map
from ai_afm_gui.live.picture import Pixels, packed


def tables() -> dict[Map, Pixels]:
    """Return each colour map as (256,) pixels."""
    return {m: packed(np.asarray(_table(m), np.uint8)) for m in Map}


def _table(which: Map) -> object:
    return pg.colormap.get(which.value).getLookupTable(0.0, 1.0, 256)
