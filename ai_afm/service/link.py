"""The other end of a live run's steering socket: what `ai-afm ctl` and a window speak with."""

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ai_afm.errors import InstrumentError, LinkLost

VERSION = 1
"""Of the protocol."""


def ask(
    file: Path, do: str, args: Mapping[str, Any], timeout: float = 5.0, wait: float = 0.0
) -> Any:
    """Send one command to a live run and return its result.

    Parameters
    ----------
    file
        The run's `steering.json`.
    do, args
        Command and arguments (JSON values).
    timeout
        s.
    wait
        s that the run is given to obey and say what came of it; after that the command is queued.

    Raises
    ------
    LinkLost
        When no run listens.
    InstrumentError
        When the run refuses the command.
    """
    try:
        address = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise LinkLost(f"no live run: {file} cannot be read ({exc})") from exc
    request = {"v": VERSION, "id": 1, "token": address["token"], "do": do, "args": dict(args)}
    request |= {"wait": wait} if wait else {}
    try:
        port = int(address["port"])
        with socket.create_connection(("127.0.0.1", port), timeout + wait) as link:
            link.sendall(json.dumps(request).encode() + b"\n")
            with link.makefile("rb") as reader:
                answer = json.loads(reader.readline(1 << 20))
    except (OSError, ValueError) as exc:
        raise LinkLost(f"the run of {file.parent} does not answer: {exc}") from exc
    if not answer["ok"]:
        raise InstrumentError(answer["error"])
    return answer["result"]
