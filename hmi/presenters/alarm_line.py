"""The alarm line: the worst alarm in words, and how many more."""

from __future__ import annotations

from hmi.clock import Moment
from hmi.presenters.durations import elapsed
from hmi.presenters.picture import Picture
from hmi.presenters.words import breakable, joined, say, translate
from hmi.station.topics import AlarmView, Wants
from widgets.display import AlarmText, Severity

_SEVERITIES = {
    "critical": Severity.ALARM,
    "urgent": Severity.ALARM,
    "high": Severity.WARNING,
    "medium": Severity.WARNING,
    "low": Severity.NOTICE,
}


def present_alarms(picture: Picture, now: Moment) -> AlarmText | None:
    """The one alarm the line has room for, None for none. An engine that is away is worse than all it told us before."""
    engine = picture.hearing.of_engine(now.mono)
    if not engine.is_live:
        return AlarmText(
            Severity.ALARM,
            priority_word("high"),
            translate("alarms", "The recorder is away"),
            translate("alarms", "what you see is old · nothing can be entered until it is back"),
            age=engine.age_text if engine.age_ns is not None else "",
        )
    standing = [alarm for alarm in picture.alarms.alarms if alarm.is_active]
    return _present(picture, standing[0], len(standing) - 1, now) if standing else None


def present_calm(picture: Picture) -> str:
    """What the line says while no alarm stands: how many went that nobody has seen."""
    count = sum(is_unseen(alarm) for alarm in picture.alarms.alarms)
    return translate("alarms", "No alarms now · {0} over, not acknowledged").format(count) if count else ""


def _present(picture: Picture, alarm: AlarmView, others: int, now: Moment) -> AlarmText:
    title, detail = words_of(picture, alarm)
    return AlarmText(
        severity_of(alarm),
        priority_word(alarm.priority),
        title,
        detail,
        age=elapsed(alarm.came_at, now.wall),
        more=f"+{others}" if others else "",
        blinks=is_unseen(alarm),
    )


def severity_of(alarm: AlarmView) -> Severity:
    """How an alarm's priority looks."""
    return _SEVERITIES.get(alarm.priority, Severity.WARNING)


def is_unseen(alarm: AlarmView) -> bool:
    """Whether nobody has acknowledged it yet."""
    return alarm.wants is Wants.ACKNOWLEDGE and alarm.acknowledged_at is None


def words_of(picture: Picture, alarm: AlarmView) -> tuple[str, str]:
    """Cause, then consequence and action. A machine's own texts name the machine; ours say all in one go."""
    if not alarm.text:
        cause, _, rest = say(alarm.code, alarm.args).partition(". ")
        return breakable(cause.rstrip(".")), breakable(rest)
    machine = picture.machine(alarm.source)
    named = machine and not alarm.text.startswith(machine.name)
    text = f"{machine.name}: {alarm.text}" if named else alarm.text
    return breakable(text), breakable(joined(alarm.consequence, alarm.action))


def priority_word(priority: str) -> str:
    """The badge's word."""
    match priority:
        case "critical" | "urgent" | "high":
            return translate("alarms", "High")
        case "low":
            return translate("alarms", "Low")
        case _:
            return translate("alarms", "Medium")
