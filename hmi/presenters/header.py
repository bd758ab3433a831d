"""The header: station, machine, order, links, person, clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hmi.clock import Moment
from hmi.presenters.durations import clock_time
from hmi.presenters.freshness import Freshness
from hmi.presenters.machine_state import present_state
from hmi.presenters.picture import Picture
from hmi.presenters.sync_chip import present_sync
from hmi.presenters.words import translate
from widgets.display import ChipText, Severity

NOT_SECURED = "not_secured"
"""A remark's code (`drivers.link.RemarkCode`)."""


@dataclass(frozen=True, slots=True)
class HeaderView:
    """All of the header, ready to be drawn."""

    station: str
    number: str
    place: str
    state: ChipText
    order: ChipText
    order_brief: str
    link: ChipText
    sync: ChipText
    person: str
    person_brief: str
    clock: str


def present_header(picture: Picture, now: Moment) -> HeaderView:
    """Say how the header looks now."""
    station, order = picture.station, picture.work.order
    return HeaderView(
        station=station_name(picture),
        number=station.id if station else translate("header", "Starting"),
        place=station.area if station else "",
        order_brief=(order or translate("header", "no order")) if station else "",
        state=present_state(picture, picture.main_machine, now),
        order=ChipText(strong=order, lead=translate("header", "Order") if order else ""),
        link=present_link(picture, now),
        sync=present_sync(picture, now),
        person=present_person(picture),
        person_brief=present_person(picture, is_brief=True),
        clock=clock_time(now.wall, picture.zone),
    )


def station_name(picture: Picture) -> str:
    """The station's number and name, or that it is awaited."""
    station = picture.station
    if station is None:
        return translate("header", "Starting")
    return station.name if station.name.startswith(station.id) else f"{station.id} {station.name}"


def present_person(picture: Picture, *, is_brief: bool = False) -> str:
    """Who works here."""
    person = picture.people.signed_in
    if person:
        return person.initials
    if picture.station and not picture.people.people:
        return translate("header", "No people") if is_brief else translate("header", "No people set up")
    return translate("header", "Nobody") if is_brief else translate("header", "Nobody signed in")


def present_link(picture: Picture, now: Moment) -> ChipText:
    """How old the machines' word is: live, or the silent one with its age."""
    engine = picture.hearing.of_engine(now.mono)
    if not engine.is_live:
        return _abnormal(translate("header", "Recorder away"), _aged(engine))
    for machine in picture.machines.machines:
        freshness = picture.hearing.of_device(machine.id, now.mono)
        if not freshness.is_live:
            silent = _abnormal(translate("header", "{0} silent").format(machine.name), _aged(freshness))
            return replace(silent, below=_open_link(picture))
    if not picture.machines.machines:
        return ChipText(plain=translate("header", "No machine"))
    live = translate("header", "Machines live") if len(picture.machines.machines) > 1 else translate("header", "Machine live")
    return ChipText(plain=live, below=_open_link(picture))


def _open_link(picture: Picture) -> str:
    """The permanent mark of a link that anybody can read and change."""
    remarks = {remark.code for machine in picture.machines.machines for remark in machine.remarks}
    return translate("header", "not secured") if NOT_SECURED in remarks else ""


def _abnormal(strong: str, plain: str) -> ChipText:
    return ChipText(strong=strong, plain=plain, severity=Severity.WARNING)


def _aged(freshness: Freshness) -> str:
    return freshness.age_text if freshness.age_ns is not None else ""
