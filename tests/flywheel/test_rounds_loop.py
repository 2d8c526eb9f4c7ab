"""The steps of a training: the same after a kill, and never poisoned by a number."""

from dataclasses import replace

import numpy as np
import pytest
import round_factory as factory
import torch

from ai_afm.errors import ModelError
from ai_afm.flywheel.calibrate import DRAWN
from ai_afm.flywheel.crops import example, window
from ai_afm.flywheel.fit import TrainSettings, fit
from ai_afm.flywheel.losses import line_loss
from ai_afm.flywheel.rounds.batches import CLASS_WEIGHTS, LineObjective, assembled
from ai_afm.flywheel.rounds.course import Course, Unwatched
from ai_afm.flywheel.rounds.loop import MOST_FALLS, TOO_MANY, descend

SHAPE = (24, 40)
COURSE = Course(steps=8, learning_rate=2e-3, keep_every=3, report_every=2)
CROPS = factory.drawn(1, 0, 4, SHAPE)


def batch_at(step):
    rng = np.random.default_rng([5, step])
    return assembled([example(CROPS[i], rng, SHAPE) for i in rng.integers(0, 4, 2)], 4)


class Told(Unwatched):
    """Keeps all that it is told; `start` is what it goes on from."""

    def __init__(self, start=None):
        self.start, self.kept, self.reports = start, [], []

    def newest(self):
        return self.start

    def keep(self, snapshot):
        self.kept.append(snapshot)

    def tell(self, report):
        self.reports.append(report)


def trained(watch=None, objective=None, course=COURSE, batches=batch_at):
    network = factory.network().to(memory_format=torch.channels_last)
    progress = descend(network, course, batches, objective or LineObjective(), watch or Told())
    return network, progress


def bits(network):
    return {name: value.numpy().tobytes() for name, value in network.state_dict().items()}


def poisoned(*steps):
    """Batches of which some have a pixel that is no number."""

    def at(step):
        batch = batch_at(step)
        if step in steps:
            batch.planes[0, 0, 3, 4] = float("nan")
        return batch

    return at


def test_a_base_training_is_what_a_plain_loop_gives():
    settings = TrainSettings(seed=4, steps=5, batch=3, width=4, depth=2, learning_rate=2e-3)
    torch.manual_seed(settings.seed)
    network = factory.network_as_drawn().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=1e-4)
    rng = np.random.default_rng([4, 9])
    for step in range(5):
        chosen = rng.integers(0, 4, 3)
        shape = window(rng, SHAPE)
        batch = assembled([example(CROPS[i], rng, shape) for i in chosen], 4)
        fall = 0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * step / 5))
        optimizer.param_groups[0]["lr"] = 2e-3 * float(fall)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(batch.planes)
        loss = line_loss(logits.float(), batch.targets, torch.tensor(CLASS_WEIGHTS), DRAWN)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
    assert bits(fit(settings, CROPS)) == bits(network)


def test_a_training_that_goes_on_from_any_snapshot_ends_with_the_same_bits():
    whole = Told()
    network, progress = trained(whole)
    assert [s.progress.step for s in whole.kept] == [3, 6, 8]
    for start in whole.kept:
        again, then = trained(Told(start))
        assert bits(again) == bits(network)
        assert replace(then, cpu=0) == replace(progress, cpu=0)


def test_snapshots_do_not_change_when_the_training_goes_on():
    kept = Told()
    trained(kept)
    before = kept.kept[0].weights["head.weight"].clone()
    trained(Told(kept.kept[0]))
    assert torch.equal(kept.kept[0].weights["head.weight"], before)


def test_reports_carry_the_loss_and_the_learning_rate_of_their_steps():
    watch = Told()
    trained(watch)
    assert [r.progress.step for r in watch.reports] == [2, 4, 6, 8]
    assert all(np.isfinite(r.loss) for r in watch.reports)
    rates = [r.learning_rate for r in watch.reports]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] > 0.02 * COURSE.learning_rate


def test_a_step_without_a_finite_loss_changes_nothing():
    watch = Told()
    one = replace(COURSE, steps=1)
    start, _ = trained(course=replace(COURSE, steps=3))
    fresh = factory.network()
    network, progress = trained(watch, course=one, batches=poisoned(0))
    assert bits(network) == bits(fresh)
    assert (progress.skipped, progress.in_row) == (1, 1)
    assert np.isnan(watch.reports[0].loss)
    assert bits(start) != bits(fresh)


def test_a_step_without_a_finite_gradient_changes_nothing():
    def steep(network, batch):
        loss = LineObjective()(network, batch)
        # finite, but its slope at 0 is not
        return loss + torch.sqrt((network.head.bias[0] - network.head.bias[0].detach()).abs())

    network, progress = trained(objective=steep, course=replace(COURSE, steps=2))
    assert bits(network) == bits(factory.network())
    assert progress.skipped == 2


def test_a_skipped_step_is_counted_and_the_others_are_done():
    network, progress = trained(batches=poisoned(2, 5))
    assert (progress.step, progress.skipped, progress.in_row, progress.falls) == (8, 2, 0, 0)
    assert all(torch.isfinite(v).all() for v in network.state_dict().values())


def once_poisoned():
    """Batches that are poisoned from step 4 on, until the training has gone back."""
    seen = []

    def at(step):
        seen.append(step)
        return poisoned(step)(step) if step >= 4 and seen.count(4) < 2 else batch_at(step)

    return at


def test_many_bad_steps_lead_back_to_the_last_snapshot_at_half_the_rate():
    watch, course = Told(), replace(COURSE, steps=20)
    _, progress = trained(watch, course=course, batches=once_poisoned())
    assert (progress.step, progress.skipped, progress.falls) == (20, TOO_MANY, 1)
    # no snapshot is taken while steps are bad
    assert [s.progress.step for s in watch.kept] == [3, 6, 9, 12, 15, 18, 20]
    straight = Told()
    trained(straight, course=course)
    assert watch.reports[-1].learning_rate == straight.reports[-1].learning_rate / 2


def test_going_back_gives_the_same_bits_twice():
    course = replace(COURSE, steps=20)
    first, _ = trained(course=course, batches=once_poisoned())
    second, _ = trained(course=course, batches=once_poisoned())
    assert bits(first) == bits(second)


def test_a_training_that_stays_bad_ends_with_one_error():
    bad = poisoned(*range(100))
    asked = []

    def at(step):
        asked.append(step)
        return bad(step)

    with pytest.raises(ModelError, match=f"went back {MOST_FALLS} times"):
        trained(course=replace(COURSE, steps=50), batches=at)
    assert asked.count(1) == MOST_FALLS + 1


def test_an_error_in_a_batch_is_not_swallowed():
    def at(step):
        if step == 2:
            raise ValueError("no crop")
        return batch_at(step)

    with pytest.raises(ValueError, match="no crop"):
        trained(batches=at)


def test_of_several_processes_each_lets_the_gradients_be_made_one():
    seen = []

    def share(network):
        seen.append(sum(float(p.grad.abs().sum()) for p in network.parameters()))

    network = factory.network().to(memory_format=torch.channels_last)
    descend(network, replace(COURSE, steps=2), batch_at, LineObjective(), Told(), share)
    assert len(seen) == 2
    assert min(seen) > 0
