"""How much a server takes in one request, and how a long list is asked for in pieces that fit. Knows asyncua."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from asyncua import ua

T = TypeVar("T")

LIMIT_NODES = tuple(ua.NodeId.from_string(f"i={number}") for number in (11705, 11714, 12165))
"""Server.ServerCapabilities.OperationLimits: MaxNodesPerRead, MaxMonitoredItemsPerCall, MaxNodesPerHistoryReadData."""
_MOST = 1000
"""Where the server names no limit: an answer to so many is still short."""
_TOO_MANY = frozenset({"BadTooManyOperations", "BadResponseTooLarge", "BadRequestTooLarge", "BadEncodingLimitsExceeded"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How many nodes one request may name."""

    read: int = _MOST
    watch: int = _MOST
    history: int = _MOST

    @classmethod
    def of(cls, told: Sequence[ua.DataValue]) -> Limits:
        """Return what the server says at `LIMIT_NODES`; what it does not say, or says as 0, is not limited by it."""
        values = [each.Value.Value if each.Value is not None else None for each in told]
        return cls(*(min(value, _MOST) if isinstance(value, int) and value > 0 else _MOST for value in values))


class Pieces:
    """Hands a list out in pieces, smaller ones once the server finds a piece too large."""

    def __init__(self, count: int, most: int) -> None:
        self._count = count
        self._size = max(1, min(most, count))
        self._at = 0

    def __iter__(self) -> Iterator[slice]:
        while self._at < self._count:
            yield slice(self._at, self._at + self._size)

    def taken(self) -> None:
        """Go on to the next piece."""
        self._at += self._size

    def refused(self, error: ua.UaStatusCodeError) -> bool:
        """Try the same in halves; False where that would not help."""
        if self._size == 1 or ua.StatusCode(error.code).name not in _TOO_MANY:
            return False
        self._size = max(1, self._size // 2)
        return True
