"""Takes the screen's wishes: a sign-in's PIN is verified on the way, everything else goes straight to the core."""

from __future__ import annotations

from dataclasses import replace

from hmi.channel.hub import Reply
from hmi.clock import Clock
from hmi.engine.identity import PinGate, is_right_pin
from hmi.engine.runner import Runner
from hmi.station.commands import Answer, Command, SignIn
from hmi.tasks import Supervisor
from station_db.records.people import Person

PIN_LOCKED = "engine.pin_locked"
HIDDEN = "*"
"""What the core sees of a PIN: that there was one."""


class StationDesk:
    """The engine's side of `hmi.channel.hub.Desk`."""

    def __init__(self, tasks: Supervisor, clock: Clock) -> None:
        self._tasks = tasks
        self._clock = clock
        self._gate = PinGate()
        self._runner: Runner

    def serve(self, runner: Runner) -> None:
        """Pass wishes on to this runner from now on."""
        self._runner = runner

    def obey(self, command: Command, reply: Reply) -> None:
        """Pass a command on; nobody but us says who gives it and whether a PIN was right."""
        command = replace(command, actor="", verified=False)
        if isinstance(command.body, SignIn) and command.body.pin:
            self._check_pin(command, command.body, reply)
        else:
            self._runner.obey(command, reply)

    def outcome(self, command_id: str, reply: Reply) -> None:
        """What came of a command."""
        self._runner.outcome(command_id, reply)

    def _check_pin(self, command: Command, asked: SignIn, reply: Reply) -> None:
        person = self._runner.person(asked.badge, asked.person)
        hidden = replace(command, body=replace(asked, pin=HIDDEN))
        if person is None or not person.pin_hash:
            self._runner.obey(hidden, reply)
            return
        locked_s = self._gate.locked_s(person.id, self._clock.moment().mono)
        if locked_s:
            reply(Answer(command.id, done=False, code=PIN_LOCKED, args=(str(locked_s),)))
        else:
            self._tasks.start("pin", self._verify(hidden, asked.pin, person, reply))

    async def _verify(self, command: Command, pin: str, person: Person, reply: Reply) -> None:
        is_right = await is_right_pin(person.pin_hash, pin)
        self._gate.tried(person.id, self._clock.moment().mono, is_right=is_right)
        self._runner.obey(replace(command, verified=is_right), reply)
