"""Python's collector of cyclic garbage, kept away from what lives as long as the process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def frozen_memory() -> Iterator[None]:
    """Keep the collector from going over all that exists now, in the middle of a decision.

    What was imported and opened before a run stays until its end; a full collection over it takes
    tens of milliseconds and finds nothing.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
