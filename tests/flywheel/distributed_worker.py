"""One of several processes of a training, and what all of them train on; see the test."""

import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
from torch import distributed

from ai_afm.flywheel.crops import CLASSES, IGNORED, SOME_LINE
from ai_afm.flywheel.distributed.group import Group
from ai_afm.flywheel.distributed.steps import descend_together
from ai_afm.flywheel.rounds.batches import LineObjective
from ai_afm.flywheel.rounds.course import Batch, Course, Unwatched
from ai_afm.flywheel.rounds.learn import RoundSettings
from ai_afm.flywheel.rounds.loop import descend
from ai_afm.image.normalise import PLANES
from ai_afm.segment.unet import Architecture, UNet

SHAPE = (32, 48)
COUNT, CORRECTED = 5, 2


def network(seed=3):
    """A small network with random weights and running statistics."""
    torch.manual_seed(seed)
    made = UNet(Architecture(len(PLANES), len(CLASSES), 4, 2))
    for name, buffer in made.named_buffers():
        if "running" in name:
            buffer.uniform_(0.5, 1.5)
    return made


def batch_at(step, spoil=None):
    """Lines of all classes, some faint, some not asked; differs from example to example."""
    rng = np.random.default_rng([11, step])
    planes = rng.standard_normal((COUNT, len(PLANES), *SHAPE)).astype(np.float32)
    targets = np.zeros((COUNT, *SHAPE), np.int64)
    for number in range(COUNT):
        code = int(rng.integers(1, len(CLASSES)))
        targets[number, :, int(rng.integers(4, 40))] = code
        targets[number, int(rng.integers(4, 28)), : 9 * number] = SOME_LINE
        targets[number, :3, : 7 * number] = IGNORED
        planes[number, number % len(PLANES)] += 2.0 * (targets[number] > 0)
    if step == spoil:
        planes[-1, 0, 5, 5] = np.nan
    planes = torch.from_numpy(planes).contiguous(memory_format=torch.channels_last)
    return Batch(planes, torch.from_numpy(targets), CORRECTED)


def trained(steps, distil, spoil=None, group=None, watch=None):
    """Weights and running statistics after some steps in float32."""
    torch.set_num_threads(1)
    student, teacher = network().train(), network(4).eval()
    objective, course = (
        LineObjective("float32", teacher, distil),
        Course(steps, RoundSettings().learning_rate),
    )
    way = (student, course, lambda step: batch_at(step, spoil), objective, watch or Unwatched())
    if group is None:
        descend(*way)
    else:
        descend_together(*way, group)
    return student.state_dict()


def main():
    """rank size rendezvous steps distil spoil out"""
    rank, size, place, steps, distil, spoil, out = sys.argv[1:]
    distributed.init_process_group(
        "gloo", init_method=f"file://{place}", rank=int(rank), world_size=int(size),
        timeout=timedelta(seconds=60),
    )  # fmt: skip
    group = Group(int(rank), int(size))
    weights = trained(int(steps), float(distil), int(spoil), group)
    torch.save(weights, Path(out) / f"{rank}.pt")
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
