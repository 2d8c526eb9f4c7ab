"""How the processes of a training come together: torchrun, Slurm, or this command, once more."""

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from torch import distributed

from ai_afm.errors import BadInput, ConfigError, ModelError
from ai_afm.flywheel.distributed.group import Group

MEETING = timedelta(minutes=10)
"""How long the processes look for one another."""
PATIENCE = timedelta(days=7)
"""How long a process waits for the others: a training may wait for a microscope all night."""


@contextmanager
def open_group(devices: int, nodes: int = 1) -> Iterator[Group]:
    """Join the processes of a training: those that torchrun or Slurm has started, or start them.

    On one computer without such a starter, Lightning Fabric starts this command again for each
    further process. In the end the followers are dismissed, see `follow`.

    Parameters
    ----------
    devices
        Processes on each computer.
    nodes
        Computers.

    Raises
    ------
    ConfigError
        Without the extra `[dist]`.
    BadInput
        When other numbers of processes were started than are said here.
    ModelError
        When they do not find one another.
    """
    if importlib.util.find_spec("lightning_fabric") is None:
        raise ConfigError(
            "training in several processes needs Lightning Fabric, which is not installed: "
            'pip install "ai-afm[dist]"; or leave --devices and --nodes at 1'
        )
    fabric_module: Any = importlib.import_module("lightning_fabric")
    strategies: Any = importlib.import_module("lightning_fabric.strategies")
    strategy = strategies.DDPStrategy(process_group_backend="gloo", timeout=MEETING)
    fabric = fabric_module.Fabric(
        accelerator="cpu", devices=devices, num_nodes=nodes, strategy=strategy
    )
    try:
        fabric.launch()
    except RuntimeError as exc:
        raise ModelError(
            f"the processes of this training have not found one another: {exc}; see docs/scale.md"
        ) from exc
    if fabric.world_size != devices * nodes:
        raise BadInput(
            f"{fabric.world_size} processes were started, but --devices {devices} --nodes {nodes} "
            f"says {devices * nodes}; give the starter and ai-afm the same numbers"
        )
    # on another channel, since they are more patient with one another once they have met
    channel = distributed.new_group(backend="gloo", timeout=PATIENCE)
    group = Group(fabric.global_rank, fabric.world_size, channel)
    try:
        yield group
        if group.first:
            group.told(None)  # followers that wait for work may go
    finally:
        distributed.destroy_process_group()


def follow(group: Group, work: Callable[..., object]) -> None:
    """Do what the first process says, until it says that nothing is left.

    Parameters
    ----------
    group
        Of which this is not the first process.
    work
        Called with the arguments, a tuple, that the first process has given to `group.told`.

    Raises
    ------
    ModelError
        When the first process is gone.
    """
    while (arguments := group.told(None)) is not None:
        work(*arguments)
