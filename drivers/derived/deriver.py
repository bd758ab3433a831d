"""Adds to what a machine says what is made of it: events in, events out, in order. No link, no clock of its own.

What is counted here begins anew, with another boot id, whenever a part may have passed unseen: the station then asks a person
instead of guessing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from drivers.derived import reach
from drivers.derived.batches import believed, joined
from drivers.derived.edges import EdgeRule
from drivers.derived.rules import rule_of
from drivers.derived.sampled import SampledCycle
from drivers.derived.setup import BOOT, Derivation
from drivers.link import RemarkCode
from drivers.reading import Batch, Event, Heard, LinkDown, LinkUp, Lost, Remark, Samples
from drivers.tag import Value

SILENCE_NS = 1_500_000_000
"""A machine that tells changes by itself is heard at least every 500 ms; after so long it was not listened to."""

Image = dict[str, Value]


class Deriver:
    """All that is made of one machine's signals."""

    def __init__(
        self, derivation: Derivation, periods_ms: Mapping[str, int], new_boot: Callable[[], int], *, tells_changes: bool
    ) -> None:
        """`tells_changes`: silence of the machine means that nothing changed, not that nobody looked."""
        silence = SILENCE_NS if tells_changes else None
        self._groups = derivation.groups
        self._periods_ms = periods_ms
        self._rules = {made.name: rule_of(made, silence) for made in derivation.made}
        self._cycle = None if derivation.cycle is None else SampledCycle(derivation.cycle, silence)
        self._counting = [rule for rule in self._rules.values() if isinstance(rule, EdgeRule)]
        self._watches = [*self._counting, *([] if self._cycle is None else [self._cycle.watch])]
        self._count_group = self._groups.get(BOOT)
        self._new_boot = new_boot
        self._boot = new_boot()
        self._tells_changes = tells_changes
        self._image: Image = {}
        self._told: Image = {}
        self._has_remarked = False

    def known(self, tag: str) -> Value:
        """Return the last value that was made of `tag`."""
        return self._told.get(tag)

    def take(self, event: Event) -> Iterator[Event]:
        """Hand on an event with what is made of it."""
        match event:
            case Batch(is_past=False):
                yield from self._scan(event)
            case Heard():
                yield event
                yield from self._unchanged(event, but="")
            case LinkUp():
                yield event
                yield from self._remark(event)
            case LinkDown():
                self._forget()
                yield event
            case Lost():
                if event.group == self._count_group:
                    self._begin_anew()
                yield event
            case _:
                yield event

    def _scan(self, batch: Batch) -> Iterator[Event]:
        self._image |= believed(batch)
        if batch.group in self._groups.values():
            yield from self._holes(batch)
            points = self._watch_cycle(batch)
            made = self._turn(batch.group, batch.heard_ns)
            yield from points
            yield joined(batch, made)
        else:
            yield batch
        yield from self._unchanged(batch, but=batch.group)

    def _turn(self, group: str, now: int) -> Image:
        """Make every tag of a group anew."""
        made: Image = {}
        for name, rule in self._rules.items():
            if self._groups[name] == group:
                made[name] = self._image[name] = rule.turn(self._image, now)
        if self._cycle is not None and self._cycle.setup.group == group:
            made |= {name: value for name, value in self._cycle.watch.made(self._image).items() if name in self._groups}
        if group == self._count_group:
            made[BOOT] = self._boot
        self._told |= made
        return made

    def _unchanged(self, event: Batch | Heard, but: str) -> Iterator[Batch]:
        """Time went by for the groups of which nothing was said: tell what has come to be of them."""
        if not self._tells_changes:
            return
        for group in dict.fromkeys(self._groups.values()):
            if group == but or not self._is_known(group):
                continue
            before = dict(self._told)
            made = {name: value for name, value in self._turn(group, event.heard_ns).items() if before.get(name) != value}
            if made:
                yield joined(Batch(event.device, group, (), (), event.at, event.heard_ns), made)

    def _is_known(self, group: str) -> bool:
        return any(name in self._told for name, one in self._groups.items() if one == group)

    def _watch_cycle(self, batch: Batch) -> list[Samples]:
        if self._cycle is None or self._cycle.setup.group != batch.group:
            return []
        return self._cycle.samples(self._image, batch)

    def _holes(self, batch: Batch) -> Iterator[Lost]:
        """If a part may have passed unseen, begin to count anew, and say so."""
        if batch.group != self._count_group:
            return
        holes = [watch.unseen_since(self._image, batch.heard_ns) for watch in self._watches]
        since = min((hole for hole in holes if hole is not None), default=None)
        if since is None:
            return
        self._begin_anew()
        for watch, hole in zip(self._watches, holes, strict=True):
            if hole is not None:
                watch.forget()
        silent_us = (batch.heard_ns - since) // 1000
        reason = f"nothing was seen for {silent_us // 1000} ms, a part may have passed"
        yield Lost(batch.device, batch.group, reason, batch.at - silent_us, batch.at, batch.heard_ns)

    def _begin_anew(self) -> None:
        """All that is counted here shares one boot id, so all of it begins anew together."""
        self._boot = self._new_boot()
        for watch in self._watches:
            watch.begin_anew()

    def _forget(self) -> None:
        self._image.clear()
        self._told.clear()
        for rule in self._rules.values():
            rule.forget()
        if self._cycle is not None:
            self._cycle.watch.forget()
        self._begin_anew()

    def _remark(self, event: LinkUp) -> Iterator[Remark]:
        if self._cycle is None or self._has_remarked:
            return
        self._has_remarked = True
        reason = reach.remark(self._cycle.setup, self._periods_ms[self._cycle.setup.group])
        yield Remark(event.device, RemarkCode.FEW_SAMPLES, reason, event.at, event.heard_ns)
