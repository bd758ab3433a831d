"""What one server says, connection after connection: all values once, then what changes, and what a person should know of it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from drivers.driver import DeviceSetup
from drivers.finishing import Finishing
from drivers.link import KEEP_ALIVE_S, RemarkCode
from drivers.opcua.address import NodeAddress
from drivers.opcua.arrivals import Ears, Inbox
from drivers.opcua.aside import Aside
from drivers.opcua.clock_watch import ClockWatch
from drivers.opcua.gaps import Gaps
from drivers.opcua.groups import Group
from drivers.opcua.hosts import unknown_host
from drivers.opcua.losses import Losses
from drivers.opcua.misfits import misfit, summary
from drivers.opcua.notification import Notification
from drivers.opcua.options import OpcUaOptions
from drivers.opcua.past import past_batches
from drivers.opcua.scans import split_scans
from drivers.opcua.standing import Standing
from drivers.reading import Batch, Event, Heard, LinkUp, Remark

if TYPE_CHECKING:
    from drivers.opcua.session import Session
    from drivers.opcua.watching import Watch

log = logging.getLogger(__name__)

Companion = Callable[["Session", Callable[[Event], None]], Awaitable[None]]
"""What begins with each connection and then tells events of its own: conditions, for one. Raises `LinkLostError`."""

_LOOK_AGAIN_S = 10.0
_TOLD_AT_ONCE = 100
"""So many events from aside, then live values have their turn."""
_OF_SECURITY = (RemarkCode.NOT_SECURED, RemarkCode.CERTIFICATE_EXPIRES, RemarkCode.CERTIFICATE_NAMES_OTHER)


@dataclass(slots=True)
class _Heard:
    """One group of one connection: what waits to be told, and where the rest is polled."""

    group: Group
    inbox: Inbox
    watch: Watch
    is_fresh: bool = True
    """Until the subscription has told all values once; those may be old."""
    poll_at: float = 0.0


class Listening:
    """Turns one device's sessions into events; remembers across them what was told."""

    def __init__(self, setup: DeviceSetup, options: OpcUaOptions, groups: Sequence[Group]) -> None:
        self._device = setup.device
        self._stamp = setup.stamp
        self._options = options
        self._groups = groups
        self._finishing = Finishing(setup.device, setup.tags)
        self._standing = Standing(setup.device, setup.stamp)
        self._clock = ClockWatch()
        self._gaps = Gaps(groups)
        self._losses = {group.name: Losses(setup.device, group.name, setup.stamp) for group in groups}
        self._nodes = list(dict.fromkeys(node for group in groups for node in group.nodes))
        self._first: dict[NodeAddress, Notification] = {}
        self._told: deque[Event] = deque()
        self._heard: list[_Heard] = []
        self._heard_at: int | None = None
        self._is_ending = False
        self.arrived = asyncio.Event()
        self.companions: list[Companion] = []

    def end(self) -> None:
        """Let `events` return at its next step."""
        self._is_ending = True
        self.arrived.set()

    async def events(self, session: Session) -> AsyncGenerator[Event, None]:
        """Yield what `session` says until it is lost or the end."""
        aside = Aside()
        self._told = deque(event for event in self._told if isinstance(event, Batch) and event.is_past)
        self._heard = []
        try:
            async with aclosing(self._begin(session, aside)) as beginning:
                async for event in beginning:
                    yield self._noted(event)
            async with aclosing(self._news(session, aside)) as news:
                async for event in news:
                    yield self._noted(event)
        finally:
            await aside.end()

    async def _begin(self, session: Session, aside: Aside) -> AsyncGenerator[Event, None]:
        """Tell all as it is now, then have it watched; the gap before is closed aside."""
        away_since = self._heard_at
        first = self._first = {each.node: each for each in await session.read(self._nodes)}
        up_at, heard_ns = self._stamp()
        if away_since is not None and self._options.history:
            self._gaps.note(away_since, up_at, first)
        yield LinkUp(self._device, up_at, heard_ns)
        for group in self._groups:
            self._gaps.hear(group, told := group.arrivals(first))
            yield self._finishing.finish(group.batch(told, self._stamp))
        for remark in self._first_remarks(session):
            yield remark
        for group in self._groups:
            self._heard.append(await self._watch(session, group))
            yield Heard(self._device, *self._stamp())
        for remark in self._watch_remarks():
            yield remark
        aside.begin(partial(self._look_up_host, session))
        if self._gaps.open:
            aside.begin(partial(self._close_gaps, session))
        for begin in self.companions:
            await begin(session, self._tell)

    async def _news(self, session: Session, aside: Aside) -> AsyncGenerator[Event, None]:
        clock = asyncio.get_running_loop().time
        ask_at, look_at = clock(), clock() + _LOOK_AGAIN_S
        while not self._is_ending:
            session.check()
            aside.check()
            if clock() >= ask_at:
                self._clock.hear_server(await session.sign_of_life(), self._stamp()[0])
                yield Heard(self._device, *self._stamp())
                for remark in self._passing_remarks():
                    yield remark
                ask_at = clock() + KEEP_ALIVE_S
            if clock() >= look_at:
                await self._look_again(session)
                self._told.extend(self._security_remarks(session))
                look_at = clock() + _LOOK_AGAIN_S
            await self._poll(session, clock())
            await self._wait_for_news(min([ask_at, *(each.poll_at for each in self._heard if each.watch.refused)]))
            for event in self._waiting():
                yield event

    async def _watch(self, session: Session, group: Group) -> _Heard:
        inbox, losses = Inbox(self.arrived), self._losses[group.name]
        ears = Ears(inbox.put, lambda missed: self._told.extend(losses.hear(missed)), session.end)
        return _Heard(group, inbox, await session.watch(group, self._asked_ms(group), ears))

    async def _poll(self, session: Session, now: float) -> None:
        """Read what the server has and does not watch."""
        for each in self._heard:
            if not each.watch.refused or now < each.poll_at:
                continue
            each.poll_at = now + each.group.period_ms / 1000
            told = await session.read([each.group.nodes[handle] for handle in each.watch.refused])
            each.inbox.put(each.group.arrivals({found.node: found for found in told}))

    async def _look_again(self, session: Session) -> None:
        """See whether nodes that were missing are there now: a program that starts may make them late."""
        missing = [each.group.nodes[handle] for each in self._heard for handle in each.watch.unknown]
        if not missing:
            return
        await session.learn_again()
        self._first |= {each.node: each for each in await session.read(missing)}
        for each in self._heard:
            await each.watch.look_again()
        self._told.extend([*self._misfit_remarks(), *self._watch_remarks()])

    async def _wait_for_news(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self.arrived.wait()
        except TimeoutError:
            return
        self.arrived.clear()

    def _waiting(self) -> Iterator[Event]:
        """Yield the live values that came, then some of what was told from aside."""
        for each in self._heard:
            yield from self._changes(each)
        for _ in range(min(len(self._told), _TOLD_AT_ONCE)):
            yield self._told.popleft()
        if self._told:
            self.arrived.set()

    def _changes(self, each: _Heard) -> Iterator[Event]:
        taken, dropped = each.inbox.take_all()
        gaps = taken.overflows() + bool(dropped)
        yield from self._losses[each.group.name].hear(gaps)
        if gaps:
            yield from self._standing.now(RemarkCode.VALUES_LOST, "values come faster than the queues of server or station hold")
        self._gaps.hear(each.group, taken)
        for scan in split_scans(taken):
            yield self._finishing.finish(each.group.batch(scan, self._stamp))
        if taken.handles and not each.is_fresh:
            self._clock.hear_changes(taken.times, self._stamp()[0])
        each.is_fresh = each.is_fresh and not taken.handles

    def _first_remarks(self, session: Session) -> Iterator[Remark]:
        yield from self._security_remarks(session)
        yield from self._misfit_remarks()

    def _security_remarks(self, session: Session) -> Iterator[Remark]:
        """Say how the link is protected; a certificate may come to its end while it stands."""
        of_security = dict(session.remarks)
        for code in _OF_SECURITY:
            yield from self._standing.now(code, of_security.get(code))

    def _misfit_remarks(self) -> Iterator[Remark]:
        """Say which tags can't have a value as they are set."""
        places = [place for group in self._groups for place in group.places]
        found = [(place, why) for place in places if (why := misfit(place, self._first[place.node])) is not None]
        reason = summary(found, len(places) - len(found)) if found else None
        yield from self._standing.now(RemarkCode.ADDRESS_REFUSED, reason)

    def _watch_remarks(self) -> Iterator[Remark]:
        watches = [each.watch for each in self._heard]
        refused = sum(len(watch.refused) for watch in watches)
        watched = sum(watch.watched for watch in watches)
        reason = f"the server watches {watched} of {watched + refused} items; the rest is read in turn" if refused else None
        yield from self._standing.now(RemarkCode.NOT_ALL_WATCHED, reason)
        yield from self._standing.now(RemarkCode.SAMPLED_SLOWER, self._slowness())

    def _slowness(self) -> str | None:
        """Say which groups are sampled more seldom than somebody would expect."""
        words = [
            f"'{each.group.name}' every {each.watch.sampling_ms:g} ms, {self._asked_ms(each.group):g} were asked"
            for each in self._heard
            if each.watch.is_slowed or each.watch.sampling_ms > (self._options.sampling_ms or each.group.period_ms)
        ]
        return f"the server looks more seldom than asked: {'; '.join(words)}" if words else None

    def _asked_ms(self, group: Group) -> float:
        return self._options.sampling_ms or group.period_ms / 2

    def _passing_remarks(self) -> Iterator[Remark]:
        yield from self._standing.now(RemarkCode.CLOCK_OFF, self._clock.reason)
        if not any(losses.are_going_on for losses in self._losses.values()):
            yield from self._standing.now(RemarkCode.VALUES_LOST, None)

    async def _look_up_host(self, session: Session) -> None:
        """Say where the server names a host for itself that this panel can't find."""
        host = await unknown_host(session.publishing.urls, self._options.host)
        reason = f"the server calls itself {host}, which this panel can't find; {self._options.host} is used" if host else None
        for remark in self._standing.now(RemarkCode.HOST_REPLACED, reason):
            self._tell(remark)

    async def _close_gaps(self, session: Session) -> None:
        """Read back what the server kept while we did not hear it; what is not read to its end is asked for anew."""
        from drivers.opcua.history import History

        self._clock.hear_server(await session.sign_of_life(), self._stamp()[0])
        ahead = self._clock.ahead_us
        for gap in self._gaps.open:
            async with aclosing(History(session, *gap.stretch(ahead)).read(self._nodes)) as pieces:
                found = [told async for piece in pieces for told in piece]
            self._gaps.closed(gap)
            for group in self._groups:
                for count, batch in enumerate(past_batches(group, found, gap, ahead, self._stamp)):
                    self._tell(self._finishing.finish(batch))
                    if count % _TOLD_AT_ONCE == 0:
                        await asyncio.sleep(0)

    def _tell(self, event: Event) -> None:
        """Have `events` yield `event` soon."""
        self._told.append(event)
        self.arrived.set()

    def _noted(self, event: Event) -> Event:
        """Remember when the server was heard last: what came later is the gap."""
        if not isinstance(event, Remark) and not (isinstance(event, Batch) and event.is_past):
            self._heard_at = event.at
        return event
