"""A machine that is looked at, for tests of what is made of it: the test owns its time."""

import itertools

from drivers.derived.deriver import Deriver
from drivers.derived.setup import Derivation
from drivers.reading import Batch, Heard, LinkDown, LinkUp, Quality

MS = 1_000_000


class Scans:
    """A machine that is looked at every so often, and what is made of it."""

    def __init__(self, derivation: Derivation, period_ms: int = 50, *, tells_changes: bool = False) -> None:
        boots = itertools.count(1000)
        self.deriver = Deriver(derivation, {"fast": period_ms}, lambda: next(boots), tells_changes=tells_changes)
        self.period_ms = period_ms
        self.now_ms = 0
        self.events = []
        self.made = {}

    def _take(self, event):
        said = list(self.deriver.take(event))
        self.events += said
        for one in said:
            if isinstance(one, Batch):
                self.made |= dict(zip(one.tags, one.values, strict=True))
        return said

    def see(self, after_ms=None, **values):
        """Look once, so many ms after the last time."""
        self.now_ms += self.period_ms if after_ms is None else after_ms
        qualities = tuple(Quality.BAD if value is None else Quality.GOOD for value in values.values())
        at, heard_ns = self.now_ms * 1000, self.now_ms * MS
        return self._take(Batch("m", "fast", tuple(values), tuple(values.values()), at, heard_ns, qualities))

    def hear(self, after_ms):
        """The machine lives and has nothing to say."""
        self.now_ms += after_ms
        return self._take(Heard("m", self.now_ms * 1000, self.now_ms * MS))

    def watch(self, seconds, look):
        """Look all the while at what `look(seconds)` says; yield what is made each time."""
        begun = self.now_ms
        while self.now_ms < begun + seconds * 1000:
            self.see(**look((self.now_ms + self.period_ms - begun) / 1000))
            yield dict(self.made)

    def lose(self):
        return self._take(LinkDown("m", "silent", "it is silent", self.now_ms * 1000, self.now_ms * MS))

    def find(self):
        return self._take(LinkUp("m", self.now_ms * 1000, self.now_ms * MS))
