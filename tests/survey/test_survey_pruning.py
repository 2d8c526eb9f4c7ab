import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.survey.pruning import Judgement, prune
from ai_afm.survey.skeleton import nodes_of, pieces, thin, trace


def drawn(*rows):
    """Return a mask from rows of text, `#` for what is set."""
    return np.array([[character == "#" for character in row] for row in rows])


def test_a_short_side_branch_goes_and_one_at_the_edge_stays():
    skeleton = np.zeros((20, 41), bool)
    skeleton[12], skeleton[9:12, 20] = True, True
    thickness = np.ones(skeleton.shape, np.float32)
    nowhere = np.zeros(skeleton.shape, bool)
    keep = nowhere.copy()
    keep[:, [0, -1]] = True
    chains = prune(trace(skeleton), Judgement(thickness, 4.0, keep, nowhere))
    assert len(chains) == 1
    assert sorted(chains.pixels.tolist()) == [[12, column] for column in range(41)]
    assert chains.degree.tolist() == [[1, 1]]
    keep[9, 20] = True
    chains = prune(trace(skeleton), Judgement(thickness, 4.0, keep, nowhere))
    assert len(chains) == 3


def bare(shape):
    """Return a judgement by length alone: spurs of up to 3 px go."""
    nowhere = np.zeros(shape, bool)
    return Judgement(np.zeros(shape, np.float32), 4.0, nowhere, nowhere)


def test_a_ring_without_its_spur_is_closed():
    skeleton = drawn(
        "..........", "...####...", "..#....#..", "..#....##.", "..#....#.#", "...####..."
    )
    chains = prune(trace(skeleton), bare(skeleton.shape))
    assert chains.closed.tolist() == [True]
    assert sorted(chains.pixels.tolist()) == sorted(
        pixel for pixel in np.argwhere(skeleton).tolist() if pixel not in ([3, 8], [4, 9])
    )
    assert (np.abs(np.diff(chains.pixels, axis=0)).max(axis=1) == 1).all()


def test_a_line_that_lost_two_spurs_is_one_chain_in_order():
    skeleton = np.zeros((9, 40), bool)
    skeleton[4] = True
    skeleton[2:4, 10] = skeleton[5:7, 27] = True
    chains = prune(trace(skeleton), bare(skeleton.shape))
    assert chains.pixels[:, 1].tolist() in (list(range(40)), list(range(39, -1, -1)))
    assert chains.lengths.tolist() == [39]


@given(st.integers(0, 10**6), st.floats(0.1, 0.5))
@settings(max_examples=40, deadline=None)
def test_pruned_chains_are_those_of_what_they_leave(seed, share):
    shape = (23, 31)
    chains = trace(thin(np.random.default_rng(seed).random(shape) < share))
    left = prune(chains, bare(shape))
    numbers, pixels = nodes_of(left)
    branches = np.bincount(numbers[~left.closed].ravel(), minlength=len(pixels))
    assert (left.degree[~left.closed] == branches[numbers[~left.closed]]).all()
    assert not (branches == 2).any()
    assert (left.degree[left.closed] == 2).all()
    steps = np.abs(np.diff(left.pixels, axis=0)).max(axis=1)
    assert (np.delete(steps, left.starts[1:-1] - 1) == 1).all()
    assert {tuple(p) for p in left.pixels.tolist()} <= {tuple(p) for p in chains.pixels.tolist()}
    piece, sizes = pieces(left)
    for n, size in enumerate(sizes.tolist()):
        assert len(np.unique(left.only(piece == n).pixels, axis=0)) == size
