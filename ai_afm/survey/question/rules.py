"""The rules that make sites independent, as a checker that knows nothing but the sites.

A probe writes a dot and moves walls around it. A site is therefore used once, lies at least three
radii of a measured dot from every other, and is probed within a block whose order is random.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from scipy.spatial import KDTree

from ai_afm.types import Point

RADII = 3.0
"""Least distance of two sites in radii of a measured written dot."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A site in the order of probing.

    Parameters
    ----------
    name
        Used once.
    arm, block
        What it belongs to.
    position
        Where on the sample, m, drift taken out.
    """

    name: str
    arm: str
    block: str
    position: Point


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken rule: the sites concerned, and what is wrong in words."""

    sites: tuple[str, ...]
    reason: str


def breaches(sites: Sequence[Placed], dot_radius: float) -> tuple[Breach, ...]:
    """Return every broken rule of sites in their order of probing.

    Parameters
    ----------
    sites
        In the order in which they were (or will be) probed.
    dot_radius
        Radius of a dot that the waveform writes, measured on a sacrificial spot, m.
    """
    return (
        *_twice(sites),
        *(
            Breach(
                (sites[i].name, sites[j].name),
                f"{1e9 * distance:.0f} nm apart, less than {RADII:g} dots of"
                f" {1e9 * dot_radius:.0f} nm",
            )
            for i, j, distance in too_close([s.position for s in sites], dot_radius)
        ),
        *_blocks(sites),
    )


def too_close(positions: Sequence[Point], dot_radius: float) -> list[tuple[int, int, float]]:
    """Return the pairs (i < j) of positions closer than three dot radii, with their distance, m."""
    if len(positions) < 2:
        return []
    least = RADII * dot_radius
    places = np.asarray(positions, float)
    found = KDTree(places).query_pairs(least * (1 - 1e-9), output_type="ndarray")
    pairs = sorted((int(min(p)), int(max(p))) for p in found)
    return [(i, j, math.dist(positions[i], positions[j])) for i, j in pairs]


def randomised(arms: Sequence[str], rng: np.random.Generator) -> list[int]:
    """Return the random order in which the sites of one block are probed, as their indices."""
    return [int(i) for i in rng.permutation(len(arms))]


def _twice(sites: Sequence[Placed]) -> list[Breach]:
    seen: set[str] = set()
    again = []
    for site in sites:
        if site.name in seen:
            again.append(Breach((site.name,), "probed twice; later loops are not native"))
        seen.add(site.name)
    return again


def _blocks(sites: Sequence[Placed]) -> list[Breach]:
    """Check that blocks are probed in one piece, hold two arms, and do not all run alike."""
    runs = [(block, list(part)) for block, part in groupby(sites, key=lambda s: s.block)]
    found, seen = [], set()
    orders = []
    for block, part in runs:
        names = tuple(s.name for s in part)
        if block in seen:
            found.append(Breach(names, f"block {block} was interrupted by another"))
        seen.add(block)
        arms = tuple(s.arm for s in part)
        if len(set(arms)) < 2:
            found.append(Breach(names, f"block {block} holds only {arms[0]} sites"))
        else:
            orders.append(arms[0])
    # one arm first in 12 of 12 blocks happens by chance once in 2000 runs
    if len(orders) >= 12 and len(set(orders)) == 1:
        reason = f"{orders[0]} comes first in all of {len(orders)} blocks: the order is not random"
        found.append(Breach((), reason))
    return found
