"""Where a model is not sure over more than the flank of a wall: spots worth a closer look."""

import numpy as np
from scipy import ndimage

from ai_afm import geometry
from ai_afm.survey.tracing import valid_rows
from ai_afm.types import ScanRegion, Segmentation

SCALE = 3.0
"""Standard deviation of the average of the uncertainty, px: wider than the flank of a wall."""


def uncertain_spots(
    segmentation: Segmentation, region: ScanRegion, most: int = 8, least: float = 0.25
) -> list[list[float]]:
    """Return the places of highest mean uncertainty, as a run notes them beside an observation.

    Parameters
    ----------
    segmentation
        What the model saw.
    region
        Where the frame lies.
    most
        Number of places.
    least
        Mean uncertainty below which a place is not worth it.

    Returns
    -------
    list of [x, y, uncertainty]
        Sample coordinates in m and mean uncertainty 0..1, highest first; for
        `Observation.notes["uncertain"]`. At least 4 times `SCALE` pixels apart.
    """
    known = np.isfinite(segmentation.uncertainty) & valid_rows(segmentation)[:, None]
    filled = np.where(known, segmentation.uncertainty, 0.0).astype(float)
    weight = ndimage.gaussian_filter(known.astype(float), SCALE)
    # beside unscanned rows the average is of few pixels: there it says little
    mean = ndimage.gaussian_filter(filled, SCALE) / np.maximum(weight, 0.5)
    highest = ndimage.maximum_filter(mean, int(4 * SCALE))
    rows, columns = np.nonzero((mean == highest) & (mean >= least) & known)
    order = np.argsort(-mean[rows, columns], kind="stable")[:most]
    rows, columns = rows[order], columns[order]
    x, y = geometry.pixel_to_sample(region, segmentation.label.shape, rows, columns)
    return [
        [float(a), float(b), float(c)] for a, b, c in zip(x, y, mean[rows, columns], strict=True)
    ]
