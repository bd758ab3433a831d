"""The alarms page: what is wrong, what it means, what to do, who has seen it; and apart from that, notices."""

from __future__ import annotations

from hmi.clock import Moment
from hmi.presenters.alarm_line import is_unseen, priority_word, severity_of, words_of
from hmi.presenters.conflicts import say_waiting
from hmi.presenters.durations import elapsed
from hmi.presenters.header import NOT_SECURED
from hmi.presenters.picture import Picture
from hmi.presenters.words import breakable, joined, say, translate
from hmi.station.alarms import OF_THE_LINK
from hmi.station.codes import Code
from hmi.station.topics import AlarmView, MachineView, RemarkView, Wants
from resources.words.english import ENGLISH
from widgets.display import AlarmRowText, Severity

ACKNOWLEDGE = "AcknowledgeAlarm"
ASKED_BY_CENTRE = frozenset({Code.ORDER_CONFLICT, Code.LEAD_ASKS})


def present_rows(picture: Picture, now: Moment) -> tuple[AlarmRowText, ...]:
    """Every alarm as a row, worst first."""
    return tuple(_row(picture, alarm, now) for alarm in picture.alarms.alarms)


def present_summary(picture: Picture) -> str:
    """How many there are, and how many nobody has seen."""
    alarms = picture.alarms.alarms
    unseen = sum(is_unseen(alarm) for alarm in alarms)
    active = translate("alarms", "{0} active").format(sum(alarm.is_active for alarm in alarms))
    return joined(active, translate("alarms", "{0} not acknowledged").format(unseen) if unseen else "") if alarms else ""


def present_notices(picture: Picture) -> tuple[str, ...]:
    """What a person should know of links that work."""
    return tuple(_notice(machine, remark) for machine in picture.machines.machines for remark in machine.remarks)


def present_way(picture: Picture) -> str:
    """The alarm line's key to the page; empty where nothing stands there but what the header always shows."""
    if page_of_way(picture) == "centre":
        return translate("alarms", "Decide")
    if picture.alarms.alarms:
        return translate("alarms", "Show")
    codes = {remark.code for machine in picture.machines.machines for remark in machine.remarks}
    return translate("alarms", "Notices") if codes - {NOT_SECURED} else ""


def page_of_way(picture: Picture) -> str:
    """The page it leads to: where nothing but the centre's questions stands there, straight to them."""
    codes = {alarm.code for alarm in picture.alarms.alarms}
    return "centre" if say_waiting(picture) and codes and codes <= ASKED_BY_CENTRE else "alarms"


def _row(picture: Picture, alarm: AlarmView, now: Moment) -> AlarmRowText:
    text, detail = words_of(picture, alarm)
    action = _action(alarm)
    return AlarmRowText(
        key=(alarm.source, alarm.code),
        severity=severity_of(alarm) if alarm.is_active else Severity.NORMAL,
        word=priority_word(alarm.priority),
        text=text,
        detail=detail,
        note=breakable(joined(_last_known(picture, alarm), say(alarm.told_code, alarm.told_args))),
        age=elapsed(alarm.came_at, now.wall) if alarm.is_active else translate("alarms", "over"),
        state=_state(picture, alarm),
        action=action,
        reason=_why_closed(picture) if action else "",
        blinks=alarm.is_active and is_unseen(alarm),
    )


def _action(alarm: AlarmView) -> str:
    match alarm.wants:
        case Wants.ACKNOWLEDGE:
            return translate("alarms", "Acknowledge")
        case Wants.CONFIRM:
            return translate("alarms", "Confirm")
        case Wants.NOTHING:
            return ""


def _why_closed(picture: Picture) -> str:
    return "" if ACKNOWLEDGE in picture.people.allowed else translate("alarms", "sign in first")


def _last_known(picture: Picture, alarm: AlarmView) -> str:
    """A machine that is away may be well again: its alarms are those it last told."""
    machine = picture.machine(alarm.source)
    is_old = machine is not None and not machine.link_up and alarm.code not in OF_THE_LINK
    return translate("alarms", "as it was last told") if is_old else ""


def _state(picture: Picture, alarm: AlarmView) -> str:
    if alarm.acknowledged_at is None:
        return translate("alarms", "not acknowledged") if alarm.wants is Wants.ACKNOWLEDGE else ""
    return translate("alarms", "seen by {0}").format(_who(picture, alarm.acknowledged_by))


def _who(picture: Picture, name: str) -> str:
    person = next((person for person in picture.people.people if person.id == name), None)
    machine = picture.machine(name)
    return person.initials if person else machine.name if machine else name


def _notice(machine: MachineView, remark: RemarkView) -> str:
    code = f"remark.{remark.code}"
    return breakable(joined(say(code, (machine.name,)) if code in ENGLISH else machine.name, remark.reason))
