"""What a scenario can ask of a simulated machine, word by word (docs/architecture.md lists them)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from drivers.simulation.control import RefusedRequestError, Request
from drivers.simulation.counts import Counter
from drivers.simulation.disturbances import SCAN_MS, Halt, halt_of
from drivers.simulation.gate import Gate
from drivers.simulation.packml import Fault
from drivers.simulation.press import Press
from drivers.simulation.simulation import Simulation

Answer = Mapping[str, Any]


class Verbs:
    """Does what a request says and answers it."""

    def __init__(self, simulation: Simulation, gate: Gate) -> None:
        self._simulation = simulation
        self._machine = simulation.model.machine
        self._gate = gate
        self._on_loop: dict[str, Callable[[Request], Answer | None]] = {
            "jam": self._jam,
            "fault": self._fault,
            "clear": lambda _: self._machine.clear(),
            "wear": self._wear,
            "bad_next": lambda _: self._machine.make_next_bad(),
            "restart": lambda _: self._machine.request_restart(),
            "stop_after": lambda request: self._machine.stop_after(_whole(request, "cycles", 0, 1 << 31)),
            "preset": self._preset,
            "oil": self._oil,
            "lose_samples": self._lose_samples,
            "speed": self._speed,
            "drop_link": lambda request: simulation.wire.drop_link(_number(request, "seconds", 0, 3600)),
            "freeze_program": lambda _: self._freeze_program(),
        }

    def respond(self, request: Request) -> Answer:
        """Do it. Raises `RefusedRequestError`."""
        match request.get("do"):
            case "status":
                return self._gate.run(self._status)
            case "freeze_process":
                self._gate.freeze()
                return {}
            case "thaw":
                return self._thaw()
            case str() as verb if verb in self._on_loop:
                return self._do(verb, request)
            case verb:
                known = ", ".join(sorted([*self._on_loop, "freeze_process", "thaw", "status"]))
                raise RefusedRequestError(f"unknown request {verb!r}; known are {known}")

    def _do(self, verb: str, request: Request) -> Answer:
        if self._gate.is_frozen:
            raise RefusedRequestError("the process is frozen: thaw it first")
        return self._gate.run(lambda: self._on_loop[verb](request)) or {}

    def _thaw(self) -> Answer:
        self._gate.thaw()
        self._simulation.pace.is_frozen = False
        return {}

    def _freeze_program(self) -> None:
        self._simulation.pace.is_frozen = True

    def _jam(self, request: Request) -> None:
        usual = halt_of(Fault.JAM)
        if "seconds" in request:
            usual = replace(usual, scans=round(_number(request, "seconds", 0, 86_400) * 1000 / SCAN_MS))
        self._machine.halt(usual)

    def _fault(self, request: Request) -> None:
        code = _whole(request, "code", Fault.JAM, Fault.DRIVE)
        self._machine.halt(Halt(Fault(code), scans=None))

    def _wear(self, request: Request) -> None:
        self._machine.wear = _number(request, "value", 0, 10)

    def _preset(self, request: Request) -> None:
        try:
            counter = Counter(request.get("counter"))
        except ValueError:
            raise RefusedRequestError('"counter" is "good", "bad" or "cycle"') from None
        self._machine.preset(counter, _whole(request, "value", 0, 0xFFFF))

    def _oil(self, request: Request) -> None:
        self._press().oil.set(_number(request, "value", -40, 200))

    def _lose_samples(self, request: Request) -> None:
        self._press().work.fifo.lose(_whole(request, "samples", 1, 10_000))

    def _press(self) -> Press:
        model = self._simulation.model
        if not isinstance(model, Press):
            raise RefusedRequestError("only the press can do that")
        return model

    def _speed(self, request: Request) -> None:
        self._simulation.pace.speed = _number(request, "value", 0.01, 100)

    def _status(self) -> Answer:
        machine = self._machine
        return {
            "state": machine.state.name,
            "fault": int(machine.fault),
            **{counter.value: value for counter, value in machine.counts.values.items()},
            "running_cycle": machine.running_cycle,
            "part": machine.part,
            "boot": machine.boot,
            "wear": machine.wear,
            "speed": self._simulation.pace.speed,
            "permit": {word.value: value for word, value in machine.permit.words.items()},
            "frozen": "process" if self._gate.is_frozen else "program" if self._simulation.pace.is_frozen else None,
        }


def _number(request: Request, key: str, low: float, high: float) -> float:
    value = request.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RefusedRequestError(f'"{key}" is a number from {low} to {high}, not {value!r}')
    return float(value)


def _whole(request: Request, key: str, low: int, high: int) -> int:
    value = _number(request, key, low, high)
    if value != int(value):
        raise RefusedRequestError(f'"{key}" is a whole number, not {value}')
    return int(value)
