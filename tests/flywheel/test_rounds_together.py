"""A round that processes do together: the same as alone; two of them are in the tests of DDP."""

from dataclasses import replace

import pytest
import round_factory as factory
import torch
from torch import distributed

from ai_afm.errors import BadInput
from ai_afm.flywheel.distributed.group import Group
from ai_afm.flywheel.rounds.learn import learn
from ai_afm.flywheel.rounds.together import Together, help_out

SHAPE = (24, 40)
OWN = factory.drawn(1, 0, 3, SHAPE)
OTHERS = factory.drawn(2, 0, 4, SHAPE)
EXACT = replace(factory.QUICK, steps=3, dtype="float32")


@pytest.fixture
def group(tmp_path):
    """The group of this process alone."""
    distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path / 'meet'}", rank=0, world_size=1
    )
    yield Group(0, 1)
    distributed.destroy_process_group()


def test_a_group_of_one_learns_what_one_process_learns(group):
    job = (EXACT, factory.network(), OWN, OTHERS)
    alone, together = learn(*job).state_dict(), Together(group)(*job).state_dict()
    assert alone.keys() == together.keys()
    assert all(torch.allclose(alone[n], together[n], atol=1e-5) for n in alone)
    start = factory.network().state_dict()
    assert not torch.allclose(start["head.weight"], together["head.weight"], atol=1e-5)


def test_what_makes_no_sense_is_refused_before_the_others_hear_of_it():
    class Silent:
        def told(self, job):
            raise AssertionError("the others were told")

    with pytest.raises(BadInput, match="at least one"):
        Together(Silent())(EXACT, factory.network(), [], OTHERS)


def test_helpers_do_each_job_until_they_are_dismissed(group, monkeypatch):
    # what the first process says: a job, no checkpoint to go on from, and that nothing is left
    said = [(EXACT, factory.network(), OWN, OTHERS, None), None, None]
    monkeypatch.setattr(Group, "told", lambda self, thing: said.pop(0))
    help_out(group)
    assert said == []
