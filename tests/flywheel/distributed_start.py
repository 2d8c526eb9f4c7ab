"""A command that trains in several processes: started by itself, by torchrun, or by a test."""

import sys
from functools import partial
from pathlib import Path

import torch
from distributed_worker import trained

from ai_afm.flywheel.distributed.start import follow, open_group


def main():
    """devices steps out: weights of each process."""
    devices, steps, out = sys.argv[1:]
    with open_group(int(devices)) as group:
        if not group.first:
            follow(group, lambda *job: save(partial(trained, group=group)(*job), group, out))
            return
        job = (int(steps), 0.5, None)
        group.told(job)
        save(trained(*job, group=group), group, out)


def save(weights, group, out):
    torch.save(weights, Path(out) / f"{group.rank}-{group.size}.pt")


if __name__ == "__main__":
    main()
