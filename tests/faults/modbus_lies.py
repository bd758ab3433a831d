"""The ways in which a Modbus machine lies: each is a function from what was asked to what is sent, and when.

`HONEST` ways look odd and are right: the value must come and the link must stay. `LIES` must never bring a value that is
not true. What the protocol lets nobody detect is not among them: right headers around changed registers on TCP, and on a
serial line (which numbers no request) an old reply of the same shape that comes while the next one is awaited.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from random import Random

from tests.faults.modbus_framing import Framing, Request

UNSEEN_WHEN_PIPELINED = ("half a frame, then silence", "all but one byte")
"""A frame that is cut and at once followed by the next one: the next one's bytes complete it, and nobody can know."""


class End(Enum):
    """How a conversation is ended."""

    CLOSE = "close"
    RESET = "reset"


@dataclass(frozen=True)
class Pause:
    """Nothing is sent, and nothing else answered, for so long."""

    seconds: float


@dataclass(frozen=True)
class Later:
    """Sent after so long, whatever is answered in between."""

    seconds: float
    sent: bytes


Step = bytes | Pause | Later | End


@dataclass
class Scene:
    """One request, and all a lie may need: `past` are the frames that were right for earlier requests, the last one last."""

    framing: Framing
    request: Request
    obey: Callable[[Request], bytes]
    past: Sequence[bytes]
    asked_before: int
    """How often just this was asked before."""
    timeout_s: float
    pause_s: float
    rng: Random

    @cached_property
    def pdu(self) -> bytes:
        """Do what is asked and return the right answer."""
        return self.obey(self.request)

    @property
    def right(self) -> bytes:
        """Return the one right frame."""
        return self.frame(self.pdu)

    def frame(self, pdu: bytes, **changed: int) -> bytes:
        """Return `pdu` as a frame that answers, but for the transaction or unit given."""
        transaction = changed.get("transaction", self.request.transaction)
        return self.framing.frame(transaction & 0xFFFF, changed.get("unit", self.request.unit) & 0xFF, pdu)

    def refusal(self, code: int) -> bytes:
        """Return an exception."""
        return self.frame(bytes([self.request.function | 0x80, code]))

    def of_another(self, **changed: int) -> bytes:
        """Return the true answer to a request that was not asked."""
        unit = changed.get("unit", self.request.unit)
        function = changed.get("function", self.request.function)
        count = max(1, self.request.count + changed.get("more", 0))
        pdu = struct.pack(">BHH", function, self.request.start, count)
        return self.obey(Request(self.request.transaction, unit & 0xFF, pdu)) if self.request.is_read else self.pdu


Lie = Callable[[Scene], list[Step]]

_NEIGHBOURS = {1: 2, 2: 1, 3: 4, 4: 3}
_BOTH = tuple(Framing)
_TCP = (Framing.TCP,)
_RTU = (Framing.RTU,)
HONEST: dict[str, tuple[Lie, tuple[Framing, ...]]] = {}
LIES: dict[str, tuple[Lie, tuple[Framing, ...]]] = {}
WRITE_LIES: dict[str, tuple[Lie, tuple[Framing, ...]]] = {}
"""Confirmations of something else than what was to be written."""


def honest(scene: Scene) -> list[Step]:
    """Answer."""
    return [scene.right]


def _pieces(sent: bytes, cuts: Sequence[int], pause_s: float) -> list[Step]:
    steps: list[Step] = []
    for start, stop in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        steps += [sent[start:stop], Pause(pause_s)]
    return steps


def _patched(frame: bytes, at: int, value: bytes) -> bytes:
    return frame[:at] + value + frame[at + len(value) :]


def _length(scene: Scene, change: int) -> bytes:
    length = int.from_bytes(scene.right[4:6], "big")
    return _patched(scene.right, 4, (length + change & 0xFFFF).to_bytes(2, "big"))


def _byte_count(scene: Scene, change: int) -> bytes:
    return scene.frame(_patched(scene.pdu, 1, bytes([(scene.pdu[1] + change) & 0xFF])))


def _garbage(scene: Scene) -> bytes:
    return scene.rng.randbytes(scene.rng.randint(1, 40))


def _then(code: int) -> Lie:
    return lambda scene: [scene.refusal(code) if scene.asked_before % 2 == 0 else scene.right]


