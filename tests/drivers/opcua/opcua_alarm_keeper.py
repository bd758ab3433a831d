"""Alarms and methods for the test's OPC UA server: conditions by the standard, refreshed, acknowledged and confirmed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from asyncua import ua
from asyncua.ua import ObjectIds

GUARD, PRESSURE = "Guard", "Pressure"
CAME = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@dataclass
class Condition:
    """One alarm as the server keeps it."""

    node: ua.NodeId
    text: str
    severity: int = 700
    active: bool = False
    acknowledged: bool = True
    confirmed: bool = True
    event_id: bytes = b""
    came: datetime | None = None
    comments: list[str] = field(default_factory=list)

    @property
    def retain(self):
        return self.active or not self.acknowledged or not self.confirmed


class AlarmKeeper:
    """Keeps conditions on a `Counterpart` and tells them; `answers` overrides what it says to an acknowledgement."""

    def __init__(self, counterpart):
        self.counterpart = counterpart
        self.conditions = {}
        self.refreshes = 0
        self.can_refresh = True
        self.answers = None
        self.called = []
        counterpart.run(self._install(counterpart.server, counterpart.index))

    def raise_alarm(self, name, *, severity=700):
        """It came."""
        condition = self.conditions[name]
        condition.active, condition.acknowledged, condition.confirmed = True, False, False
        condition.severity, condition.came = severity, CAME
        self.counterpart.run(self._tell(condition))
        return condition

    def clear(self, name):
        """It is over; it is kept until somebody saw it and confirmed that it was dealt with."""
        self.conditions[name].active = False
        self.counterpart.run(self._tell(self.conditions[name]))

    def forget(self):
        """Nothing stands, and nobody is told."""
        for condition in self.conditions.values():
            condition.active, condition.acknowledged, condition.confirmed = False, True, True

    def happen(self):
        """An event that is no condition."""
        self.counterpart.run(self._plain.trigger(message="the door was opened"))

    def demand_refresh(self):
        """The server lost sight of its alarms."""
        self.counterpart.run(self._required.trigger())

    async def _install(self, server, index):
        self._alarm = await server.get_event_generator(ua.NodeId(ObjectIds.AlarmConditionType))
        self._begin = await server.get_event_generator(ua.NodeId(ObjectIds.RefreshStartEventType))
        self._end = await server.get_event_generator(ua.NodeId(ObjectIds.RefreshEndEventType))
        self._required = await server.get_event_generator(ua.NodeId(ObjectIds.RefreshRequiredEventType))
        self._plain = await server.get_event_generator()
        for name, text in ((GUARD, "guard door open"), (PRESSURE, "pressure high")):
            node = await server.nodes.objects.add_object(ua.NodeId(name, index), name)
            self.conditions[name] = Condition(node.nodeid, text)
        methods = {
            ObjectIds.ConditionType_ConditionRefresh: self._refresh,
            ObjectIds.AcknowledgeableConditionType_Acknowledge: self._acknowledge,
            ObjectIds.AcknowledgeableConditionType_Confirm: self._confirm,
        }
        for number, linked in methods.items():
            server.link_method(server.get_node(ua.NodeId(number)), linked)
        await self._add_methods(server, index)

    async def _add_methods(self, server, index):
        press = await server.nodes.objects.add_object(ua.NodeId("Press", index), "Press")
        inputs = [ua.VariantType.UInt16, ua.VariantType.Double, ua.VariantType.String]
        outputs = [ua.VariantType.Double, ua.VariantType.LocalizedText]
        await press.add_method(ua.NodeId("Adjust", index), "Adjust", self._adjust, inputs, outputs)
        await press.add_method(ua.NodeId("Refuse", index), "Refuse", self._refuse)

    async def _refuse(self, _owner):
        return ua.StatusCode(ua.StatusCodes.BadUserAccessDenied)

    async def _adjust(self, _owner, *arguments):
        self.called.append([(each.VariantType, each.Value) for each in arguments])
        step, force, _note = (each.Value for each in arguments)
        words = ua.LocalizedText("done")
        return [ua.Variant(step * force, ua.VariantType.Double), ua.Variant(words, ua.VariantType.LocalizedText)]

    async def _refresh(self, _owner, _subscription):
        if not self.can_refresh:
            return ua.StatusCode(ua.StatusCodes.BadNotSupported)
        self.refreshes += 1
        await self._begin.trigger()
        for condition in self.conditions.values():
            if condition.retain:
                await self._tell(condition)
        await self._end.trigger()
        return []

    async def _acknowledge(self, owner, event_id, comment):
        return await self._answer(owner, event_id, comment, "acknowledged")

    async def _confirm(self, owner, event_id, comment):
        return await self._answer(owner, event_id, comment, "confirmed")

    async def _answer(self, owner, event_id, comment, what):
        if self.answers is not None:
            return ua.StatusCode(self.answers)
        condition = next(one for one in self.conditions.values() if one.node == owner)
        if event_id.Value != condition.event_id:
            return ua.StatusCode(ua.StatusCodes.BadEventIdUnknown)
        setattr(condition, what, True)
        condition.comments.append(comment.Value.Text)
        await self._tell(condition)
        return []

    async def _tell(self, condition):
        event = self._alarm.event
        said = {
            "NodeId": (condition.node, ua.VariantType.NodeId),
            "SourceName": ("Cell", ua.VariantType.String),
            "Severity": (condition.severity, ua.VariantType.UInt16),
            "Retain": (condition.retain, ua.VariantType.Boolean),
            "ActiveState/Id": (condition.active, ua.VariantType.Boolean),
            "ActiveState/TransitionTime": (condition.came, ua.VariantType.DateTime),
            "AckedState/Id": (condition.acknowledged, ua.VariantType.Boolean),
            "ConfirmedState/Id": (condition.confirmed, ua.VariantType.Boolean),
        }
        for name, (value, kind) in said.items():
            event.add_property(name, value, kind)
        await self._alarm.trigger(message=condition.text)
        condition.event_id = event.EventId.Value
