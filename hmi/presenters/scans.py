"""Where a scan goes: to the step that expects it, to the order it names, or it is a badge. Never into a field."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmi.presenters.picture import Picture
from hmi.station.commands import ScanSerial, SignIn
from station_db.records.orders import StepKind


@dataclass(frozen=True, slots=True)
class ShowOrder:
    """The scan names an order of the queue."""

    order: str


def route_scan(picture: Picture, text: str) -> ScanSerial | SignIn | ShowOrder:
    """What a scan asks for. What fits nothing else is tried as a badge, whose refusal says what was scanned."""
    step = picture.work.step
    if any(order.id == text for order in picture.orders.orders):
        return ShowOrder(text)
    expects = step is not None and step.spec.kind is StepKind.SCAN_SERIAL and picture.people.signed_in is not None
    if step and expects and (not step.spec.pattern or re.fullmatch(step.spec.pattern, text)):
        return ScanSerial(step_run=step.run, serial=text)
    return SignIn(badge=text)
