"""What is true at the station, by topic: each a frozen picture that replaces the one before.

Times are UTC
microseconds; ages are host-wide monotonic nanoseconds. Sentences travel as a code with args, which
`hmi.messages` puts into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from station_db.records.orders import StepSpec


@dataclass(frozen=True, slots=True)
class ShiftView:
    """The running shift; None outside any."""

    name: str
    business_date: str
    started_at: int
    ended_at: int
    planned: int


@dataclass(frozen=True, slots=True)
class StationTopic:
    """Who this station is and what is switched on."""

    id: str
    name: str
    area: str
    zone: str
    has_orders: bool
    has_centre: bool
    shift: ShiftView | None = None
    engine_version: str = ""


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A curve channel of a machine, with the chart's fixed range."""

    name: str
    title: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ValueSpec:
    """A value a screen may show live: how it is called and what is normal."""

    tag: str
    title: str
    unit: str
    group: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class RemarkView:
    """What a person should know of a link that works: `code` of `drivers.link.RemarkCode`, the driver's own sentence."""

    code: str
    reason: str
    since: int


@dataclass(frozen=True, slots=True)
class MachineView:
    """One machine as it stands."""

    id: str
    name: str
    state: str
    packml: str
    since: int
    link_up: bool
    link_code: str = ""
    link_reason: str = ""
    cycle_running: int | None = None
    last_cycle: int | None = None
    permit_required: bool = False
    channels: tuple[ChannelView, ...] = ()
    values: tuple[ValueSpec, ...] = ()
    window: tuple[float, float, float, float] | None = None
    """End window of the curve: x low, x high, y low, y high."""
    remarks: tuple[RemarkView, ...] = ()


@dataclass(frozen=True, slots=True)
class MachinesTopic:
    """All machines, the one with the curve first."""

    machines: tuple[MachineView, ...]


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order of the queue."""

    id: str
    product: str
    product_name: str
    revision: str
    quantity: int
    good: int
    bad: int
    state: str
    due_at: int | None
    steps: tuple[StepSpec, ...] = ()
    can_start: bool = False
    why_not_code: str = ""
    why_not_args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrdersTopic:
    """The queue. `as_of` is when the centre was last heard; None without one."""

    orders: tuple[OrderView, ...] = ()
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit as a tile."""

    id: str
    number: int
    serial: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the open unit in the progress line."""

    number: int
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class OpenStep:
    """The one step that waits for somebody."""

    run: str
    spec: StepSpec
    draft: str = ""
    entries: tuple[str, ...] = ()
    last_value: float | None = None
    machine_wait_code: str = ""
    """For a machine cycle: what it waits for (permit asked, machine, cycle running)."""
    machine_wait_args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkTopic:
    """The running order at this unit and step; `order` empty without one."""

    order: str = ""
    product: str = ""
    product_name: str = ""
    revision: str = ""
    state: str = ""
    pause_reason: str = ""
    quantity: int = 0
    good: int = 0
    bad: int = 0
    unit: UnitView | None = None
    steps: tuple[StepView, ...] = ()
    step: OpenStep | None = None
    next_title: str = ""
    last_units: tuple[UnitView, ...] = ()


@dataclass(frozen=True, slots=True)
class CountsTopic:
    """Parts of the running shift by the station's main machine; `unexplained` counts open gaps, which make it `at least`."""

    good: int = 0
    bad: int = 0
    cycles: int = 0
    planned: int = 0
    unexplained: int = 0
    tells_good: bool = True
    tells_bad: bool = True
    """Whether the machine says of a part that it is good, or bad; what it never says is unknown, not zero."""


