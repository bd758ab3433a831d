"""Right replies made wrong at random: bits, bytes, fields, cuts, insertions, other sizes, older frames, noise.

What is claimed, and by `could_be_believed` made sure of: no mutated reply is one that any receiver would have to believe. On TCP
that leaves header, length, function, byte count and size to be wrong, because nothing protects the registers themselves; on
a serial line it leaves all of the frame, because of its CRC.
"""

import struct
from collections.abc import Callable, Collection, Mapping
from random import Random

from tests.faults.modbus_framing import Framing, crc16
from tests.faults.modbus_lies import Scene

_TCP_HEAD = 9
"""Header, function and byte count."""
_ODD_NUMBERS = (0, 1, 2, 3, 0xFE, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF)
Mutation = Callable[[Scene, Random], bytes]


def mutated(scene: Scene, rng: Random, seen: Collection[int]) -> bytes:
    """Return a wrong reply; `seen` are the transactions asked so far."""
    while True:
        sent = rng.choice(_MUTATIONS)(scene, rng)
        if not could_be_believed(sent, scene.framing, {scene.request.transaction: scene.right}, seen):
            return sent


def could_be_believed(sent: bytes, framing: Framing, right: Mapping[int, bytes], seen: Collection[int]) -> bool:
    """Say whether `sent` holds a well-formed answer that is not the right one: then nobody could know.

    `right` are the answers that are waited for, by their transactions.
    """
    if framing is Framing.TCP:
        return _tcp_could_be_believed(sent, right, seen)
    return any(_rtu_could_be_believed(sent, frame) for frame in right.values())


def _rtu_could_be_believed(sent: bytes, right: bytes) -> bool:
    size = len(right)
    places = (place for place in range(len(sent) - size + 1) if sent[place : place + 3] == right[:3])
    frames = (sent[place : place + size] for place in places)
    return any(frame != right and crc16(frame) == 0 for frame in frames)


def _tcp_could_be_believed(sent: bytes, right: Mapping[int, bytes], seen: Collection[int]) -> bool:
    while len(sent) >= 8:
        transaction, protocol, length = struct.unpack(">HHH", sent[:6])
        frame, sent = sent[: 6 + length], sent[6 + length :]
        if protocol or not 3 <= length <= 254 or len(frame) < 6 + length:
            return False
        wanted = right.get(transaction, b"")
        if wanted and frame != wanted and frame[6:9] == wanted[6:9] and len(frame) == len(wanted):
            return True
        if transaction not in seen:
            return False
    return False


def _reach(scene: Scene) -> int:
    return _TCP_HEAD if scene.framing is Framing.TCP else len(scene.right)


def _flip(scene: Scene, rng: Random) -> bytes:
    frame = bytearray(scene.right)
    for _ in range(rng.randint(1, 3)):
        frame[rng.randrange(_reach(scene))] ^= 1 << rng.randrange(8)
    return bytes(frame)


def _set(scene: Scene, rng: Random) -> bytes:
    frame = bytearray(scene.right)
    frame[rng.randrange(_reach(scene))] = rng.randrange(256)
    return bytes(frame)


def _set_field(scene: Scene, rng: Random) -> bytes:
    at = rng.randrange(_reach(scene) - 1)
    return scene.right[:at] + rng.choice(_ODD_NUMBERS).to_bytes(2, "big") + scene.right[at + 2 :]


def _swap(scene: Scene, rng: Random) -> bytes:
    frame = bytearray(scene.right)
    one, other = rng.sample(range(_reach(scene)), 2)
    frame[one], frame[other] = frame[other], frame[one]
    return bytes(frame)


def _cut(scene: Scene, rng: Random) -> bytes:
    return scene.right[: rng.randrange(len(scene.right))]


def _drop(scene: Scene, rng: Random) -> bytes:
    at = rng.randrange(_reach(scene))
    return scene.right[:at] + scene.right[at + rng.randint(1, 4) :]


def _insert(scene: Scene, rng: Random) -> bytes:
    at = rng.randrange(_reach(scene))
    return scene.right[:at] + rng.randbytes(rng.randint(1, 4)) + scene.right[at:]


def _resize(scene: Scene, rng: Random) -> bytes:
    """Answer with another number of values, with its byte count right or as asked."""
    values = rng.randbytes(rng.randrange(252))
    count = rng.choice((len(values), scene.pdu[1], rng.randrange(256)))
    return scene.frame(scene.pdu[:1] + bytes([count & 0xFF]) + values)


def _other_frame(scene: Scene, rng: Random) -> bytes:
    """Answer something else, well framed."""
    pdu = rng.choice((scene.request.pdu, rng.randbytes(rng.randint(1, 200)), bytes([rng.randrange(256)]) + scene.pdu[1:]))
    changed = rng.choice(({}, {"unit": rng.randrange(256)}, {"transaction": rng.randrange(65536)}))
    return scene.frame(pdu, **changed)


def _noise(_: Scene, rng: Random) -> bytes:
    return rng.randbytes(rng.randint(1, 300))


def _noise_around(scene: Scene, rng: Random) -> bytes:
    return rng.randbytes(rng.randrange(8)) + scene.right + rng.randbytes(rng.randrange(8))


def _older_around(scene: Scene, rng: Random) -> bytes:
    older = rng.choice(scene.past) if scene.past else b""
    return rng.choice((older, older + _flip(scene, rng), _cut(scene, rng) + older, scene.right + older[: rng.randrange(12)]))


def _splice(scene: Scene, rng: Random) -> bytes:
    older = rng.choice(scene.past) if scene.past else b""
    at = rng.randrange(_reach(scene))
    return scene.right[:at] + older[at:]


_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _flip,
    _set,
    _set_field,
    _set_field,
    _swap,
    _cut,
    _drop,
    _insert,
    _resize,
    _resize,
    _other_frame,
    _other_frame,
    _noise,
    _noise_around,
    _older_around,
    _splice,
)
