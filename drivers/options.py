"""Reads a device's own keys of station.toml: typed, with defaults, and no key left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drivers.driver import MachineSetupError


class Options:
    """The keys of one device; every problem is a `MachineSetupError` that names the key."""

    def __init__(self, device: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
        self._device = device
        self._given = given
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise self.wrong(unknown[0], f"is not an option of this driver; it knows {', '.join(known)}")

    def wrong(self, key: str, why: str) -> MachineSetupError:
        """Make the error for `key`."""
        return MachineSetupError(self._device, f"option '{key}' {why}", option=key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty; without a default it must be given."""
        value = self._given.get(key, default)
        if value is None:
            raise self.wrong(key, "is missing")
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f"must be a text, not {value!r}")
        return value.strip()

    def optional(self, key: str) -> str | None:
        """Return a text, or None where the key is not given."""
        return self.text(key) if key in self._given else None

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        value = self._given.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.wrong(key, f"must be a whole number from {low} to {high}, not {value!r}")
        return value

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """Return one of `choices`."""
        value = self.text(key, default)
        if value not in choices:
            raise self.wrong(key, f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._given.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, f"must be true or false, not {value!r}")
        return value
