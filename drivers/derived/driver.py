"""A driver with tags of its own, made from what the driver inside says; above it nobody can tell."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from drivers.derived import reach
from drivers.derived.deriver import Deriver
from drivers.derived.setup import Derivation
from drivers.driver import ChangeTeller, ConditionKeeper, Driver, MethodCaller
from drivers.reading import Event
from drivers.tag import Tag, Value


def deriving(
    inner: Driver, device: str, derivation: Derivation, periods_ms: Mapping[str, int], new_boot: Callable[[], int]
) -> Driver:
    """Return `inner` with what is made of its signals. Raises `MachineSetupError` for what this link can never tell.

    `new_boot` returns a number by chance, a new one each time.
    """
    reach.check(device, derivation, periods_ms)
    tells_changes = isinstance(inner, ChangeTeller)
    return DerivingDriver(inner, Deriver(derivation, periods_ms, new_boot, tells_changes=tells_changes), derivation)


class DerivingDriver:
    """See `drivers.driver.Driver`. What the driver inside can do beside that, this one can."""

    def __init__(self, inner: Driver, deriver: Deriver, derivation: Derivation) -> None:
        self._inner = inner
        self._deriver = deriver
        self._made = frozenset(derivation.groups)
        if isinstance(inner, MethodCaller):
            self.call = inner.call
        if isinstance(inner, ConditionKeeper):
            self.acknowledge = inner.acknowledge
            self.confirm = inner.confirm

    async def events(self) -> AsyncIterator[Event]:
        """Yield what the machine says, and what is made of it, until `close`."""
        async for event in self._inner.events():
            for said in self._deriver.take(event):
                yield said

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Read now; of a tag that is made here, what was made last. Raises `UnreachableError`."""
        asked = [tag for tag in tags if tag.name not in self._made]
        values = dict(zip((tag.name for tag in asked), await self._inner.read(asked) if asked else (), strict=True))
        return [values[tag.name] if tag.name in values else self._deriver.known(tag.name) for tag in tags]

    async def write(self, tag: Tag, value: Value) -> None:
        """Write once. Raises as the driver inside does."""
        await self._inner.write(tag, value)

    async def close(self) -> None:
        """End the link; `events()` stops."""
        await self._inner.close()
