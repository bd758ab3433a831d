"""An RTU slave at the far end of a real serial line (a pseudo-terminal pair), which can be unplugged and plugged in again.

Register n of unit u holds 1000 * u + n. Its checksum is its own, not that of the code under test.
"""

import asyncio
import os
import struct
import tty


def crc(frame):
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def framed(body):
    return body + crc(body)


class Slave:
    def __init__(self, path, units=(1,)):
        self.path = path
        self.units = units
        self.asked = []
        self.writes = []
        self.refuses = {}
        """Unit to exception code."""
        self.answer = lambda request, right: [(0, right)]
        """Makes (seconds, bytes) to send of a request and its right answer."""
        self._received = b""
        self._ours = None

    def plug_in(self):
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.path.symlink_to(os.ttyname(theirs))
        os.close(theirs)
        os.set_blocking(self._ours, False)
        asyncio.get_running_loop().add_reader(self._ours, self._read)

    def unplug(self):
        if self._ours is not None:
            asyncio.get_running_loop().remove_reader(self._ours)
            os.close(self._ours)
            self._ours = None
            self.path.unlink()

    def send(self, sent):
        if self._ours is not None:
            os.write(self._ours, sent)

    def _read(self):
        try:
            self._received += os.read(self._ours, 4096)
        except OSError:
            return  # nobody has the other end open just now
        while len(self._received) >= 8:
            size = 8 if self._received[1] != 16 else 9 + self._received[6]
            if len(self._received) < size:
                return
            request, self._received = self._received[:size], self._received[size:]
            assert crc(request[:-2]) == request[-2:]
            self._obey(request)

    def _obey(self, request):
        unit, function, start, count = struct.unpack(">BBHH", request[:6])
        self.asked.append((unit, function, start, count))
        if unit not in self.units:
            return
        for seconds, sent in self.answer(request, self._right(request, unit, function, start, count)):
            if seconds:
                asyncio.get_running_loop().call_later(seconds, self.send, sent)
            else:
                self.send(sent)

    def _right(self, request, unit, function, start, count):
        if unit in self.refuses:
            return framed(bytes([unit, function | 0x80, self.refuses[unit]]))
        if function > 4:
            self.writes.append(request)
            return framed(request[:6])
        words = [1000 * unit + start + place for place in range(count)]
        return framed(struct.pack(f">BBB{count}H", unit, function, 2 * count, *words))
