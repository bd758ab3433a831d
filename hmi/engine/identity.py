"""Who somebody is: PINs are verified in a thread, and five wrong ones lock that person out for a minute."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hmi.clock import Monotonic

WRONG_MAX = 5
LOCKED_NS = 60_000_000_000


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong PINs in a row, and until when no more are heard."""

    wrong: int = 0
    locked_until: Monotonic = 0


class PinGate:
    """Counts wrong PINs by person, on the monotonic clock."""

    def __init__(self) -> None:
        self._tries: dict[str, Tries] = {}

    def locked_s(self, person: str, now: Monotonic) -> int:
        """Whole seconds for which no PIN of this person is heard; 0 when it is."""
        left = self._tries.get(person, Tries()).locked_until - now
        return max(0, -(-left // 1_000_000_000))

    def tried(self, person: str, now: Monotonic, *, is_right: bool) -> None:
        """Remember how a try went."""
        if is_right:
            self._tries.pop(person, None)
            return
        wrong = self._tries.get(person, Tries()).wrong + 1
        self._tries[person] = Tries(0, now + LOCKED_NS) if wrong >= WRONG_MAX else Tries(wrong)


async def is_right_pin(pin_hash: str, pin: str) -> bool:
    """Whether the PIN fits its argon2id hash; it takes tens of milliseconds in a thread of its own."""
    return await asyncio.to_thread(_verify, pin_hash, pin)


def _verify(pin_hash: str, pin: str) -> bool:
    try:
        return PasswordHasher().verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False
