"""Several processes take the steps that one takes, and say so when one of them is gone."""

import json
import subprocess
import sys
from pathlib import Path

import distributed_worker as worker
import pytest
import round_factory
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import distributed, nn

from ai_afm.errors import BadInput, ConfigError, ModelError
from ai_afm.flywheel.distributed import start
from ai_afm.flywheel.distributed.group import Group
from ai_afm.flywheel.distributed.norm import SharedBatchNorm, share_norms
from ai_afm.flywheel.distributed.steps import SharedWatch
from ai_afm.flywheel.rounds.course import Unwatched

HERE = Path(__file__).parent
CLOSE = 1e-4
"""What is asked for; what is found is some 1e-6."""
FEW = 3
"""Steps. AdamW divides each gradient by its size, so that a tiny one of either sign moves a weight
far: one process whose first weights differ in their last digit can be 1e-3 away after 12 steps."""


def difference(weights, others):
    assert weights.keys() == others.keys()
    return max(float((weights[n].double() - others[n].double()).abs().max()) for n in weights)


def together(size, steps, distil, spoil, out):
    """Weights of each of `size` processes that were trained together over gloo."""
    fixed = [str(size), str(out / "place"), str(steps), str(distil), str(spoil), str(out)]
    commands = [[sys.executable, worker.__file__, str(rank), *fixed] for rank in range(size)]
    running = [subprocess.Popen(command, cwd=HERE) for command in commands]
    assert [process.wait(100) for process in running] == [0] * size
    return [torch.load(out / f"{rank}.pt", weights_only=True) for rank in range(size)]


def test_two_processes_equal_one_with_the_same_batch(tmp_path):
    # five examples are no two equal parts, step 1 has a NaN in one part, and a teacher is asked
    first, second = together(2, FEW, 0.5, 1, tmp_path)
    alone = worker.trained(FEW, 0.5, 1)
    assert difference(first, alone) < CLOSE
    assert difference(first, second) == 0
    before = worker.network().state_dict()
    assert max(float((alone[n] - before[n]).abs().max()) for n in alone if "conv" in n) > 3e-4


@pytest.mark.slow
@pytest.mark.parametrize(("size", "distil"), [(2, 0.0), (3, 0.5), (5, 0.5)])
def test_any_number_of_processes_equals_one(size, distil, tmp_path):
    alone = worker.trained(FEW, distil)
    for weights in together(size, FEW, distil, -1, tmp_path):
        assert difference(weights, alone) < CLOSE


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 40))
def test_parts_are_the_whole_and_nearly_equal(size, more, corrected):
    count = size + more
    batch = worker.Batch(torch.arange(count), torch.arange(count), min(corrected, count))
    parts = [Group(rank, size).share(batch) for rank in range(size)]
    assert torch.cat([p.planes for p in parts]).tolist() == list(range(count))
    lengths = [len(p.planes) for p in parts]
    assert max(lengths) - min(lengths) <= 1
    own = [n for p in parts for n in p.planes[: p.corrected].tolist()]
    assert own == list(range(batch.corrected))


def test_more_processes_than_examples_are_refused():
    with pytest.raises(BadInput, match="a batch of 4 cannot be shared by 5"):
        Group(0, 5).part(4)


@pytest.fixture
def one(tmp_path):
    """A group of this process alone, with everything that a group of several has."""
    place = f"file://{tmp_path / 'place'}"
    distributed.init_process_group("gloo", init_method=place, rank=0, world_size=1)
    yield Group(0, 1)
    distributed.destroy_process_group()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_shared_batch_norm_is_batch_norm(one, dtype):
    torch.manual_seed(1)
    plain = nn.BatchNorm2d(3, eps=1e-3, momentum=0.3)
    nn.init.uniform_(plain.weight, 0.5, 2)
    nn.init.normal_(plain.bias)
    shared = SharedBatchNorm(nn.BatchNorm2d(3, eps=1e-3, momentum=0.3), one)
    shared.load_state_dict(plain.state_dict())
    x = (100 + 2 * torch.randn(2, 3, 6, 10)).to(dtype)
    upwards = torch.randn(2, 3, 6, 10).to(dtype)
    found = []
    for layer in (plain, shared):
        own = x.clone().contiguous(memory_format=torch.channels_last).requires_grad_()
        out = layer.train()(own)
        out.backward(upwards)
        still = layer.eval()(x)
        found.append((out, own.grad, layer.weight.grad, layer.bias.grad, still))
    coarse = 3e-2 if dtype is torch.bfloat16 else 1e-5
    for is_, should in zip(found[1], found[0], strict=True):
        assert is_.dtype == should.dtype
        torch.testing.assert_close(is_.float(), should.float(), rtol=coarse, atol=coarse)
    for name, buffer in shared.named_buffers():
        torch.testing.assert_close(buffer, plain.get_buffer(name))


