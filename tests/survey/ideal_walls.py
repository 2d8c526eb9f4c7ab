"""What an ideal network would say of lines whose distance from every pixel is known."""

from itertools import pairwise

import numpy as np
from scipy import ndimage

from ai_afm import geometry
from ai_afm.types import ScanRegion, Segmentation, SlowDirection, WallNetwork


def ideal(labels, classes=(2, 3, 4), slow=SlowDirection.DOWN):
    """Return the segmentation of true labels: bands of 3 px, a little blurred, 0.98 at the top."""
    planes = np.zeros((len(classes), *labels.shape))
    for k, code in enumerate(classes):
        if (labels == code).any():
            away = ndimage.distance_transform_edt(labels != code)
            planes[k] = 0.98 * np.clip(2.0 - away, 0, 1)
    planes = ndimage.gaussian_filter(planes, (0, 0.7, 0.7))
    planes /= np.maximum(1, planes.sum(axis=0))
    probability = np.concatenate([1 - planes.sum(axis=0, keepdims=True), planes])
    codes = (0, *classes)
    label = np.array(codes, np.uint8)[probability.argmax(axis=0)]
    top = (1 - probability.max(axis=0)).astype(np.float32)
    return Segmentation(
        probability.astype(np.float32), codes, label, top, "ideal@1", "0" * 64, len(labels), slow
    )


def drawn(network: WallNetwork, region: ScanRegion, shape):
    """Return the labels of a true network: class codes on the pixels next to each line."""
    labels = np.zeros(shape, np.uint8)
    step = 0.25 * min(region.size[0] / shape[1], region.size[1] / shape[0])
    for wall in network.walls:
        ring = np.vstack([wall.points, wall.points[:1]]) if wall.closed else wall.points
        for a, b in pairwise(ring):
            t = np.linspace(0, 1, int(np.hypot(*(b - a)) / step) + 2)[:, None]
            rows, columns = geometry.sample_to_pixel(region, shape, *(a + t * (b - a)).T)
            r, c = np.round(rows).astype(int), np.round(columns).astype(int)
            inside = (r >= 0) & (r < shape[0]) & (c >= 0) & (c < shape[1])
            labels[r[inside], c[inside]] = wall.code
    return labels
