"""A Modbus TCP device that is never the bottleneck: holding registers 2k and 2k+1 hold the float32 k, answers are made once.

`python -m benchmarks.modbus_responder` prints its port and serves until its standard input closes. Only requests of function 3
are known.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
from functools import cache

REQUEST_BYTES = 12


def main() -> None:
    """Serve each connection in a thread of its own."""
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(server,), daemon=True).start()
    print(server.getsockname()[1], flush=True)
    sys.stdin.read()


def _accept(server: socket.socket) -> None:
    while True:
        connection, _ = server.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def _serve(connection: socket.socket) -> None:
    received = b""
    while more := connection.recv(65536):
        received += more
        whole = len(received) - len(received) % REQUEST_BYTES
        requests = (received[at : at + REQUEST_BYTES] for at in range(0, whole, REQUEST_BYTES))
        connection.sendall(b"".join(request[:2] + _answer(request[6:]) for request in requests))
        received = received[whole:]


@cache
def _answer(request: bytes) -> bytes:
    """Everything after the transaction's number."""
    unit, function, start, count = struct.unpack(">BBHH", request)
    floats = struct.pack(f">{count // 2 + 1}f", *range(start // 2, start // 2 + count // 2 + 1))
    words = floats[start % 2 * 2 :][: 2 * count]
    return struct.pack(">HHBBB", 0, len(words) + 3, unit, function, len(words)) + words


if __name__ == "__main__":
    main()
