"""How far something is: told often enough, not too often, and to its end."""

from ai_afm.flywheel.headway import EVERY, Headway


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_what_is_done_is_told_now_and_then_with_the_time_to_go():
    clock, said = Clock(), []
    headway = Headway(said.append, clock)
    headway.begin("crops", 10)
    for _ in range(10):
        clock.now += EVERY / 2
        headway.step()
    assert said[0] == "crops: 0 of 10"
    assert said[1] == f"crops: 2 of 10, {8 * EVERY / 2:.0f} s to go"
    assert len(said) == 6
    assert said[-1] == "crops: 10 of 10"


def test_what_is_done_at_once_is_told_twice():
    said = []
    headway = Headway(said.append, Clock())
    headway.begin("crops", 1000)
    for _ in range(1000):
        headway.step()
    assert said == ["crops: 0 of 1000", "crops: 1000 of 1000"]
