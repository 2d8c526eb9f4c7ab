"""The steering socket of a live run: JSON lines over TCP on loopback.

A request is one line `{"v": 1, "id": ..., "token": ..., "do": ..., "args": {...}}`, its answer one
line
`{"id": ..., "ok": true, "result": ...}` or `{"id": ..., "ok": false, "error": "..."}`. With
`"wait": seconds` the answer says what has become of the command, if the run obeys within that time.
"""

import hmac
import json
import logging
import os
import secrets
import socketserver
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ai_afm.acquire.session import Command
from ai_afm.acquire.swap import REFUSED
from ai_afm.errors import AfmError
from ai_afm.service.link import VERSION, ask

__all__ = ["SteeringServer", "ask"]

log = logging.getLogger(__name__)

MAX_REQUEST = 65536
"""Bytes of one request; a longer one is refused and the connection closed."""
COMMANDS = (
    "pause", "resume", "approve", "decline", "authority", "stop", "park", "withdraw", "limits",
    "forbid", "wish", "model",
)  # fmt: skip
"""What the run carries out; `status` is answered by the socket itself."""
LONGEST_WAIT = 60.0
"""Seconds that a request may wait for the run."""
QUEUED = "queued; the run obeys between two lines"


class _Handler(socketserver.StreamRequestHandler):
    timeout = 10.0
    server: "_Server"

    def handle(self) -> None:
        while True:
            try:
                raw = self.rfile.readline(MAX_REQUEST + 1)
            except OSError:
                return
            if not raw or len(raw) > MAX_REQUEST:
                return
            answer = self.server.answer(raw)
            self.wfile.write(json.dumps(answer).encode() + b"\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = False
    daemon_threads = True
    answer: Callable[[bytes], dict[str, Any]]


class SteeringServer:
    """Listens on loopback in its own thread; the run takes the commands between two lines.

    `withdraw` does not wait for the run: `on_withdraw` is called at once, in the socket's thread.
    """

    def __init__(self, file: Path, on_withdraw: Callable[[], None]) -> None:
        self._file, self._on_withdraw = file, on_withdraw
        self._token = secrets.token_hex(16)
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._status: Mapping[str, Any] = {"state": "starting"}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.answer = self._answer
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )
        self._thread.start()
        self._publish_address()

    def _publish_address(self) -> None:
        port = self._server.server_address[1]
        text = json.dumps({"v": VERSION, "port": port, "token": self._token, "pid": os.getpid()})
        handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)

    def take(self) -> Command | None:
        """Return the next command, or `None`."""
        try:
            return self._commands.get_nowait()
        except Empty:
            return None

    def publish(self, status: Mapping[str, Any]) -> None:
        """Set what `status` answers (JSON values)."""
        self._status = dict(status)

    def close(self) -> None:
        """Stop listening and remove the address."""
        self._server.shutdown()
        self._server.server_close()
        self._file.unlink(missing_ok=True)

    def _answer(self, raw: bytes) -> dict[str, Any]:
        identity: object = None
        try:
            request = json.loads(raw)
            if not isinstance(request, dict) or request.get("v") != VERSION:
                return _error(None, f"a request is a JSON object with v = {VERSION}")
            identity = request.get("id")
            if not hmac.compare_digest(str(request.get("token", "")), self._token):
                return _error(identity, "wrong token; read it from steering.json")
            return self._do(identity, request)
        except ValueError as exc:
            return _error(identity, f"not a JSON line: {exc}")
        except AfmError as exc:
            return _error(identity, str(exc))

    def _do(self, identity: object, request: Mapping[str, Any]) -> dict[str, Any]:
        do, args = str(request.get("do")), request.get("args") or {}
        wait = request.get("wait", 0)
        if not isinstance(wait, int | float) or not 0 <= wait <= LONGEST_WAIT:
            return _error(identity, f"wait is a number of seconds up to {LONGEST_WAIT:.0f}")
        if do == "status":
            return {"id": identity, "ok": True, "result": dict(self._status)}
        if do not in COMMANDS or not isinstance(args, dict):
            known = ", ".join(("status", *COMMANDS))
            return _error(identity, f"unknown command {do!r}; known: {known}")
        said: SimpleQueue[str] = SimpleQueue()
        self._commands.put(Command(do, args, said.put))
        if do == "withdraw":
            # already in the queue: the run that this ends writes down who ended it
            self._on_withdraw()
        try:
            answer = said.get(timeout=wait) if wait else QUEUED
        except Empty:
            answer = QUEUED
        if answer.startswith(REFUSED):
            return _error(identity, answer.removeprefix(REFUSED))
        return {"id": identity, "ok": True, "result": answer}


def _error(identity: object, message: str) -> dict[str, Any]:
    return {"id": identity, "ok": False, "error": message}
