"""The life of a link: one connection after another, with back-off, telling only what changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from enum import StrEnum

from drivers.driver import Stamp
from drivers.reading import Event, LinkDown, LinkUp

log = logging.getLogger(__name__)

KEEP_ALIVE_S = 0.4
"""Every device is asked something at least this often; the promise is 500 ms."""

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0


class LinkFault(StrEnum):
    """Why a link is down; stable words that messages are made from."""

    REFUSED = "refused"
    SILENT = "silent"
    CLOSED = "closed"
    BAD_REPLY = "bad_reply"
    NO_ROUTE = "no_route"
    NOT_ADMITTED = "not_admitted"
    """The machine answers, and will not have us: user, certificate, security."""


class RemarkCode(StrEnum):
    """What a person should know of a link that works; stable words that messages are made from."""

    NOT_SECURED = "not_secured"
    """Anybody on the network can read and change what is said; stands as long as it is set so."""
    HOST_REPLACED = "host_replaced"
    """The server names a host this panel can't find; the one that was typed is used."""
    CERTIFICATE_EXPIRES = "certificate_expires"
    CERTIFICATE_NAMES_OTHER = "certificate_names_other"
    """The server's trusted certificate is made for other hosts than the typed one."""
    CLOCK_OFF = "clock_off"
    """The machine's clock and ours differ by more than a minute."""
    NOT_ALL_WATCHED = "not_all_watched"
    """The server watches n of m items."""
    SAMPLED_SLOWER = "sampled_slower"
    """The server looks at its items less often than was asked."""
    ADDRESS_REFUSED = "address_refused"
    """The device refuses single addresses; all others are read."""
    ALARMS_INCOMPLETE = "alarms_incomplete"
    """The machine does not tell all of its own alarms: none, or only those that come from now on."""
    VALUES_LOST = "values_lost"
    """Values came faster than they could be taken."""
    FEW_SAMPLES = "few_samples"
    """How many samples a cycle's curve has at this pace, and whether a peak may be missed."""
    CHANNEL_REFUSED = "channel_refused"
    """The machine does not tell a high-rate channel as it is set."""
    FILES_LEFT_OUT = "files_left_out"
    """A file of samples, or its folder, can't be read, or came too late; the next ones are."""


class LinkLostError(Exception):
    """A connection ended or never came about; trying again may heal it. `reason` is a plain sentence."""

    def __init__(self, fault: LinkFault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault
        self.reason = reason


class NotSentError(LinkLostError):
    """The connection was lost before a request was sent: nothing has happened."""


class Lifeline:
    """Keeps one device's link alive until it is told to end."""

    def __init__(self, device: str, stamp: Stamp) -> None:
        self._device = device
        self._stamp = stamp
        self._ending = asyncio.Event()
        self._told: LinkLostError | None = None
        self._is_running = False
        self._pause = _FIRST_PAUSE_S

    @property
    def is_ending(self) -> bool:
        """Whether `end` was called."""
        return self._ending.is_set()

    @property
    def is_running(self) -> bool:
        """Whether somebody iterates `events`, so that the link is kept without being asked for."""
        return self._is_running

    @property
    def trouble(self) -> str:
        """Return why there is no link just now, as a sentence."""
        return self._told.reason if self._told else "the connection is being made"

    def end(self) -> None:
        """Stop; `events` returns at its next step, at once where it waits."""
        self._ending.set()

    async def wait(self, seconds: float) -> None:
        """Wait so long, or until the end."""
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            return

    async def events(self, connection: Callable[[], AsyncGenerator[Event, None]]) -> AsyncGenerator[Event, None]:
        """Yield the events of one `connection()` after another; each ends by `LinkLostError`."""
        self._is_running = True
        try:
            while not self.is_ending:
                async with aclosing(self._one_life(connection)) as events:
                    async for event in events:
                        yield event
                await self.wait(self._next_pause())
        finally:
            self._is_running = False

    async def _one_life(self, connection: Callable[[], AsyncGenerator[Event, None]]) -> AsyncGenerator[Event, None]:
        try:
            async with aclosing(connection()) as events:
                async for event in events:
                    self._note_up(event)
                    yield event
        except LinkLostError as lost:
            if self._is_news(lost) and not self.is_ending:
                yield LinkDown(self._device, lost.fault, lost.reason, *self._stamp())

    def _note_up(self, event: Event) -> None:
        if not isinstance(event, LinkUp):
            return
        log.info("%s answers", self._device)
        self._told = None
        self._pause = _FIRST_PAUSE_S

    def _is_news(self, lost: LinkLostError) -> bool:
        """Say whether this fault differs from the last one told: the first failure is news, each try is not.

        Who is not admitted mends one cause and must hear of the next, so there the reason counts too.
        """
        told = self._told
        if (
            told is not None
            and told.fault is lost.fault
            and (told.fault is not LinkFault.NOT_ADMITTED or told.reason == lost.reason)
        ):
            return False
        log.info("%s is lost: %s", self._device, lost.reason)
        self._told = lost
        return True

    def _next_pause(self) -> float:
        pause = self._pause
        self._pause = min(pause * 2, _LONGEST_PAUSE_S)
        return pause
