"""All that the screen was told, as one frozen picture: what presenters look at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hmi.presenters.freshness import Hearing
from hmi.station.topics import (
    AlarmsTopic,
    ConflictsTopic,
    CountsTopic,
    CycleTopic,
    HandworkTopic,
    MachinesTopic,
    MachineView,
    OrdersTopic,
    PeopleTopic,
    QuestionsTopic,
    RequestsTopic,
    SetpointsTopic,
    StationTopic,
    SyncTopic,
    TimelineTopic,
    Topic,
    WorkTopic,
)

_FIELDS: dict[type, str] = {
    StationTopic: "station",
    MachinesTopic: "machines",
    OrdersTopic: "orders",
    WorkTopic: "work",
    CountsTopic: "counts",
    QuestionsTopic: "questions",
    HandworkTopic: "handwork",
    TimelineTopic: "timeline",
    PeopleTopic: "people",
    AlarmsTopic: "alarms",
    SyncTopic: "sync",
    CycleTopic: "cycle",
    SetpointsTopic: "setpoints",
    ConflictsTopic: "conflicts",
    RequestsTopic: "requests",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """The latest of every topic, and what was heard. `station` is None until the first snapshot."""

    station: StationTopic | None = None
    machines: MachinesTopic = field(default_factory=lambda: MachinesTopic(()))
    orders: OrdersTopic = field(default_factory=OrdersTopic)
    work: WorkTopic = field(default_factory=WorkTopic)
    counts: CountsTopic = field(default_factory=CountsTopic)
    questions: QuestionsTopic = field(default_factory=QuestionsTopic)
    handwork: HandworkTopic = field(default_factory=HandworkTopic)
    timeline: TimelineTopic = field(default_factory=TimelineTopic)
    people: PeopleTopic = field(default_factory=PeopleTopic)
    alarms: AlarmsTopic = field(default_factory=AlarmsTopic)
    sync: SyncTopic = field(default_factory=SyncTopic)
    cycle: CycleTopic = field(default_factory=CycleTopic)
    setpoints: SetpointsTopic = field(default_factory=SetpointsTopic)
    conflicts: ConflictsTopic = field(default_factory=ConflictsTopic)
    requests: RequestsTopic = field(default_factory=RequestsTopic)
    hearing: Hearing = field(default_factory=Hearing)

    def with_topic(self, topic: Topic) -> Picture:
        """The picture with one topic replaced."""
        return replace(self, **{_FIELDS[type(topic)]: topic})

    def with_hearing(self, hearing: Hearing) -> Picture:
        """The picture with what was heard replaced."""
        return replace(self, hearing=hearing)

    @property
    def zone(self) -> str:
        """The plant's time zone."""
        return self.station.zone if self.station else "UTC"

    @property
    def main_machine(self) -> MachineView | None:
        """The machine of chart, counts and timeline."""
        return self.machines.machines[0] if self.machines.machines else None

    def machine(self, machine_id: str | None) -> MachineView | None:
        """A machine by its id."""
        return next((m for m in self.machines.machines if m.id == machine_id), None)
