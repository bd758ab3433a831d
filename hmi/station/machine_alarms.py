"""A machine's alarms by its tags: a bit that is on, a number that a table puts into words, a fault code none of them covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite

from drivers.tag import AlarmText, Purpose, Tag, Value
from hmi.station.alarms import Alarms, Key, clear, own, raise_alarm
from hmi.station.codes import Code
from hmi.station.conditions import is_condition
from hmi.station.remarks import RECORDED
from hmi.station.topics import AlarmView
from hmi.station.turn import Turn
from hmi.station.unseen import leave
from hmi.station.wiring import Image, Wiring

MARK = ":"
"""Between the tag's name and its number in the code of an alarm; no tag's name holds it."""
OURS = frozenset((*Code, *RECORDED))
"""Codes of the station's own: the alarm of a bit that is named like one carries the mark and no number."""


def follow(alarms: Alarms, wiring: Wiring, image: Image, turn: Turn) -> Alarms:
    """Bring the alarms in line with what the machine says; where it says nothing they stand as they are."""
    standing = _standing(alarms, wiring)
    for tag in wiring.alarms:
        code = _code(tag, image.get(tag.name))
        if code is not None:
            alarms = _follow_tag(alarms, wiring, code, standing.get(tag.name, ()), turn)
    return _follow_fault(alarms, wiring, image, turn)


def view_of(wiring: Wiring, code: str, came_at: int) -> AlarmView | None:
    """The alarm of this code in the words of the settings; None where no tag tells it (any more)."""
    name, mark, number = code.partition(MARK)
    tag = next((tag for tag in wiring.alarms if tag.name == name and bool(tag.texts) == bool(number)), None)
    if tag is None or (mark and not number and name not in OURS):
        return None
    words = tag.alarm or AlarmText(tag.title or tag.name)
    text = tag.texts.get(int(number), f"{words.text} {number}") if number else words.text
    return AlarmView(wiring.machine.id, code, words.priority, came_at, text, words.consequence, words.action)


def _follow_tag(alarms: Alarms, wiring: Wiring, code: str, standing: Sequence[Key], turn: Turn) -> Alarms:
    for key in standing:
        if key[1] != code:
            alarms = leave(alarms, key, turn)
    view = view_of(wiring, code, turn.now.wall) if code else None
    return alarms if view is None else raise_alarm(alarms, view, turn)


def _code(tag: Tag, value: Value) -> str | None:
    """The code of the alarm a value means, empty for none; None where it says nothing about alarms."""
    if tag.texts:
        return _numbered(tag, value)
    if value is None:
        return None
    mark = MARK if tag.name in OURS else ""
    return f"{tag.name}{mark}" if value else ""


def _numbered(tag: Tag, value: Value) -> str | None:
    if value is None or isinstance(value, str) or not isfinite(value):
        return None
    return f"{tag.name}{MARK}{int(value)}" if value else ""


def _standing(alarms: Alarms, wiring: Wiring) -> Mapping[str, Sequence[Key]]:
    """What is on at the machine, by the tag that told it."""
    found: dict[str, list[Key]] = {}
    for key, alarm in alarms.items():
        if key[0] == wiring.machine.id and key[1] not in OURS and not is_condition(key[1]) and alarm.view.is_active:
            found.setdefault(key[1].partition(MARK)[0], []).append(key)
    return found


def _follow_fault(alarms: Alarms, wiring: Wiring, image: Image, turn: Turn) -> Alarms:
    """A fault code says something only where no alarm of the machine does."""
    machine, fault = wiring.machine, wiring.number(image, Purpose.FAULT)
    key = (machine.id, str(Code.MACHINE_FAULT))
    is_covered = bool(_standing(alarms, wiring))
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
