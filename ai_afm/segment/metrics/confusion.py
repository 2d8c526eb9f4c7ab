"""Which class was drawn where which class is true."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.errors import BadInput
from ai_afm.segment.metrics.chains import Mask, chains
from ai_afm.segment.metrics.lines import distance_to, same_shape, thinned
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode

LINE_CODES: tuple[int, ...] = (
    *(int(code) for code in DOMAIN_WALL_CODES),
    int(ClassCode.GRAIN_BOUNDARY),
    int(ClassCode.TOPOGRAPHY_EDGE),
)
MISSED, INVENTED = "missed", "invented"

Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many line pixels of a class were drawn as which.

    Parameters
    ----------
    codes
        Class codes of the rows (true) and columns (drawn).
    counts
        (codes + 1, codes + 1) int64, rows true, columns drawn. The last column counts true pixels
        with nothing drawn near ("missed"); the last row drawn pixels with nothing true near
        ("invented"); the last element is 0.
    """

    codes: tuple[int, ...]
    counts: NDArray[np.int64]

    def __add__(self, other: "Confusion") -> "Confusion":
        """Pool two frames.

        Raises
        ------
        BadInput
            When they know different classes.
        """
        if self.codes != other.codes:
            raise BadInput(f"confusions of classes {self.codes} and {other.codes} do not add up")
        return Confusion(self.codes, self.counts + other.counts)

    def wall_vs_boundary(self) -> float | None:
        """Return the share of found wall and boundary pixels drawn as the other of the two.

        `None` where no wall or boundary pixel was found as either.
        """
        walls = [i for i, c in enumerate(self.codes) if c in DOMAIN_WALL_CODES]
        bounds = [i for i, c in enumerate(self.codes) if c == ClassCode.GRAIN_BOUNDARY]
        both = walls + bounds
        found = int(self.counts[np.ix_(both, both)].sum())
        wrong = self.counts[np.ix_(walls, bounds)].sum() + self.counts[np.ix_(bounds, walls)].sum()
        return float(wrong) / found if found else None

    def rows(self) -> dict[str, dict[str, int]]:
        """Return the counts by name: `rows()["2"]["missed"]`."""
        names = [str(code) for code in self.codes]
        return {
            true: {
                drawn: int(count)
                for drawn, count in zip([*names, MISSED], line, strict=True)
                if (true, drawn) != (INVENTED, MISSED)
            }
            for true, line in zip([*names, INVENTED], self.counts, strict=True)
        }


def type_confusion(
    drawn: Codes,
    true: Codes,
    ignore: Mask,
    tolerance: float,
    codes: Sequence[int] = LINE_CODES,
) -> Confusion:
    """Count the class that was drawn near each true line pixel.

    Near a true pixel the nearest drawn pixel decides; of equally near ones the right class, if it
    is among them.

    Parameters
    ----------
    drawn, true
        (lines, pixels) uint8: the class code on 1-px lines, 0 elsewhere; see `coded_lines`.
    ignore
        (lines, pixels) bool: pixels that are not counted.
    tolerance
        Distance up to which a line counts as found, px.
    codes
        Classes that are counted; pixels of other codes are no lines.
    """
    same_shape(drawn, true, ignore)
    known = tuple(int(code) for code in codes)
    here, there = (np.where(np.isin(image, known), image, 0) for image in (drawn, true))
    counts = np.zeros((len(known) + 1,) * 2, np.int64)
    nearest, distance = _nearest_code(here)
    found = distance <= tolerance + 1e-3
    for row, code in enumerate(known):
        asked = (there == code) & ~ignore
        said = nearest[asked]
        said[distance_to(here == code)[asked] <= distance[asked] + 1e-3] = code
        for column, other in enumerate(known):
            counts[row, column] = np.sum(found[asked] & (said == other))
        counts[row, -1] = np.sum(~found[asked])
    far = distance_to(there > 0) > tolerance + 1e-3
    for column, code in enumerate(known):
        counts[-1, column] = np.sum((here == code) & ~ignore & far)
    return Confusion(known, counts)


def coded_lines(label: Codes, codes: Sequence[int], min_pixels: int = 0) -> Codes:
    """Thin the lines of a label image, one class per segment.

    All classes are thinned as one mask, so that a class which changes along a line does not break
    it; a segment (from junction or end to the next) takes the code of most of its pixels.

    Parameters
    ----------
    label
        (lines, pixels) uint8 class codes.
    codes
        Classes that are lines here.
    min_pixels
        Smaller pieces are dropped first.

    Returns
    -------
    lines
        (lines, pixels) uint8: the code on 1-px lines, 0 elsewhere.
    """
    skeleton = thinned(np.isin(label, codes), min_pixels)
    result = np.where(skeleton, label, 0).astype(np.uint8)
    for chain in chains(skeleton):
        at = tuple(chain.pixels.T)
        result[at] = np.bincount(label[at]).argmax()
    return result


def _nearest_code(lines: Codes) -> tuple[Codes, NDArray[np.float32]]:
    """Return the code of the nearest line pixel and its distance, px (infinite without lines)."""
    if not lines.any():
        return np.zeros_like(lines), np.full(lines.shape, np.inf, np.float32)
    distance, index = ndimage.distance_transform_edt(lines == 0, return_indices=True)
    return lines[tuple(index)], np.asarray(distance, np.float32)
