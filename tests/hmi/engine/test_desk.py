"""Wishes on their way in: nobody but the engine says who asks and whether a PIN was right."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher

from hmi.clock import SystemClock
from hmi.engine.desk import StationDesk
from hmi.station.commands import Answer, Command, SignIn, SignOut
from hmi.tasks import Supervisor
from station_db.records.people import Person, PersonRole

HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("4711")
LEAD = Person(id="sb", name="Stefan", initials="SB", badge="100", role=PersonRole.LEAD, pin_hash=HASH)


class Listening:
    """A runner that says what came in."""

    def __init__(self) -> None:
        self.commands: asyncio.Queue[Command] = asyncio.Queue()

    def obey(self, command: Command, reply) -> None:
        self.commands.put_nowait(command)

    def person(self, badge: str, person_id: str) -> Person | None:
        return LEAD if badge == LEAD.badge or person_id == LEAD.id else None


def at_the_desk(work):
    async def run() -> None:
        tasks, runner = Supervisor(), Listening()
        desk = StationDesk(tasks, SystemClock())
        desk.serve(runner)
        try:
            await work(desk, runner)
        finally:
            await tasks.close()

    asyncio.run(run())


def test_a_right_pin_is_verified_and_the_core_never_sees_it():
    async def work(desk, runner) -> None:
        for pin in ("4711", "4712"):
            desk.obey(Command("c", SignIn(badge="100", pin=pin)), lambda _: None)
            heard = await runner.commands.get()
            assert (heard.verified, heard.body.pin) == (pin == "4711", "*")

    at_the_desk(work)


def test_a_screen_cannot_say_who_it_is_or_that_a_pin_was_right():
    async def work(desk, runner) -> None:
        desk.obey(Command("c", SignOut(), actor="boss", verified=True), lambda _: None)
        assert await runner.commands.get() == Command("c", SignOut())
        desk.obey(Command("c", SignIn(badge="100"), verified=True), lambda _: None)
        assert not (await runner.commands.get()).verified

    at_the_desk(work)


def test_after_five_wrong_pins_the_sixth_is_not_even_tried():
    async def work(desk, runner) -> None:
        for _ in range(5):
            desk.obey(Command("c", SignIn(person="sb", pin="0000")), lambda _: None)
            await runner.commands.get()
        answers: list[Answer] = []
        desk.obey(Command("c-6", SignIn(person="sb", pin="4711")), answers.append)
        assert [(answer.done, answer.code) for answer in answers] == [(False, "engine.pin_locked")]

    at_the_desk(work)
