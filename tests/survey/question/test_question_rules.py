"""Site rules: used once, apart, in blocks of random order."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.survey.question.rules import Placed, breaches, randomised, too_close

DOT = 30e-9


def block(number: int, x: float, first: str = "wall") -> list[Placed]:
    """A wall and a bulk site, 200 nm apart."""
    second = "bulk" if first == "wall" else "wall"
    return [
        Placed(f"{number}{first}", first, f"block {number}", (x, 0.0)),
        Placed(f"{number}{second}", second, f"block {number}", (x, 2e-7)),
    ]


def test_sites_that_keep_the_rules_break_none():
    sites = [s for k in range(5) for s in block(k, 1e-7 * k, ("wall", "bulk")[k % 2])]
    assert breaches(sites, DOT) == ()


def test_a_site_that_is_probed_twice_is_told():
    site = block(0, 0.0)
    found = breaches([*site, *block(1, 1e-6), site[0]], DOT)
    assert any("twice" in b.reason for b in found)


def test_sites_within_three_dots_are_told_with_their_distance():
    found = breaches([*block(0, 0.0), *block(1, 8.9e-8)], DOT)
    assert [b.sites for b in found] == [("0wall", "1wall"), ("0bulk", "1bulk")]
    assert "89 nm" in found[0].reason


def test_exactly_three_dots_are_enough():
    assert too_close([(0.0, 0.0), (3 * DOT, 0.0)], DOT) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e-6, 1e-6), st.floats(-1e-6, 1e-6)), max_size=12))
def test_too_close_is_what_a_look_at_every_pair_finds(places):
    slow = [
        (i, j)
        for i in range(len(places))
        for j in range(i + 1, len(places))
        if math.dist(places[i], places[j]) < 3 * DOT * (1 - 1e-9)
    ]
    assert [(i, j) for i, j, _ in too_close(places, DOT)] == slow


def test_a_block_that_was_interrupted_is_told():
    first, second = block(0, 0.0), block(1, 1e-6)
    found = breaches([first[0], second[0], first[1], second[1]], DOT)
    assert any("interrupted" in b.reason for b in found)


def test_a_block_of_one_arm_is_told():
    found = breaches(block(0, 0.0)[:1], DOT)
    assert [b.reason for b in found] == ["block block 0 holds only wall sites"]


def test_an_order_that_is_always_the_same_is_not_random():
    found = breaches([s for k in range(12) for s in block(k, 1e-6 * k)], DOT)
    assert [b.reason for b in found] == [
        "wall comes first in all of 12 blocks: the order is not random"
    ]


def test_the_random_order_of_a_block_holds_each_site_once():
    rng = np.random.default_rng(0)
    orders = {tuple(randomised(["wall", "bulk", "bulk"], rng)) for _ in range(60)}
    assert len(orders) == 6
    assert all(sorted(o) == [0, 1, 2] for o in orders)
