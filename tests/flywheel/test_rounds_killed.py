"""kill -9 of a training at any moment: it goes on, and ends as if nothing had been."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import round_factory as factory

from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.model_records import ModelRecords, ModelState
from ai_afm.flywheel.store import FlywheelStore

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills by SIGKILL")
HERE = Path(__file__).parent


class Trainer:
    """A process that forks trainings which die when they are told to."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, HERE / "killed_training.py"],
            cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def train(self, lab, last=-1):
        """Return the number of moments of a training that has ended, `None` of one that died."""
        self._process.stdin.write(f"go {lab} {last}\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline().split()
        assert said, "the process that forks has died"
        assert said[0] in {"ended", "dead"}
        return int(said[1]) if said[0] == "ended" else None

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture
def trainer():
    one = Trainer()
    yield one
    one.close()


@pytest.fixture
def labs(tmp_path):
    """Makes equal labs, as many as are asked for."""
    factory.a_lab(tmp_path / "first").close()
    made = []

    def another():
        made.append(tmp_path / f"lab-{len(made)}")
        shutil.copytree(tmp_path / "first" / "lab", made[-1])
        return made[-1]

    return another


def outcome(lab):
    """Card and weights of the only candidate."""
    with FlywheelStore.open(Lab.open(lab)) as store:
        (change,) = ModelRecords(store.database).history()
    assert change.state is ModelState.CANDIDATE
    name, _, version = change.model.partition("@")
    folder = lab / "models" / name / version
    assert sorted(p.name for p in (lab / "models" / name).iterdir()) == ["1.0.0", version]
    assert not list(lab.glob("rounds/*/checkpoints"))
    assert not list(lab.glob("rounds/*/made"))
    return [(folder / file).read_bytes() for file in ("card.toml", "weights.safetensors")]


def killed_until_it_ends(trainer, lab, lasts):
    """Train, killed at each of the moments, until it ends; return the number of kills."""
    kills = 0
    for last in lasts:
        if trainer.train(lab, last) is not None:
            return kills
        kills += 1
    assert trainer.train(lab) is not None
    return kills


def test_killed_early_midway_and_at_the_end_it_ends_with_the_same_bits(trainer, labs):
    whole, torn = labs(), labs()
    moments = trainer.train(whole)
    kills = killed_until_it_ends(trainer, torn, [3, moments // 2, moments // 3])
    assert kills == 3
    assert outcome(torn) == outcome(whole)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_kills_at_any_moment_leave_the_same_bits_and_one_candidate(trainer, labs):
    whole = labs()
    moments, rng, kills = trainer.train(whole), np.random.default_rng(20), 0
    expected = outcome(whole)
    while kills < 20:
        torn = labs()
        kills += killed_until_it_ends(trainer, torn, rng.integers(1, moments + 1, 8))
        assert outcome(torn) == expected


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_each_moment_may_be_the_last(trainer, labs):
    whole = labs()
    moments = trainer.train(whole)
    expected = outcome(whole)
    for last in range(1, moments + 1):
        torn = labs()
        assert killed_until_it_ends(trainer, torn, [last]) == 1, last
        assert outcome(torn) == expected, last
        shutil.rmtree(torn)
