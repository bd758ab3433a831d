"""PINs: right or wrong by argon2id, and five wrong ones lock out for a minute."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher

from hmi.engine.identity import PinGate, is_right_pin

SECOND = 1_000_000_000


def test_a_pin_is_right_or_wrong_and_no_hash_admits_nobody():
    pin_hash = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("4711")
    asked = [(pin_hash, "4711"), (pin_hash, "4712"), ("", "4711"), ("no hash", "4711")]

    async def run() -> list[bool]:
        return [await is_right_pin(*pair) for pair in asked]

    assert asyncio.run(run()) == [True, False, False, False]


def test_five_wrong_pins_lock_that_person_out_for_a_minute():
    gate = PinGate()
    for _ in range(5):
        assert gate.locked_s("anna", 0) == 0
        gate.tried("anna", 0, is_right=False)
    assert [gate.locked_s("anna", now * SECOND) for now in (0, 59, 60)] == [60, 1, 0]
    assert gate.locked_s("ben", 0) == 0


def test_a_right_pin_forgets_the_wrong_ones():
    gate = PinGate()
    for is_right in (False, False, False, False, True, False, False, False, False):
        gate.tried("anna", 0, is_right=is_right)
    assert gate.locked_s("anna", 0) == 0