def test_names_of_weights_stay_when_norms_are_shared(one):
    network = worker.network()
    before = network.state_dict()
    share_norms(network, one)
    assert difference(network.state_dict(), before) == 0
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    assert norms
    assert all(isinstance(m, SharedBatchNorm) for m in norms)


def test_a_process_that_is_gone_is_told_in_words(monkeypatch):
    def broken(*given, **more):
        raise RuntimeError("Connection closed by peer")

    for name in ("all_reduce", "all_gather", "broadcast_object_list"):
        monkeypatch.setattr(distributed, name, broken)
    group = Group(0, 2)
    for call in (
        lambda: group.total(torch.ones(3)),
        lambda: group.moments(torch.ones(2, 3, 4, 5)),
        lambda: group.told("x"),
    ):
        with pytest.raises(ModelError, match="another process of this training is gone"):
            call()


class Listening(Unwatched):
    """A watch that notes what it is asked."""

    def __init__(self):
        self.heard = []

    def newest(self):
        self.heard.append("newest")
        return "snapshot"

    def keep(self, snapshot):
        self.heard.append("keep")

    def tell(self, report):
        self.heard.append("tell")

    def wait(self):
        self.heard.append("wait")


def test_only_the_first_process_keeps_tells_and_waits(monkeypatch):
    monkeypatch.setattr(Group, "told", lambda self, thing: thing if self.first else "told")
    for rank, heard, newest in (
        (0, ["newest", "keep", "tell", "wait"], "snapshot"),
        (1, [], "told"),
    ):
        watch = Listening()
        shared = SharedWatch(watch, Group(rank, 2))
        assert shared.newest() == newest
        shared.keep(None)
        shared.tell(None)
        shared.wait()
        assert watch.heard == heard


def test_a_follower_works_until_it_is_dismissed(monkeypatch):
    said = [(1, 2), (3, 4), None]
    monkeypatch.setattr(Group, "told", lambda self, thing: said.pop(0))
    worked = []
    start.follow(Group(1, 2), lambda *job: worked.append(job))
    assert worked == [(1, 2), (3, 4)]


def test_without_fabric_it_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install .*dist"), start.open_group(2):
        pass


STARTERS = {
    "by itself": [],
    "torchrun": ["-m", "torch.distributed.run", "--nproc-per-node", "2"],
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("starter", STARTERS.values(), ids=STARTERS.keys())
def test_a_command_becomes_several_processes(starter, tmp_path):
    pytest.importorskip("lightning_fabric", reason="needs the extra [dist]")
    command = [sys.executable, *starter, "distributed_start.py", "2", str(FEW), str(tmp_path)]
    done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, check=True, timeout=200)
    assert done.stdout == b""
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0-2.pt", "1-2.pt"]
    alone = worker.trained(FEW, 0.5)
    for path in tmp_path.iterdir():
        assert difference(torch.load(path, weights_only=True), alone) < CLOSE


@pytest.mark.timeout(240)
def test_a_round_by_two_processes_is_entered_once(tmp_path):
    pytest.importorskip("lightning_fabric", reason="needs the extra [dist]")
    round_factory.a_lab(tmp_path).close()
    lab, exact = str(tmp_path / "lab"), ["--steps", "2", "--devices", "2", "--json"]
    command = [sys.executable, "distributed_train.py", "train", "--lab", lab, *exact]
    done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, check=True, timeout=200)
    told = json.loads(done.stdout)
    assert (told["steps"], told["state"]) == (2, "candidate")
    assert len(list((tmp_path / "lab" / "models" / "tiny").iterdir())) == 2


@pytest.mark.timeout(240)
def test_other_numbers_of_processes_than_were_started_are_refused(tmp_path):
    pytest.importorskip("lightning_fabric", reason="needs the extra [dist]")
    command = [
        sys.executable,
        *STARTERS["torchrun"],
        "distributed_start.py",
        "3",
        "1",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=HERE, capture_output=True, check=False, timeout=200)
    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []
