"""A scripted operator who works an order by touch and scan on the real widgets, and takes a picture of every screen on the way.

It looks at the screen's own picture of the station to know what comes next, and does nothing a hand could not do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest

from hmi.app import Station, Visitor
from hmi.presenters.picture import Picture
from hmi.station.permits import ASK_AGAIN
from hmi.station.topics import OpenStep
from station_db.records.orders import StepKind
from widgets.touch_button import TouchButton

T = TypeVar("T")

LOOK_S = 0.05
BETWEEN_TOUCHES_S = 0.15
SAME_PLACE_S = 0.45
"""A second touch of the same place within 400 ms is one touch."""
SETTLE_S = 0.3
"""A page that was just opened has drawn itself."""
OPERATOR_BADGE = "100001"


class RehearsalError(Exception):
    """The script waited for something that did not come."""


def rehearsal(pictures: Path | None) -> Visitor:
    """The script, as something `hmi.app` lets drive its window."""

    async def visit(station: Station) -> None:
        await Operator(station, pictures).work()

    return visit


@dataclass(slots=True)
class Operator:
    """Hands, a scanner and a camera."""

    station: Station
    pictures: Path | None
    device: QPointingDevice = field(default_factory=QTest.createTouchDevice)
    taken: set[str] = field(default_factory=set)
    measured_wrong: bool = False
    touched: str = ""

    @property
    def seen(self) -> Picture:
        """What the screen knows."""
        return self.station.desk.picture

    async def work(self) -> None:
        """A short shift: sign in, take the first order, work it to its end, look back."""
        await self.until(lambda: self.seen.people.people and self.seen.machines.machines, "the station is on the screen")
        await self.until(lambda: self.seen.counts.cycles > 0, "a cycle is counted")
        await self.photograph("free")
        await self.sign_in()
        await self.start_order()
        await self.work_order()
        await self.look_back()

    async def sign_in(self) -> None:
        """By badge."""
        await self.touch("person")
        await self.photograph("sign_in")
        await self.peep(f"name_{self.somebody_with_pin()}", "pin", "pad_back")
        self.scan(OPERATOR_BADGE)
        await self.until(lambda: self.seen.people.signed_in, "somebody is signed in")

    async def start_order(self) -> None:
        """The first that can be started."""
        await self.touch("nav_orders")
        order = await self.until(lambda: next((o for o in self.seen.orders.orders if o.can_start), None), "an order to start")
        await self.touch(f"order_{order.id}")
        await self.photograph("orders")
        await self.touch("start_order")
        await self.until(lambda: self.seen.work.step, "the first step")
        await self.touch("nav_run")

    async def work_order(self) -> None:
        """Step by step until the order is over."""
        while step := self.seen.work.step:
            await self.photograph(f"step_{step.spec.key}")
            await self.peep_around(step)
            await self.do(step)
            await self.until(lambda run=step.run: self.is_past(run), f"the step after {step.spec.title}")

    async def peep_around(self, step: OpenStep) -> None:
        """What an operator may open beside the work, without doing it."""
        if step.spec.kind is StepKind.SCAN_SERIAL:
            await self.peep("type_serial", "serial", "pad_back")
        if step.spec.kind is StepKind.INSTRUCTION:
            for card, away in (("bad_part", "reason_cancel"), ("pause", "pause_cancel"), ("finish", "finish_cancel")):
                await self.peep(card, card, away)

    async def peep(self, name: str, picture: str, away: str) -> None:
        """Open something once, photograph it, and leave it as it was; what this panel does not have is passed over."""
        if picture in self.taken or self.pictures is None or self.find(name) is None:
            return
        await self.touch(name)
        await self.photograph(picture)
        await self.touch(away)

    def somebody_with_pin(self) -> str:
        """A name that asks for a PIN."""
        return next((person.id for person in self.seen.people.people if person.needs_pin), "")

    def is_past(self, run: str) -> bool:
        """Whether another step is open, or none."""
        step = self.seen.work.step
        return step is None or step.run != run

    async def do(self, step: OpenStep) -> None:
        """What this step asks of a hand."""
        match step.spec.kind:
            case StepKind.SCAN_SERIAL:
                self.scan(f"H{self.seen.work.unit.number:06d}" if self.seen.work.unit else "")
            case StepKind.INSTRUCTION | StepKind.CONFIRM:
                await self.touch("main_action")
            case StepKind.NUMERIC:
                await self.measure()
            case StepKind.PASS_FAIL:
                await self.touch("pass")
            case StepKind.MACHINE_CYCLE:
                await self.wait_for_machine(step.run)

    async def measure(self) -> None:
        """Type the number; the first time ten times too much, as people do, and put it right."""
        await self.touch("main_action")
        if not self.measured_wrong:
            self.measured_wrong = True
            await self.type("0.32")
            await self.photograph("number_refused")
            await self.touch("key_correct")
        await self.type("0.031")
        await self.photograph("number")
        await self.touch("key_enter")

    async def type(self, text: str) -> None:
        """Key by key."""
        for sign in text:
            await self.touch("key_mark" if sign == "." else f"key_{sign}")

    async def wait_for_machine(self, run: str) -> None:
        """Keep hands off; ask again where the machine did not take the permit."""

        def is_stuck() -> bool:
            step = self.seen.work.step
            return step is not None and step.run == run and step.machine_wait_code in ASK_AGAIN

        machine = next((m for m in self.seen.machines.machines if m.channels), None)
        await self.until(lambda: self.is_past(run) or is_stuck() or (machine and self.is_drawing()), "the machine moves")
        await self.photograph("cycle" if self.is_drawing() else "machine")
        await self.peep("chart", "chart", "back_to_step")
        await self.until(lambda: self.is_past(run) or is_stuck(), "the machine is done")
        if is_stuck():
            await self.touch("main_action")

    def is_drawing(self) -> bool:
        """Whether a main machine's cycle is under way."""
        machine = self.seen.main_machine
        return bool(machine and machine.cycle_running is not None and machine.cycle_running != machine.last_cycle)

    async def look_back(self) -> None:
        """History, and what the other pages look like."""
        await self.photograph("after")
        await self.touch("nav_history")
        await self.photograph("history")
        await self.touch("nav_run")

    async def touch(self, name: str) -> None:
        """Put a finger on a widget and lift it there, once it is in sight and willing."""
        await asyncio.sleep(SAME_PLACE_S if name == self.touched else BETWEEN_TOUCHES_S)
        self.touched = name
        widget = await self.until(lambda: self.find(name), f"{name} can be touched")
        window = self.station.window
        middle = widget.mapTo(window, widget.rect().center())
        # Touches belong to a window: a widget without one of its own gets them from there. Never let them spin the loop.
        QTest.touchEvent(window, self.device, autoCommit=False).press(0, middle, window).commit(processEvents=False)
        QTest.touchEvent(window, self.device, autoCommit=False).release(0, middle, window).commit(processEvents=False)

    def find(self, name: str) -> TouchButton | None:
        """A button in sight that would act, by its name."""
        found = self.station.window.findChildren(TouchButton, name)
        return next((button for button in found if button.isVisible() and button.is_open()), None)

    def scan(self, text: str) -> None:
        """A scanner types faster than any hand and ends with Enter."""
        for sign in text:
            QTest.keyClick(self.station.window, sign)
        QTest.keyClick(self.station.window, Qt.Key.Key_Return)

    async def photograph(self, name: str) -> None:
        """Save the window once under this name."""
        if self.pictures is None or name in self.taken:
            return
        self.taken.add(name)
        await asyncio.sleep(SETTLE_S)
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.station.window.grab().save(str(self.pictures / f"{name}.png"))

    async def until(self, fact: Callable[[], T], what: str, seconds: float = 30.0) -> T:
        """Look until `fact` is true. Raises `RehearsalError` with what did not come."""
        for _ in range(int(seconds / LOOK_S)):
            if seen := fact():
                return seen
            await asyncio.sleep(LOOK_S)
        raise RehearsalError(f"waited {seconds:.0f} s in vain until {what}")
