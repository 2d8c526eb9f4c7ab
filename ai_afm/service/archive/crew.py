"""Who works on the batches: this process, or the workers of a dask scheduler.

dask.distributed keeps track of who is at what, notices workers that die, and gives their batches to
others. It is part of the extra `[dist]`; without it this process works alone.
"""

import importlib
import importlib.util
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any, Protocol

from ai_afm.errors import BadInput, ConfigError, StoreError
from ai_afm.service.archive.task import TRIES, Orders, ScanResult, segment_batch

Batch = Sequence[str]
AHEAD = 3
"""Batches that wait at the scheduler for each worker: it never knows of all of a million scans."""
_CONNECT = 30.0
"""Seconds in which a scheduler has to answer."""
_ARRIVE = 300.0
"""Seconds for which work may stand still because there is no worker."""
_LOOK = 10.0
"""Seconds after which it is looked whether there are still workers."""
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_NO_INTERRUPT = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
"""Run by each worker: Ctrl-C reaches all processes of a terminal, and this one ends the others."""
_LOG = logging.getLogger(__name__)


class Crew(Protocol):
    """Works on batches, in any order."""

    @property
    def workers(self) -> int:
        """How many work side by side now."""
        ...

    def work(self, batches: Iterator[Batch], orders: Orders) -> Iterator[list[ScanResult]]:
        """Yield what became of each batch, in order of completion."""
        ...


class Alone:
    """A `Crew` of one: this process, without dask."""

    workers = 1

    def work(self, batches: Iterator[Batch], orders: Orders) -> Iterator[list[ScanResult]]:
        """Yield what became of each batch, in order."""
        for batch in batches:
            yield segment_batch(batch, orders)