@dataclass(frozen=True, slots=True)
class CounterJump:
    """A counter that went where nobody can say how: `counter` is its purpose."""

    counter: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A gap in the counting that a person settles; `counted` parts of that time are in the counts, at most `most` were made.

    `gap` is what an answer names. `is_now` says that its parts belong to the running shift's counts.
    """

    gap: str
    machine: str
    name: str
    from_at: int
    to_at: int
    jumps: tuple[CounterJump, ...]
    counted: int
    most: int
    is_now: bool


@dataclass(frozen=True, slots=True)
class QuestionsTopic:
    """The open questions about counts, newest first."""

    questions: tuple[QuestionView, ...] = ()


@dataclass(frozen=True, slots=True)
class HandCount:
    """What a person counted; `undo_until_ns` (host-wide monotonic) is when it can no longer be taken back, 0: not any more."""

    id: str
    at: int
    good: int
    bad: int
    undo_until_ns: int = 0
    is_taken_back: bool = False


@dataclass(frozen=True, slots=True)
class HandworkTopic:
    """Counting by hand at the main machine; `machine` is empty where it counts by itself.

    `why_not_code` says why no part can be counted now, `several_code` why not several at once.
    """

    machine: str = ""
    entries: tuple[HandCount, ...] = ()
    why_not_code: str = ""
    why_not_args: tuple[str, ...] = ()
    several_code: str = ""
    several_args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StateSpan:
    """An interval of the timeline."""

    state: str
    started_at: int
    ended_at: int | None
    waits: bool = False
    """Not executing, but sound: it waits for a part, a permit or a person. Nobody stopped it."""


@dataclass(frozen=True, slots=True)
class TimelineTopic:
    """The main machine's states over the running shift."""

    machine: str = ""
    spans: tuple[StateSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody who may sign in."""

    id: str
    name: str
    initials: str
    role: str
    needs_pin: bool


@dataclass(frozen=True, slots=True)
class PeopleTopic:
    """Who is here, and who may come. `allowed` names the commands the signed-in person may give."""

    signed_in: PersonView | None = None
    people: tuple[PersonView, ...] = ()
    allowed: tuple[str, ...] = ()


class Wants(StrEnum):
    """What an alarm waits for from a person."""

    NOTHING = ""
    ACKNOWLEDGE = "acknowledge"
    CONFIRM = "confirm"
    """It is over and was seen, and its machine wants to hear that it was dealt with."""


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm. A machine's own texts come as they are; the station's own are said by `code` and `args`.

    `is_active` is false where it is over and kept only until somebody has seen it. `told_code` and `told_args` say what came of
    passing an acknowledgement on to the machine, as long as the machine has not taken it.
    """

    source: str
    code: str
    priority: str
    came_at: int
    text: str = ""
    consequence: str = ""
    action: str = ""
    args: tuple[str, ...] = ()
    is_active: bool = True
    wants: Wants = Wants.NOTHING
    acknowledged_at: int | None = None
    acknowledged_by: str = ""
    """A person's id, or the machine's where it was acknowledged over there."""
    told_code: str = ""
    told_args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmsTopic:
    """Alarms that are active or wait for somebody, worst first."""

    alarms: tuple[AlarmView, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAsideView:
    """An entry that is safe but could not be read into its table; `place` is its epoch and number."""

    place: str
    kind: str
    reason: str
    at: int
    is_ours: bool = True
    """Set aside at the centre; else it is the centre's, and was set aside here."""


@dataclass(frozen=True, slots=True)
class BackupView:
    """The last good backup, and what speaks against a newer one; `at` is None where there is none yet."""

    at: int | None = None
    place: str = ""
    failing_code: str = ""
    failing_args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncTopic:
    """How the centre stands: `none`, `synced`, `sending`, `offline`, `refused`.

    `captured` = `sent` + `records_here` + `set_aside` at every instant. `synced_at` is when all was last up and all news were
    down, `offline_since` when the centre was lost (wall time); `clock_offset_us` is what this clock lacks of the centre's.
    """

    state: str = "none"
    records_here: int = 0
    oldest_unsent_at: int | None = None
    reason_code: str = ""
    reason_args: tuple[str, ...] = ()
    captured: int = 0
    sent: int = 0
    """Stored at the centre and read into its tables there."""
    set_aside: int = 0
    """Stored at the centre, but not read into its tables."""
    items: tuple[SetAsideView, ...] = ()
    """The newest of what is set aside, here and there; at most 50."""
    synced_at: int | None = None
    offline_since: int | None = None
    signals_waiting: int = 0
    """Blocks and curves that wait for the second lane."""
    clock_offset_us: int | None = None
    is_clock_suspect: bool = False
    centre: str = ""
    """The centre's address, without a password."""
    backup: BackupView = BackupView()
    next_try_ns: int | None = None
    """When a centre that was lost or refuses is tried again, host-wide monotonic; None while that is not known."""


@dataclass(frozen=True, slots=True)
class CycleTopic:
    """The last cycle recorded; the screen fetches its curve from the archive or keeps the live one."""

    id: str = ""
    machine: str = ""
    number: int = 0
    verdict: str = ""
    ended_at: int = 0
    curve_digest: str = ""
    unit_number: int | None = None


@dataclass(frozen=True, slots=True)
class SetpointView:
    """A value people may write; `state` is that of its last write (`asked`, `confirmed`, `refused`, `unknown`, empty: none).

    What it is now comes with the live values of `group`.
    """

    tag: str
    title: str
    unit: str
    decimals: int
    low: float | None
    high: float | None
    step: float | None
    is_switch: bool
    texts: tuple[tuple[int, str], ...]
    roles: tuple[str, ...]
    group: str
    asked: float | None = None
    state: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RecipeView:
    """A recipe with its values as (tag, value), each of a `SetpointView`; `state` is that of its last way into the machine."""

    name: str
    title: str
    values: tuple[tuple[str, float], ...]
    state: str = ""
    confirmed: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MachineSetpoints:
    """What people may write at one machine."""

    machine: str
    name: str
    setpoints: tuple[SetpointView, ...] = ()
    recipes: tuple[RecipeView, ...] = ()


@dataclass(frozen=True, slots=True)
class SetpointsTopic:
    """What people may write, machine by machine; machines without any are left out."""

    machines: tuple[MachineSetpoints, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderSide:
    """What an order asks for, as one side knows it; `due_at` is None without one, or where it is not known any more."""

    quantity: int
    product: str
    product_name: str
    work_master: str
    due_at: int | None
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class ConflictView:
    """An order under work that the centre has changed: `kind` of `ConflictKind`, as started here, and at the centre now.

    `theirs` is None where the centre does not know it any more; a shared order has no sides but the other `stations`.
    """

    id: str
    order: str
    kind: str
    opened_at: int
    ours: OrderSide | None = None
    theirs: OrderSide | None = None
    stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConflictsTopic:
    """The conflicts that wait for a person, oldest first."""

    conflicts: tuple[ConflictView, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestView:
    """What a lead asks: `action` of `RequestAction`; for a count, the time of its gap."""

    id: str
    action: str
    subject: str
    value: str
    reason: str
    asked_by: str
    asked_at: int
    gap_from_at: int | None = None
    gap_to_at: int | None = None


@dataclass(frozen=True, slots=True)
class RequestsTopic:
    """The requests that wait for a person, oldest first."""

    requests: tuple[RequestView, ...] = ()


Topic = (
    StationTopic
    | MachinesTopic
    | OrdersTopic
    | WorkTopic
    | CountsTopic
    | QuestionsTopic
    | HandworkTopic
    | TimelineTopic
    | PeopleTopic
    | AlarmsTopic
    | SyncTopic
    | CycleTopic
    | SetpointsTopic
    | ConflictsTopic
    | RequestsTopic
)

TOPICS: dict[str, type[Topic]] = {
    topic.__name__: topic
    for topic in (
        StationTopic,
        MachinesTopic,
        OrdersTopic,
        WorkTopic,
        CountsTopic,
        QuestionsTopic,
        HandworkTopic,
        TimelineTopic,
        PeopleTopic,
        AlarmsTopic,
        SyncTopic,
        CycleTopic,
        SetpointsTopic,
        ConflictsTopic,
        RequestsTopic,
    )
}
