"""Faults of the record itself: they can't be recorded while they last, so they are laid over the core's alarms."""

from __future__ import annotations

from dataclasses import replace

from hmi.channel.hub import Hub
from hmi.station.topics import AlarmsTopic, AlarmView, Topic

SOURCE = "store"


class Publisher:
    """Brings the core's pictures to the screens, with what the engine alone knows laid over the alarms."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._own: dict[str, AlarmView] = {}
        self._core = AlarmsTopic()

    def publish(self, topic: Topic) -> None:
        """Tell the screens of a picture."""
        if isinstance(topic, AlarmsTopic):
            self._core = topic
            self._show_alarms()
        else:
            self._hub.publish(topic)

    def came(self, code: str, at: int, *args: str, priority: str = "high") -> None:
        """A fault of the record began; one that is there already stays as it came."""
        if code not in self._own:
            self._own[code] = AlarmView(source=SOURCE, code=code, priority=priority, came_at=at, args=args)
            self._show_alarms()

    def went(self, code: str) -> None:
        """It is over."""
        if self._own.pop(code, None) is not None:
            self._show_alarms()

    def _show_alarms(self) -> None:
        self._hub.publish(replace(self._core, alarms=(*self._own.values(), *self._core.alarms)))
