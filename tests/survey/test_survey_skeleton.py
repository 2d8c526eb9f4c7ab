import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.survey.skeleton import thin, trace


def drawn(*rows):
    """Return a mask from rows of text, `#` for what is set."""
    return np.array([[character == "#" for character in row] for row in rows])


def test_a_skeleton_is_cut_at_its_junction():
    chains = trace(drawn("...#...", "...#...", "#######", ".......")[:, :7])
    assert len(chains) == 3
    assert not chains.closed.any()
    ends = {tuple(pixel) for pixel in [*chains.first.tolist(), *chains.last.tolist()]}
    assert ends == {(2, 3), (0, 3), (2, 0), (2, 6)}
    assert sorted(np.sort(chains.degree, axis=1).tolist()) == [[1, 3]] * 3
    assert sorted(chains.lengths.tolist()) == [2, 3, 3]


def test_a_ring_is_closed_and_has_no_ends():
    chains = trace(drawn(".......", "..##...", ".#..#..", "..##...", "......."))
    assert chains.closed.tolist() == [True]
    assert chains.sizes.tolist() == [6]
    # the way back to the first pixel is not part of it
    assert chains.lengths == pytest.approx([1 + 1 + 3 * math.sqrt(2)])


def test_lonely_pixels_and_empty_frames_have_no_chains():
    assert len(trace(np.zeros((4, 9), bool))) == 0
    assert len(trace(drawn(".....", ".#...", "....#"))) == 0


def test_some_chains_are_as_they_are_among_all():
    chains = trace(drawn("###..#", ".....#", "##...#", "......", "######"))
    some = chains.only(np.array([True, False, True, False]))
    assert some.sizes.tolist() == chains.sizes[[0, 2]].tolist()
    assert some.first.tolist() == chains.first[[0, 2]].tolist()
    assert some.last.tolist() == chains.last[[0, 2]].tolist()
    assert some.lengths.tolist() == chains.lengths[[0, 2]].tolist()


@given(st.integers(0, 10**6), st.floats(0.2, 0.6))
@settings(max_examples=40, deadline=None)
def test_chains_are_made_of_neighbours_and_share_nothing_but_nodes(seed, share):
    skeleton = thin(np.random.default_rng(seed).random((23, 31)) < share)
    chains = trace(skeleton)
    inner = []
    for a, b, closed in zip(chains.starts, chains.starts[1:], chains.closed, strict=False):
        pixels = chains.pixels[a:b]
        assert (np.abs(np.diff(pixels, axis=0)).max(axis=1) == 1).all()
        inner += [tuple(pixel) for pixel in (pixels if closed else pixels[1:-1]).tolist()]
    assert len(inner) == len(set(inner))
    assert skeleton[tuple(chains.pixels.T)].all()
    ends = {tuple(pixel) for pixel in np.concatenate([chains.first, chains.last]).tolist()}
    covered = set(inner) | ends
    # the rest has no neighbours
    alone = {tuple(pixel) for pixel in np.argwhere(skeleton).tolist()} - covered
    assert all(skeleton[max(r - 1, 0) : r + 2, max(c - 1, 0) : c + 2].sum() == 1 for r, c in alone)


def test_rings_come_last_and_are_walked_once_around():
    chains = trace(drawn("..#.......", ".#.#...#..", "..#...#.#.", ".......#..", "###......."))
    assert chains.closed.tolist() == [False, True, True]
    assert chains.sizes.tolist() == [3, 4, 4]
    assert chains.first.tolist() == [[4, 0], [0, 2], [1, 7]]
    steps = [
        np.diff(np.vstack([ring, ring[:1]]), axis=0) for ring in np.split(chains.pixels[3:], 2)
    ]
    assert (np.abs(steps) == 1).all()


def test_two_nodes_side_by_side_are_one_chain():
    joined = trace(drawn("#....#", ".#..#.", "..##..", ".#..#.", "#....#"))
    between = np.flatnonzero((joined.degree == 3).all(axis=1))
    assert joined.sizes[between].tolist() == [2]
    assert len(joined) == 5
