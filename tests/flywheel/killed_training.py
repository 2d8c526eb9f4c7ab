"""Trains in a lab until it kills itself at a moment that it is told; to be started as a process.

Told "go LAB MOMENT" on stdin, a fork trains and dies by SIGKILL at its MOMENT-th moment: a step, or
one of the calls by which something gets onto the disk. It answers "ended MOMENTS" or "dead".
"""

import os
import signal
import sys
from pathlib import Path

import lab_factory
import round_factory as factory
import torch

from ai_afm.flywheel import database
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.rounds import loop
from ai_afm.flywheel.rounds.training import train_round
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.store import platform

MOMENTS = (
    (platform, "pwrite"),
    (platform, "replace"),
    (platform, "fsync_directory"),
    (database.Database, "insert"),
    (loop._Descent, "step"),
    (os, "rename"),
    (os, "unlink"),
)


def counted(last):
    """Let the process die at its `last` moment; return the number of moments so far, in a list."""
    count = [0]

    def around(call):
        def counting(*args, **more):
            count[0] += 1
            if count[0] == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **more)

        return counting

    for owner, name in MOMENTS:
        setattr(owner, name, around(getattr(owner, name)))
    return count


def train(lab, last):
    count = counted(last)
    with FlywheelStore.open(Lab.open(Path(lab)), lab_factory.Clock()) as store:
        train_round(store, factory.a_wish(), factory.around())
    os.write(1, f"ended {count[0]}\n".encode())


def main():
    # what takes seconds to import is imported once, in the process that forks
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])
    for line in sys.stdin:
        _, lab, last = line.split()
        pid = os.fork()
        if not pid:
            train(lab, int(last))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            os.write(1, b"dead\n")
        elif status:
            os.write(1, b"failed\n")


if __name__ == "__main__":
    main()