class DaskCrew:
    """A `Crew` of the workers of a dask scheduler.

    Parameters
    ----------
    client
        A `distributed.Client`.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._distributed = importlib.import_module("distributed")
        self._idle_since: float | None = None

    @property
    def workers(self) -> int:
        """Workers that the scheduler has now."""
        return len(self.client.nthreads())

    def work(self, batches: Iterator[Batch], orders: Orders) -> Iterator[list[ScanResult]]:
        """Yield what became of each batch, in order of completion.

        Raises
        ------
        StoreError
            When the disk refuses, the scheduler is gone, or there is no worker for five minutes.
        ModelError
            When a worker cannot use the model.
        """
        under_way: dict[Any, tuple[Batch, int]] = {}
        try:
            self._submit(batches, orders, under_way)
            while under_way:
                for future in self._finished(list(under_way)):
                    batch, tries = under_way.pop(future)
                    found = self._result(future, batch, tries)
                    if found is None:
                        under_way[self._one(batch, orders)] = (batch, tries + 1)
                        continue
                    self._submit(batches, orders, under_way)
                    yield found
        except CancelledError as exc:
            raise StoreError(
                "the scheduler is gone; start it again, and give the same command again: it goes "
                "on where it was"
            ) from exc
        finally:
            if under_way and self.client.status == "running":
                self.client.cancel(list(under_way), force=True)

    def _submit(
        self, batches: Iterator[Batch], orders: Orders, under_way: dict[Any, tuple[Batch, int]]
    ) -> None:
        """Give batches to the scheduler until each worker has some that wait."""
        wanted = AHEAD * max(self.workers, 1)
        while len(under_way) < wanted and (batch := next(batches, None)) is not None:
            under_way[self._one(batch, orders)] = (batch, 1)

    def _one(self, batch: Batch, orders: Orders) -> Any:
        # files change, so dask must not take two calls for the same; a key is used once
        return self.client.submit(segment_batch, list(batch), orders, pure=False)

    def _finished(self, futures: list[Any]) -> list[Any]:
        """Wait for some; raise when there is nobody who could finish any."""
        while True:
            try:
                waited = self._distributed.wait(
                    futures, timeout=_LOOK, return_when="FIRST_COMPLETED"
                )
            except TimeoutError:
                self._require_workers()
                continue
            self._idle_since = None
            return list(waited.done)

    def _require_workers(self) -> None:
        if self.workers:
            self._idle_since = None
            return
        now = time.monotonic()
        self._idle_since = now if self._idle_since is None else self._idle_since
        if now - self._idle_since > _ARRIVE:
            raise StoreError(
                f"the scheduler has had no worker for {_ARRIVE:.0f} s; start some, and give the "
                "same command again: it goes on where it was"
            )

    def _result(self, future: Any, batch: Batch, tries: int) -> list[ScanResult] | None:
        """Return what became of a batch; `None` where it has to be given out again.

        The scheduler gives a batch up after some workers died at it. The marks of the batch tell
        which scan it was, so that it goes on with the others; each death costs one scan one try.
        """
        try:
            found: list[ScanResult] = future.result()
        except self._distributed.KilledWorker as exc:
            if tries > TRIES * len(batch):
                raise StoreError(
                    f"workers die before they begin a scan of the {len(batch)} from {batch[0]} on"
                ) from exc
            _LOG.warning("workers died at the %d scans from %s on", len(batch), batch[0])
            return None
        return found


def _quiet_dask() -> Any:
    """Return dask's module `distributed`, which tells of each connection unless it is told not to.

    Raises
    ------
    ConfigError
        Unless the extra `[dist]` is installed.
    """
    if importlib.util.find_spec("distributed") is None:
        raise ConfigError(
            "more than one worker needs dask, which is not installed: "
            'pip install "ai-afm[dist]"; or give --workers 1, which needs nothing'
        )
    distributed: Any = importlib.import_module("distributed")
    logging.getLogger("distributed").setLevel(logging.ERROR)
    return distributed


@contextmanager
def local_crew(workers: int) -> Iterator[DaskCrew]:
    """Give a crew of processes of this computer, one thread each, on the loopback address only.

    Whoever can talk to a scheduler can let its workers run anything. So that other users of this
    computer cannot, they talk by TLS with a key that only they have, where `cryptography` is
    installed.

    Raises
    ------
    ConfigError
        Without `[dist]`.
    """
    distributed = _quiet_dask()
    settings = {
        # the marks of a scan count its victims; the scheduler's own count is a second line
        "distributed.scheduler.allowed-failures": TRIES,
        # nobody needs the pages that it would show to whoever is on this computer
        "distributed.scheduler.http.routes": [],
        "distributed.worker.profile.enabled": False,
        # dask has workers give freed memory back at once: asking for it again is half of the time
        "distributed.nanny.pre-spawn-environ": dict.fromkeys(_ONE_THREAD, "1"),
    }
    with (
        importlib.import_module("dask").config.set(settings),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.ERROR,
            preload=[_NO_INTERRUPT],
            security=True if importlib.util.find_spec("cryptography") else None,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield DaskCrew(client)


@contextmanager
def remote_crew(address: str, workers: int = 1) -> Iterator[DaskCrew]:
    """Give the crew of a scheduler that runs somewhere.

    Parameters
    ----------
    address
        As in "tcp://pc-7:8786".
    workers
        So many have to be there before the work begins.

    Raises
    ------
    ConfigError
        Without `[dist]`.
    BadInput
        When no scheduler answers, or its workers do not come.
    """
    distributed = _quiet_dask()
    try:
        client = distributed.Client(address, timeout=_CONNECT)
    except (OSError, ValueError) as exc:
        raise BadInput(f"no dask scheduler answers at {address!r}: {exc}") from exc
    with client:
        try:
            client.wait_for_workers(workers, timeout=_ARRIVE)
        except TimeoutError as exc:
            there = DaskCrew(client).workers
            raise BadInput(
                f"the scheduler at {address} has {there} of {workers} workers after "
                f"{_ARRIVE:.0f} s; start more with `dask worker {address} --nthreads 1`"
            ) from exc
        yield DaskCrew(client)
