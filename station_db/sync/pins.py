"""PINs become argon2id hashes before they enter any record: 64 MB, three passes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)


class Pins:
    """Hashes each PIN of a load once, however often it is planned; a PIN that fits its old hash keeps it."""

    def __init__(self) -> None:
        self._hashes: dict[tuple[str, str], str] = {}

    def hash_of(self, pin: str, old: str) -> str:
        """The hash of a PIN; empty for no PIN."""
        if not pin:
            return ""
        if (pin, old) not in self._hashes:
            self._hashes[pin, old] = old if _fits(pin, old) else HASHER.hash(pin)
        return self._hashes[pin, old]


def _fits(pin: str, old: str) -> bool:
    if not old or HASHER.check_needs_rehash(old):
        return False
    try:
        return HASHER.verify(old, pin)
    except (VerificationError, InvalidHashError):
        return False
