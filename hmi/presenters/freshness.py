"""Whether what the screen knows of a source is still true, by the host's monotonic clock (I8).

A value is live while the engine was heard within 1 s, its device within 1.5 s, its group within 2 periods + 0.5 s, and the
machine's heartbeat moves. Judged again every 200 ms, so that silence shows although nothing arrives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from hmi.channel.facts import Pulse, SourceAge
from hmi.clock import Monotonic
from hmi.presenters.durations import age
from hmi.presenters.words import translate

ENGINE_LIMIT_NS = 1_000_000_000
DEVICE_LIMIT_NS = 1_500_000_000
GROUP_GRACE_NS = 500_000_000


class Silence(StrEnum):
    """What went quiet."""

    NONE = "none"
    ENGINE = "engine"
    DEVICE = "device"
    GROUP = "group"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Freshness:
    """Who is silent, and for how long; `age_ns` is None where it was never heard."""

    silence: Silence = Silence.NONE
    age_ns: int | None = 0

    @property
    def is_live(self) -> bool:
        """Whether a value of this source may be shown as true now."""
        return self.silence is Silence.NONE

    @property
    def age_text(self) -> str:
        """`12 s`, or a word for never."""
        return translate("freshness", "never heard") if self.age_ns is None else age(self.age_ns)

    @property
    def old_text(self) -> str:
        """`12 s old`."""
        return self.age_text if self.age_ns is None else translate("freshness", "{0} old").format(self.age_text)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard of engine and devices so far: the last pulse, and since when a heartbeat stands still."""

    pulse: Pulse | None = None
    still_since: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    is_connected: bool = True

    def hear(self, pulse: Pulse) -> Hearing:
        """Take a pulse in."""
        still = {s.device: self.still_since.get(s.device, pulse.mono_ns) for s in pulse.sources if not s.beating}
        return replace(self, pulse=pulse, still_since=MappingProxyType(still), is_connected=True)

    def lost(self) -> Hearing:
        """The channel broke: the engine counts as silent from now on, with the age of its last pulse."""
        return replace(self, is_connected=False)

    def of_engine(self, now: Monotonic) -> Freshness:
        """Whether the engine itself is heard."""
        if self.pulse is None:
            return Freshness(Silence.ENGINE, None)
        quiet = now - self.pulse.mono_ns
        is_silent = quiet > ENGINE_LIMIT_NS or not self.is_connected
        return Freshness(Silence.ENGINE, max(quiet, 0)) if is_silent else Freshness(age_ns=max(quiet, 0))

    def of_device(self, device: str, now: Monotonic) -> Freshness:
        """Whether a machine is heard and its program runs, through a living engine."""
        engine = self.of_engine(now)
        source = self._source(device)
        if not engine.is_live:
            return engine
        if source is None:
            return Freshness(Silence.DEVICE, None)
        return self._judge_device(source, now)

    def of_group(self, device: str, group: str, now: Monotonic) -> Freshness:
        """Whether the values of one poll or sampling group are current."""
        whole = self.of_device(device, now)
        source = self._source(device)
        if not whole.is_live or source is None:
            return whole
        for name, last_ns, period_ns in source.groups:
            if name == group:
                quiet = now - last_ns
                return Freshness(Silence.GROUP, quiet) if quiet > 2 * period_ns + GROUP_GRACE_NS else Freshness(age_ns=quiet)
        return Freshness(Silence.GROUP, None)

    def _source(self, device: str) -> SourceAge | None:
        sources = self.pulse.sources if self.pulse else ()
        return next((source for source in sources if source.device == device), None)

    def _judge_device(self, source: SourceAge, now: Monotonic) -> Freshness:
        quiet = now - source.heard_ns
        if source.heard_ns <= 0:
            return Freshness(Silence.DEVICE, None)
        if quiet > DEVICE_LIMIT_NS:
            return Freshness(Silence.DEVICE, quiet)
        if not source.beating:
            return Freshness(Silence.PROGRAM, now - self.still_since.get(source.device, now))
        return Freshness(age_ns=max(quiet, 0))


def reason(freshness: Freshness, machine: str) -> str:
    """Why a value of `machine` is old, in words."""
    match freshness.silence:
        case Silence.ENGINE:
            return translate("freshness", "the recorder does not answer")
        case Silence.DEVICE:
            return translate("freshness", "{0} does not answer").format(machine)
        case Silence.GROUP:
            return translate("freshness", "no new value from {0}").format(machine)
        case Silence.PROGRAM:
            return translate("freshness", "the program of {0} stands still").format(machine)
        case Silence.NONE:
            return ""
