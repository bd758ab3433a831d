"""The control channel: one line of JSON in, one line out, over loopback TCP, in threads of its own so that it always answers."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

Request = Mapping[str, Any]
Respond = Callable[[Request], Mapping[str, Any]]


class RefusedRequestError(Exception):
    """A request that cannot be done; its text says why."""


class ControlServer:
    """Answers each line with what `respond` returns and `"ok": true`, or `"ok": false` and an `error`."""

    def __init__(self, respond: Respond, port: int) -> None:
        class Lines(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(ConnectionError):
                    for line in self.rfile:
                        self.wfile.write(_answer(line, respond))

        self._server = _Listener(("127.0.0.1", port), Lines)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="control", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port


def _answer(line: bytes, respond: Respond) -> bytes:
    try:
        reply: Mapping[str, Any] = {"ok": True, **respond(_request(line))}
    except (RefusedRequestError, json.JSONDecodeError) as error:
        reply = {"ok": False, "error": str(error)}
    return json.dumps(reply).encode() + b"\n"


def _request(line: bytes) -> Request:
    request = json.loads(line)
    if not isinstance(request, dict):
        raise RefusedRequestError('a request is a JSON object such as {"do": "status"}')
    return request
