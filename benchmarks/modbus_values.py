"""A Modbus TCP device whose 1,000 float32 each tell who they are and when it was: `python -m benchmarks.modbus_values`.

Holding registers 2k and 2k+1 hold `tick * TAGS + k`, exactly; a tick of the device's own clock lasts `TICK_MS`, after `TICKS` of
them it begins again at 0. Behind them stand the number of its last cycle, one a second, and its state. Prints its port and
serves until its standard input closes.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time

import numpy as np

TAGS = 1000
TICK_MS = 10
TICKS = 16_000
"""As many as a float32 can tell apart."""
CYCLE, STATE = 2 * TAGS, 2 * TAGS + 1
_EXECUTE = 6
_REQUEST_BYTES = 12
_BEGAN = time.monotonic()


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
        whole = len(received) - len(received) % _REQUEST_BYTES
        connection.sendall(b"".join(_answer(received[at : at + _REQUEST_BYTES]) for at in range(0, whole, _REQUEST_BYTES)))
        received = received[whole:]


def _answer(request: bytes) -> bytes:
    number, _, _, unit, function, start, count = struct.unpack(">HHHBBHH", request)
    seconds = time.monotonic() - _BEGAN
    values = (np.arange(TAGS) + int(seconds * 1000 / TICK_MS) % TICKS * TAGS).astype(">f4").tobytes()
    memory = values + struct.pack(">HH", int(seconds), _EXECUTE)
    words = memory[2 * start : 2 * (start + count)]
    return struct.pack(">HHHBBB", number, 0, len(words) + 3, unit, function, len(words)) + words


if __name__ == "__main__":
    main()
