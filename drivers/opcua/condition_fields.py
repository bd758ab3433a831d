"""What is asked of every event of a server, and what it says of a condition. Pure; knows asyncua."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asyncua import ua
from asyncua.ua.object_ids import ObjectIds

from drivers.opcua.events import Fields, clause
from drivers.opcua.variants import microseconds
from drivers.reading import Condition

_BASE, _CONDITION = ObjectIds.BaseEventType, ObjectIds.ConditionType
_KEPT, _ALARM = ObjectIds.AcknowledgeableConditionType, ObjectIds.AlarmConditionType
_WANTED = (
    ("node", _CONDITION, ""),
    ("event", _BASE, "EventId"),
    ("kind", _BASE, "EventType"),
    ("source", _BASE, "SourceName"),
    ("message", _BASE, "Message"),
    ("severity", _BASE, "Severity"),
    ("time", _BASE, "Time"),
    ("name", _CONDITION, "ConditionName"),
    ("branch", _CONDITION, "BranchId"),
    ("retain", _CONDITION, "Retain"),
    ("acknowledged", _KEPT, "AckedState/Id"),
    ("confirmed", _KEPT, "ConfirmedState/Id"),
    ("active", _ALARM, "ActiveState/Id"),
    ("came", _ALARM, "ActiveState/TransitionTime"),
)
CLAUSES = tuple(clause(type_id, path) for _, type_id, path in _WANTED)
REFRESH_ENDED = ua.NodeId(ua.Int32(ObjectIds.RefreshEndEventType))
MUST_REFRESH = tuple(
    ua.NodeId(ua.Int32(number)) for number in (ObjectIds.RefreshRequiredEventType, ObjectIds.EventQueueOverflowEventType)
)
"""The server lost sight of its alarms, or told more than its queue holds."""

_BRANCH = "#branch="
"""Between a condition and an earlier occurrence of it that the server still keeps."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event's fields by name."""

    fields: dict[str, Any]

    @classmethod
    def of(cls, values: Fields) -> Event:
        """Name the fields."""
        return cls({name: value for (name, _, _), value in zip(_WANTED, values, strict=False)})

    @property
    def kind(self) -> ua.NodeId | None:
        """Return its type."""
        return self.fields.get("kind")

    @property
    def node(self) -> ua.NodeId | None:
        """Return the condition it is of; None for an event of no condition."""
        node = self.fields.get("node")
        return None if node is None or node.is_null() else node

    @property
    def event_id(self) -> bytes:
        """Return the one occurrence that an answer must name."""
        return self.fields.get("event") or b""


def condition_of(device: str, event: Event, named: Callable[[ua.NodeId], str], stamp: tuple[int, int]) -> Condition:
    """Return what `event` says of its condition. A field that its type does not have asks for nothing."""
    said = event.fields
    node, at = event.node, stamp[0]
    assert node is not None, "only of a condition's event"
    is_retained = bool(said.get("retain"))
    active = said.get("active")
    return Condition(
        device=device,
        id=named(node) + _branch(said.get("branch"), named),
        branch=event.event_id.hex(),
        source=said.get("source") or "",
        text=_text(said.get("message")) or said.get("name") or "",
        severity=int(said.get("severity") or 1),
        is_active=is_retained if active is None else bool(active),
        is_acknowledged=_yes(said.get("acknowledged")),
        is_confirmed=_yes(said.get("confirmed")),
        is_retained=is_retained,
        came_at=microseconds(said.get("came")) or microseconds(said.get("time")) or at,
        at=at,
        heard_ns=stamp[1],
    )


def _branch(branch: ua.NodeId | None, named: Callable[[ua.NodeId], str]) -> str:
    return "" if branch is None or branch.is_null() else _BRANCH + named(branch)


def _yes(state: Any) -> bool:
    return True if state is None else bool(state)


def _text(message: Any) -> str:
    return str(getattr(message, "Text", None) or "")
