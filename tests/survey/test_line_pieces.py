from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.survey.line_pieces import pieces_of

N = 90


def along(**runs):
    """Probabilities of classes along a line of 90 px, `c2=(0.8, 30)`: 0.8 from 0 to 30, else 0."""
    result = {}
    for key, steps in runs.items():
        values = np.zeros(N, np.float32)
        start = 0
        for value, stop in zip(steps[::2], steps[1::2], strict=True):
            values[start:stop] = value
            start = stop
        result[int(key[1:])] = values
    return result


def pieces_of_one(probabilities, naming):
    (pieces,) = pieces_of(probabilities, np.array([0, len(probabilities[2])]), naming, 12)
    return pieces


def named(probabilities, naming=0.6):
    (pieces,) = pieces_of(probabilities, np.array([0, N]), naming, 12)
    return [(p.first, p.last, p.code) for p in pieces]


def test_each_of_many_lines_is_named_as_if_it_were_alone():
    lines = [
        along(c1=(0.1, N), c2=(0.8, 40, 0.0, N), c3=(0.0, 40, 0.8, N), c4=(0.0, N)),
        along(c1=(0.2, N), c2=(0.1, N), c3=(0.6, N), c4=(0.0, N)),
        along(c1=(0.1, N), c2=(0.1, N), c3=(0.0, N), c4=(0.0, 60, 0.7, N)),
    ]
    together = {c: np.concatenate([line[c] for line in lines]) for c in range(1, 5)}
    found = pieces_of(together, np.array([0, N, 2 * N, 3 * N]), 0.6, 12)
    alone = [pieces_of(line, np.array([0, N]), 0.6, 12)[0] for line in lines]
    assert [len(pieces) for pieces in found] == [2, 1, 2]
    assert found == alone


def test_a_wall_that_turns_into_another_type_has_one_code_per_piece():
    line = along(c1=(0.1, N), c2=(0.8, 40, 0.0, N), c3=(0.0, 40, 0.8, N))
    found = named(line)
    assert [code for _, _, code in found] == [2, 3]
    assert found[0][1] == found[1][0] == pytest.approx(40, abs=5)
    assert (found[0][0], found[-1][1]) == (0, N - 1)


def test_a_type_that_flickers_is_that_of_the_whole():
    line = along(c1=(0.1, N), c2=(0.8, 30, 0.1, 36, 0.8, N), c3=(0.0, 30, 0.7, 36, 0.0, N))
    assert named(line) == [(0, N - 1, 2)]


def test_a_type_needs_its_share():
    assert named(along(c1=(0.2, N), c2=(0.7, N)))[0][2] == 2
    assert named(along(c1=(0.4, N), c2=(0.5, N)))[0][2] == 1
    assert named(along(c1=(0.4, N), c2=(0.5, N)), naming=0.5)[0][2] == 2


def test_what_may_be_a_boundary_counts_against_a_type():
    sure = along(c2=(0.5, N), c3=(0.05, N), c4=(0.1, N))
    unsure = along(c2=(0.5, N), c3=(0.05, N), c4=(0.4, N))
    assert named(sure)[0][2] == 2
    assert named(unsure)[0][2] == 1


def test_a_wavering_network_does_not_name_a_short_piece():
    values = np.where(np.arange(14) % 7 < 4, 0.95, 0.15).astype(np.float32)
    steady = np.full(14, values.mean(), np.float32)
    rest = {2: values, 3: (1 - values).astype(np.float32)}
    assert pieces_of_one(rest, 0.55)[0].code == 1
    assert pieces_of_one({2: steady, 3: 1 - steady}, 0.55)[0].code == 2


def test_a_model_that_knows_no_types_names_none():
    assert named(along(c1=(0.9, N), c4=(0.05, N))) == [(0, N - 1, 1)]
    assert named(along(c1=(0.1, N), c4=(0.8, N))) == [(0, N - 1, 4)]
    assert named(along(c4=(0.8, N))) == [(0, N - 1, 4)]


def test_the_probability_of_an_unnamed_wall_is_that_of_all_types():
    (piece,) = pieces_of_one(along(c1=(0.3, N), c2=(0.4, N), c3=(0.2, N)), 0.6)
    assert piece.code == 1
    assert piece.probability == pytest.approx(0.9)


@given(st.lists(st.sampled_from([1, 2, 3, 4]), min_size=1, max_size=120))
@settings(max_examples=60, deadline=None)
def test_pieces_follow_each_other_without_gap_and_last(codes):
    values = {
        c: np.array([0.9 if c == k else 0.02 for k in codes], np.float32) for c in range(1, 5)
    }
    pieces = pieces_of_one(values, 0.6)
    assert pieces[0].first == 0
    assert pieces[-1].last == len(codes) - 1
    assert all(a.last == b.first for a, b in pairwise(pieces))
    if len(pieces) > 1:
        assert all(p.last - p.first >= 11 for p in pieces)
