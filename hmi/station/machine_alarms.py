"""A machine's alarms by its tags: a bit that is on, a number that a table puts into words, a fault code none of them covers."""

from __future__ import annotations

from dataclasses import replace

from drivers.tag import AlarmText, Purpose, Tag, Value
from hmi.station.alarms import Alarms, Key, clear, own, raise_alarm
from hmi.station.codes import Code
from hmi.station.topics import AlarmView
from hmi.station.turn import Turn
from hmi.station.wiring import Image, Wiring

MARK = ":"
"""Between the tag's name and its number in the code of an alarm; no tag's name holds it."""


def follow(alarms: Alarms, wiring: Wiring, image: Image, turn: Turn) -> Alarms:
    """Bring the alarms in line with what the machine says; where it says nothing they stand as they are."""
    for tag in wiring.alarms:
        value = image.get(tag.name)
        if value is not None:
            alarms = _follow_tag(alarms, wiring, tag, value, turn)
    return _follow_fault(alarms, wiring, image, turn)


def view_of(wiring: Wiring, code: str, came_at: int) -> AlarmView | None:
    """The alarm of this code in the words of the settings; None where no tag tells it (any more)."""
    name, mark, number = code.partition(MARK)
    tag = next((tag for tag in wiring.alarms if tag.name == name and bool(tag.texts) == bool(mark)), None)
    if tag is None:
        return None
    words = tag.alarm or AlarmText(tag.title or tag.name)
    text = tag.texts.get(int(number), f"{words.text} {number}") if mark else words.text
    return AlarmView(wiring.machine.id, code, words.priority, came_at, text, words.consequence, words.action)


def _follow_tag(alarms: Alarms, wiring: Wiring, tag: Tag, value: Value, turn: Turn) -> Alarms:
    wanted = _code(tag, value)
    for key in _standing(alarms, wiring, tag):
        if key[1] != wanted:
            alarms = clear(alarms, key, turn)
    view = view_of(wiring, wanted, turn.now.wall) if wanted else None
    return alarms if view is None else raise_alarm(alarms, view, turn)


def _code(tag: Tag, value: Value) -> str:
    """The code of the alarm a value means; empty for none."""
    if not value or (tag.texts and isinstance(value, str)):
        return ""
    return f"{tag.name}{MARK}{int(value)}" if tag.texts else tag.name


def _standing(alarms: Alarms, wiring: Wiring, tag: Tag) -> list[Key]:
    return [key for key in alarms if key[0] == wiring.machine.id and key[1].partition(MARK)[0] == tag.name]


def _follow_fault(alarms: Alarms, wiring: Wiring, image: Image, turn: Turn) -> Alarms:
    """A fault code says something only where no alarm of the machine does."""
    machine, fault = wiring.machine, wiring.number(image, Purpose.FAULT)
    key = (machine.id, str(Code.MACHINE_FAULT))
    is_covered = any(_standing(alarms, wiring, tag) for tag in wiring.alarms)
    if fault is None and not is_covered:
        return alarms
    said = alarms.get(key)
    if not fault or is_covered or (said is not None and said.view.args[-1:] != (str(fault),)):
        alarms = clear(alarms, key, turn)
    if fault and not is_covered:
        view = own(machine.id, Code.MACHINE_FAULT, turn, machine.name, str(fault))
        words = wiring.by_purpose[Purpose.FAULT].texts.get(fault, "")
        alarms = raise_alarm(alarms, replace(view, text=words), turn)
    return alarms