def _declare() -> None:
    """Fill the two tables."""
    add = HONEST.__setitem__
    add("plain", (honest, _BOTH))
    add("byte by byte", (lambda s: _pieces(s.right, range(1, len(s.right)), 0), _BOTH))
    add("in two with a pause", (lambda s: _pieces(s.right, [len(s.right) // 2], s.pause_s), _BOTH))
    add("head, pause, rest", (lambda s: _pieces(s.right, [7], s.pause_s), _TCP))
    add("twice in one piece", (lambda s: [s.right + s.right], _BOTH))
    add("twice with a pause", (lambda s: [s.right, Pause(s.pause_s), s.right], _TCP))
    add("again much later", (lambda s: [s.right, Later(s.timeout_s * 1.2, s.right)], _TCP))
    add("an older one first", (lambda s: [b"".join(s.past[-1:]) + s.right], _TCP))
    add("three older ones first", (lambda s: [b"".join(s.past[-3:]), Pause(s.pause_s), s.right], _TCP))
    add("slow but in time", (lambda s: [Pause(s.timeout_s * 0.1), s.right], _BOTH))
    add("busy, then right", (_then(6), _BOTH))
    add("acknowledged, then right", (_then(5), _BOTH))
    _declare_refusals(LIES.__setitem__)
    _declare_headers(LIES.__setitem__)
    _declare_shapes(LIES.__setitem__)
    _declare_silences(LIES.__setitem__)
    _declare_serial(LIES.__setitem__)

    _declare_writes(WRITE_LIES.__setitem__)


Add = Callable[[str, tuple[Lie, tuple[Framing, ...]]], None]


def _declare_refusals(add: Add) -> None:
    for code in (*range(1, 12), 0, 255):
        add(f"exception {code}", (lambda s, code=code: [s.refusal(code)], _BOTH))
    add("exception of another function", (lambda s: [s.frame(bytes([s.request.function ^ 0x87, 2]))], _BOTH))
    add("exception without a code", (lambda s: [s.frame(bytes([s.request.function | 0x80]))], _BOTH))
    add("exception with data", (lambda s: [s.frame(bytes([s.request.function | 0x80]) + s.pdu[1:])], _BOTH))


def _declare_headers(add: Add) -> None:
    add("next transaction", (lambda s: [s.frame(s.pdu, transaction=s.request.transaction + 1)], _TCP))
    add("transaction 0", (lambda s: [s.frame(s.pdu, transaction=0)], _TCP))
    add("transaction upside down", (lambda s: [s.frame(s.pdu, transaction=~s.request.transaction)], _TCP))
    add("transaction bytes swapped", (lambda s: [s.right[1::-1] + s.right[2:]], _TCP))
    add("another protocol", (lambda s: [_patched(s.right, 2, b"\0\1")], _TCP))
    add("unit 0", (lambda s: [s.frame(s.pdu, unit=0)], _BOTH))
    add("unit 255", (lambda s: [s.frame(s.pdu, unit=255)], _BOTH))
    add("another unit's answer", (lambda s: [s.frame(s.of_another(unit=s.request.unit + 1), unit=s.request.unit + 1)], _BOTH))
    add("another function's answer", (lambda s: [s.frame(s.of_another(function=_NEIGHBOURS.get(s.request.function, 3)))], _BOTH))
    add("function 0", (lambda s: [s.frame(b"\0" + s.pdu[1:])], _BOTH))
    add("length one more", (lambda s: [_length(s, 1)], _TCP))
    add("length one less", (lambda s: [_length(s, -1)], _TCP))
    add("length two less", (lambda s: [_length(s, -2)], _TCP))
    add("length 0", (lambda s: [_patched(s.right, 4, b"\0\0")], _TCP))
    add("length 1", (lambda s: [_patched(s.right, 4, b"\0\1")], _TCP))
    add("length 65535", (lambda s: [_patched(s.right, 4, b"\xff\xff")], _TCP))
    add("length 255 with padding", (lambda s: [_patched(s.right, 4, b"\0\xff") + bytes(260)], _TCP))


def _declare_shapes(add: Add) -> None:
    add("fewer values than asked", (lambda s: [s.frame(s.of_another(more=-1))], _BOTH))
    add("more values than asked", (lambda s: [s.frame(s.of_another(more=1))], _BOTH))
    add("one value only", (lambda s: [s.frame(s.of_another(more=-s.request.count))], _BOTH))
    add("no values", (lambda s: [s.frame(s.pdu[:1] + b"\0")], _BOTH))
    add("byte count one more", (lambda s: [_byte_count(s, 1)], _BOTH))
    add("byte count two less", (lambda s: [_byte_count(s, -2)], _BOTH))
    add("byte count two more", (lambda s: [_byte_count(s, 2)], _BOTH))
    add("byte count 0", (lambda s: [s.frame(_patched(s.pdu, 1, b"\0"))], _BOTH))
    add("data cut by one", (lambda s: [s.frame(s.pdu[:-1])], _BOTH))
    add("data longer by one", (lambda s: [s.frame(s.pdu + b"\0")], _BOTH))
    add("the request itself", (lambda s: [s.frame(s.request.pdu)], _BOTH))
    add("a web page", (lambda _: [b"HTTP/1.1 400 Bad Request\r\n\r\n"], _BOTH))
    add("garbage instead", (lambda s: [_garbage(s)], _BOTH))
    add("garbage before", (lambda s: [_garbage(s) + s.right], _BOTH))
    add("garbage, pause, right", (lambda s: [_garbage(s), Pause(s.pause_s), s.right], _BOTH))
    add("garbage after", (lambda s: [s.right + _garbage(s)], _BOTH))
    add("zeros", (lambda s: [bytes(len(s.right))], _BOTH))
    add("ones", (lambda s: [b"\xff" * len(s.right)], _BOTH))


def _declare_silences(add: Add) -> None:
    add("silent", (lambda _: [], _BOTH))
    add("half a frame, then silence", (lambda s: [s.right[: len(s.right) // 2]], _BOTH))
    add("all but one byte", (lambda s: [s.right[:-1]], _BOTH))
    add("one byte", (lambda s: [s.right[:1]], _BOTH))
    add("closes", (lambda _: [End.CLOSE], _TCP))
    add("resets", (lambda _: [End.RESET], _TCP))
    add("closes in mid-frame", (lambda s: [s.right[:-2], Pause(s.pause_s), End.CLOSE], _TCP))
    add("resets in mid-frame", (lambda s: [s.right[:-2], Pause(s.pause_s), End.RESET], _TCP))
    add("answers and closes", (lambda s: [s.right, End.CLOSE], _TCP))
    add("late", (lambda s: [Pause(s.timeout_s * 1.15 + s.pause_s), s.right], _BOTH))
    add("very late", (lambda s: [Pause(s.timeout_s * 2.3), s.right], _BOTH))
    add(
        "an older one again and again",
        (lambda s: [Later(s.timeout_s * 0.6 * i, b"".join(s.past[-1:])) for i in range(1, 9)], _TCP),
    )
    add("late, after the next answer", (lambda s: [Later(s.timeout_s * 1.5, s.right)], _TCP))
    add("half in time, half late", (lambda s: [s.right[:8], Pause(s.timeout_s * 1.2), s.right[8:]], _BOTH))
    add("an older one instead", (lambda s: [b"".join(s.past[-1:])], _TCP))
    add("two requests ago instead", (lambda s: [b"".join(s.past[-2:-1])], _TCP))


def _declare_serial(add: Add) -> None:
    add("bad CRC", (lambda s: [s.right[:-1] + bytes([s.right[-1] ^ 1])], _RTU))
    add("CRC bytes swapped", (lambda s: [s.right[:-2] + s.right[:-3:-1]], _RTU))
    add("CRC missing", (lambda s: [s.right[:-2]], _RTU))
    add("one bit flipped", (lambda s: [_flipped(s)], _RTU))
    add("half of it, half of an older one", (lambda s: [_spliced(s)], _RTU))
    add("echo before the answer", (lambda s: [s.frame(s.request.pdu) + s.right], _RTU))
    add("echo, pause, answer", (lambda s: [s.frame(s.request.pdu), Pause(s.pause_s), s.right], _RTU))


def _declare_writes(add: Add) -> None:
    add("another value or count confirmed", (lambda s: [s.frame(s.pdu[:3] + bytes([s.pdu[3], s.pdu[4] ^ 2]))], _BOTH))
    add("another address confirmed", (lambda s: [s.frame(s.pdu[:1] + bytes([s.pdu[1], s.pdu[2] ^ 1]) + s.pdu[3:])], _BOTH))
    add("another kind of write confirmed", (lambda s: [s.frame(bytes([22 - s.pdu[0]]) + s.pdu[1:])], _BOTH))
    add("confirmation without its value", (lambda s: [s.frame(s.pdu[:3])], _BOTH))
    add("a read's answer", (lambda s: [s.frame(b"\3\2" + s.pdu[3:5])], _BOTH))


def _flipped(scene: Scene) -> bytes:
    bit = scene.rng.randrange(8 * len(scene.right))
    return _patched(scene.right, bit // 8, bytes([scene.right[bit // 8] ^ 1 << bit % 8]))


def _spliced(scene: Scene) -> bytes:
    older = scene.past[-1] if scene.past else b""
    middle = len(scene.right) // 2
    return scene.right[:middle] + (older[middle:] or b"\0")


_declare()
