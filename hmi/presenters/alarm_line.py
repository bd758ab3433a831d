"""The alarm line: the worst alarm in words, and how many more."""

from __future__ import annotations

from hmi.clock import Moment
from hmi.presenters.durations import elapsed
from hmi.presenters.picture import Picture
from hmi.presenters.words import joined, say, translate
from hmi.station.topics import AlarmView
from resources.words.english import ENGLISH
from widgets.display import AlarmText, Severity

_SEVERITIES = {"urgent": Severity.ALARM, "high": Severity.WARNING, "medium": Severity.WARNING, "low": Severity.NOTICE}


def present_alarms(picture: Picture, now: Moment) -> AlarmText | None:
    """The one alarm the line has room for, None for none. An engine that is away is worse than all it told us before."""
    engine = picture.hearing.of_engine(now.mono)
    if not engine.is_live:
        return AlarmText(
            Severity.ALARM,
            priority_word("high"),
            translate("alarms", "The recorder is away"),
            translate("alarms", "what you see is old · touches wait until it is back, by itself"),
            age=engine.age_text if engine.age_ns is not None else "",
        )
    return _present(picture, picture.alarms.alarms[0], now) if picture.alarms.alarms else None


def _present(picture: Picture, alarm: AlarmView, now: Moment) -> AlarmText:
    others = len(picture.alarms.alarms) - 1
    return AlarmText(
        _SEVERITIES.get(alarm.priority, Severity.WARNING),
        priority_word(alarm.priority),
        title_of(picture, alarm),
        joined(*_details(alarm)),
        age=elapsed(alarm.came_at, now.wall),
        more=f"+{others}" if others else "",
    )


def title_of(picture: Picture, alarm: AlarmView) -> str:
    """Who has what: `Press: hydraulic oil is hot`."""
    machine = picture.machine(alarm.source)
    text = alarm.text or say(alarm.code, alarm.args)
    return f"{machine.name}: {text}" if machine and not text.startswith(machine.name) else text


def _details(alarm: AlarmView) -> tuple[str, ...]:
    if alarm.consequence or alarm.action:
        return (alarm.consequence, alarm.action)
    said = (f"{alarm.code}.consequence", f"{alarm.code}.action")
    return tuple(say(code, alarm.args) for code in said if code in ENGLISH)


def priority_word(priority: str) -> str:
    """The badge's word."""
    match priority:
        case "high" | "urgent":
            return translate("alarms", "High")
        case "low":
            return translate("alarms", "Low")
        case _:
            return translate("alarms", "Medium")
