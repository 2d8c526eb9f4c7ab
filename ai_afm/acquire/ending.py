"""How a scan or path ends: the tip stops after its line, and the file says why."""

import logging

from ai_afm.acquire.stream import Stream
from ai_afm.errors import StoreError
from ai_afm.image.assemble import Assembler
from ai_afm.image.scan_bytes import ScanState
from ai_afm.store.scan_file import ScanFileWriter
from ai_afm.types import Direction

log = logging.getLogger(__name__)

JOIN_DEADLINE = 3.0
"""Seconds that the line under way may take to end; Ctrl-C has to park the tip within 5 s."""


def end_stream(
    stream: Stream,
    writer: ScanFileWriter,
    assembler: Assembler,
    last: Direction,
    stopped: str | None,
) -> None:
    """Stop the tip after its line and write down how it ended.

    Parameters
    ----------
    stream, writer, assembler
        Of the scan or path.
    last
        The pass with which a row is whole.
    stopped
        Why it was stopped by choice, `None` when it was not.
    """
    stream.stop()
    if not stream.join(JOIN_DEADLINE):
        log.error("the line under way does not end; the scan file stays as it is")
        return
    rows = int(assembler.frame.scanned[last].sum())
    if stream.error is not None:
        state, reason = ScanState.ABORTED, str(stream.error)
    elif stopped is not None:
        state, reason = ScanState.STOPPED, stopped
    elif rows == assembler.frame.shape[0]:
        state, reason = ScanState.COMPLETE, ""
    else:
        state, reason = ScanState.INTERRUPTED, "the run was ended from outside"
    if not isinstance(stream.error, StoreError):
        writer.finish(state, reason)
