"""Fuzzes the driver's two framings alone, which is quick: replies made wrong, in pieces, one or several asked at once."""

from collections.abc import Mapping, Sequence
from random import Random

from drivers.modbus.mbap import Mbap, Transactions
from drivers.modbus.pdu import BadFrameError, Request, read_by_function
from drivers.modbus.rtu import Rtu
from tests.faults import modbus_framing
from tests.faults.modbus_faults import true_answer
from tests.faults.modbus_framing import Framing
from tests.faults.modbus_fuzz import Tally
from tests.faults.modbus_lies import Scene
from tests.faults.modbus_mutations import could_be_believed, mutated

_HONEST_SHARE = 0.1
_LONGEST_READ = {1: 2000, 2: 2000, 3: 125, 4: 125}


class FrameFuzz:
    """One framing, fed with wrong replies; a connection that is lost is made anew, its transactions go on."""

    def __init__(self, framing: Framing, seed: int) -> None:
        self.tally = Tally()
        self._framing = framing
        self._rng = Random(f"{framing}/{seed}")
        self._transactions = Transactions()
        self._ours = self._connect()
        self._past: list[bytes] = []
        self._seen: set[int] = set()
        self._serial = 0

    def run(self, frames: int) -> Tally:
        """Send so many wrong replies."""
        while self.tally.frames < frames:
            self._exchange()
        return self.tally

    def _connect(self) -> Mbap | Rtu:
        return Mbap(self._transactions) if self._framing is Framing.TCP else Rtu()

    def _exchange(self) -> None:
        asked = [self._read() for _ in range(self._rng.choice((1, 1, 2, 5)) if self._framing is Framing.TCP else 1)]
        sent = bytearray(self._ours.begin(1, asked))
        scenes = [self._scene(request) for _ in asked if (request := self._framing.take(sent))]
        self._seen |= {scene.request.transaction for scene in scenes}
        self._hear(self._replies(scenes), asked, [scene.pdu for scene in scenes])
        self._past = [*self._past[-8:], *(scene.right for scene in scenes)]

    def _read(self) -> Request:
        function = self._rng.randint(1, 4)
        most = self._rng.choice((1, 4, 4, 40, 40, 100, 100, _LONGEST_READ[function]))
        return read_by_function(function, self._rng.randrange(60_000), self._rng.randint(1, most))

    def _scene(self, request: modbus_framing.Request) -> Scene:
        self._serial += 1
        serial = self._serial
        return Scene(self._framing, request, lambda asked: true_answer(asked, serial), self._past, 0, 0.0, 0.0, self._rng)

    def _replies(self, scenes: Sequence[Scene]) -> bytes:
        """Return the answers in any order, one of them wrong, and none that could be believed though it is."""
        right: Mapping[int, bytes] = {scene.request.transaction: scene.right for scene in scenes}
        if self._rng.random() < _HONEST_SHARE:
            return b"".join(right.values())
        self.tally.frames += 1
        while True:
            victim = self._rng.choice(scenes)
            wrong = mutated(victim, self._rng, self._seen)
            replies = [wrong if scene is victim else scene.right for scene in scenes]
            self._rng.shuffle(replies)
            if not could_be_believed(b"".join(replies), self._framing, right, self._seen):
                return b"".join(replies)

    def _hear(self, sent: bytes, asked: Sequence[Request], right: Sequence[bytes]) -> None:
        try:
            missing = self._feed_in_pieces(sent)
        except BadFrameError:
            missing, self._ours = len(asked), self._connect()
        if missing:
            self.tally.refused += 1
            self._ours = self._ours if self._ours.give_up() else self._connect()
            return
        self.tally.told += 1
        for request, answer, truth in zip(asked, self._ours.answers, right, strict=True):
            if answer != truth and not answer[0] & 0x80:
                self.tally.wrong.append(f"{request} was answered by {answer.hex()}, truly {truth.hex()}")

    def _feed_in_pieces(self, sent: bytes) -> int:
        missing = 1
        while sent and missing:
            size = self._rng.choice((1, 2, 7, 100, len(sent)))
            missing = self._ours.feed(sent[:size])
            sent = sent[size:]
        return missing
