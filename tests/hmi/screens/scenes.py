"""The shift of the pictures as topics: 06:00 to 10:42, 182 good, 2 bad, stopped 6, 2, 10 and 4 minutes, a break of 10."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from zoneinfo import ZoneInfo

import numpy as np

from hmi.channel.facts import LiveCurve, LiveValues, Pulse, SourceAge
from hmi.clock import Moment
from hmi.presenters.desk import Desk
from hmi.station import topics
from hmi.station.commands import BODIES, Body
from station_db.records.base import Instant, RecordId, from_plain
from station_db.records.orders import StepSpec

ZONE = "Europe/Berlin"
MINUTE = 60_000_000
SECOND_NS = 1_000_000_000
MONO = 5_000 * SECOND_NS


def at(text: str) -> Instant:
    """A time of that day as an instant."""
    hour, minute = text.split(":")
    return Instant(int(datetime(2026, 11, 21, int(hour), int(minute), tzinfo=ZoneInfo(ZONE)).timestamp()) * 1_000_000)


NOW = at("10:42")


@dataclass
class StillClock:
    """A clock the test turns."""

    wall: int = NOW
    mono: int = MONO
    made: int = 0

    def moment(self) -> Moment:
        return Moment(Instant(self.wall), self.mono, self._new_id)

    def turn(self, seconds: float) -> None:
        self.wall += int(seconds * 1_000_000)
        self.mono += int(seconds * SECOND_NS)

    def _new_id(self) -> RecordId:
        self.made += 1
        return RecordId(f"id-{self.made}")


@dataclass
class HeldWishes:
    """Takes wishes in place of the link and answers none by itself."""

    sent: list[Body] = field(default_factory=list)

    def send(self, body: Body) -> str:
        self.sent.append(body)
        return f"command-{len(self.sent)}"


STEPS: tuple[StepSpec, ...] = tuple(
    from_plain(StepSpec, step)
    for step in json.loads(resources.files("resources").joinpath("demo", "plant.json").read_text())["work_masters"][0]["steps"]
)

STATION = topics.StationTopic(
    id="ST-040",
    name="Press and screw",
    area="Line 2",
    zone=ZONE,
    has_orders=True,
    has_centre=True,
    shift=topics.ShiftView("Early", "2026-11-21", at("06:00"), at("14:00"), 320),
)
PRESS = topics.MachineView(
    id="press",
    name="Press",
    state="executing",
    packml="Execute",
    since=NOW - 33 * MINUTE,
    link_up=True,
    cycle_running=185,
    last_cycle=184,
    permit_required=True,
    channels=(topics.ChannelView("position", "position", "mm", 0, 30), topics.ChannelView("force", "force", "kN", 0, 80)),
    values=(
        topics.ValueSpec("force", "force", "kN", "fast", 0, 72),
        topics.ValueSpec("position", "position", "mm", "fast"),
        topics.ValueSpec("oil_temperature", "oil", "°C", "slow", 10, 55),
    ),
    window=(27, 30, 52, 72),
)
SCREWDRIVER = topics.MachineView(
    id="screwdriver", name="Screwdriver", state="not_executing", packml="Idle", since=NOW - 2 * MINUTE, link_up=True
)
PEOPLE = (
    topics.PersonView("mk", "Maria Keller", "M. K.", "operator", needs_pin=False),
    topics.PersonView("at", "Ahmed Tahir", "A. T.", "setter", needs_pin=True),
    topics.PersonView("jw", "Jana Weiss", "J. W.", "quality", needs_pin=True),
    topics.PersonView("sb", "Stefan Brandt", "S. B.", "lead", needs_pin=True),
)
ALLOWED = tuple(sorted(BODIES))
SIGNED_IN = topics.PeopleTopic(PEOPLE[0], PEOPLE, ALLOWED)
NOBODY = topics.PeopleTopic(None, PEOPLE, ("SignIn",))
OIL = topics.AlarmsTopic(
    (
        topics.AlarmView(
            "press",
            "oil_hot",
            "high",
            NOW - 3 * MINUTE,
            "Press: hydraulic oil is hot",
            "seals wear",
            "slow down or check the cooler",
        ),
        topics.AlarmView("screwdriver", "battery_low", "medium", NOW - 30 * MINUTE, "Screwdriver: battery low"),
    )
)
COUNTS = topics.CountsTopic(good=182, bad=2, cycles=184, planned=320)


SETTER = topics.PeopleTopic(PEOPLE[1], PEOPLE, ALLOWED)
ROLES = ("setter", "lead")
MODES = ((0, "Position"), (1, "Force"), (2, "Both"))


def setpoint(tag: str, title: str, unit: str, decimals: int, low: float | None, high: float | None, **more: object):
    """A value of the press that people may write."""
    base = topics.SetpointView(tag, title, unit, decimals, low, high, None, low is None, (), ROLES, "slow")
    return replace(base, **more)


def recipe(name: str, pressure: float, dwell: float, **more: object) -> topics.RecipeView:
    """What the press needs for a product."""
    values = (("pressure", pressure), ("dwell", dwell))
    return replace(topics.RecipeView(name, f"Pump cover {name}", values), **more)


SETPOINTS = topics.SetpointsTopic(
    (
        topics.MachineSetpoints(
            "press",
            "Press",
            (
                setpoint("pressure", "Clamp pressure", "bar", 1, 2.0, 6.0, step=1.0),
                setpoint(
                    "dwell", "Dwell at the end", "ms", 0, 0.0, 500.0, asked=220.0, state="unknown", reason="200 was read back"
                ),
                setpoint("cooling", "Cooling", "", 0, None, None, roles=("operator", "setter")),
                setpoint("mode", "Press mode", "", 0, 0.0, 2.0, texts=MODES),
            ),
            (
                recipe("P-310", 4.5, 200.0, state="confirmed", confirmed=2),
                recipe("P-311", 5.0, 250.0, state="not_done", confirmed=1, reason="dwell: no answer"),
            ),
        ),
    )
)


def timeline() -> topics.TimelineTopic:
    """The shift's states; they touch each other."""
    edges = [("06:00", "executing"), ("06:38", "not_executing"), ("06:44", "executing"), ("07:30", "not_executing")]
    edges += [("07:32", "executing"), ("08:00", "out_of_service"), ("08:10", "executing"), ("09:12", "not_executing")]
    edges += [("09:22", "executing"), ("10:05", "not_executing"), ("10:09", "executing")]
    ends = [at(time) for time, _ in edges[1:]]
    return topics.TimelineTopic(
        "press",
        tuple(topics.StateSpan(state, at(time), end) for (time, state), end in zip(edges, [*ends, None], strict=True)),
    )


def order(number: str, state: str, good: int, quantity: int, **more: object) -> topics.OrderView:
    """An order of the queue."""
    made = {"product": "P-310", "product_name": "pump housing", "revision": "C", "bad": 0, "due_at": at("15:30"), "steps": STEPS}
    return topics.OrderView(id=number, state=state, good=good, quantity=quantity, **{**made, **more})


ORDERS = topics.OrdersTopic(
    (
        order("WO-24117", "running", 182, 240, bad=2),
        order("WO-24121", "allowed_to_start", 0, 120, revision="D", why_not_code="other_order_open", why_not_args=("WO-24117",)),
        order(
            "WO-24125",
            "allowed_to_start",
            0,
            60,
            product="P-450",
            product_name="valve body",
            why_not_code="routing_missing",
            why_not_args=("P-450@A",),
        ),
    ),
    as_of=NOW,
)
QUESTION = topics.QuestionView(
    gap="gap-1",
    machine="press",
    name="Press",
    from_at=at("09:41"),
    to_at=at("09:58"),
    jumps=(topics.CounterJump("good", 412, 3), topics.CounterJump("cycle", 422, 3)),
    counted=0,
    most=34,
    is_now=True,
)
ASKED = topics.CountsTopic(good=182, bad=2, cycles=184, planned=320, unexplained=2)
CONFLICT = topics.ConflictView(
    "conflict-1",
    "WO-24117",
    "changed",
    NOW - 4 * MINUTE,
    topics.OrderSide(240, "P-310", "pump housing", "P-310-assembly@C", at("15:30")),
    topics.OrderSide(190, "P-310", "pump housing", "P-310-assembly@C", at("13:00")),
)
REQUEST = topics.RequestView(
    "request-1",
    "pause_order",
    "WO-24117",
    "no_material",
    "The bearings of lot 8841 are wrong, the right ones come at 11:30",
    "sb",
    NOW - 2 * MINUTE,
)
COUNT_REQUEST = topics.RequestView(
    "request-2", "settle_count", "gap-1", "12,1", "From the sheet of the shift before", "sb", NOW, at("09:41"), at("09:58")
)
BENCH = topics.MachineView(id="press", name="Bench 2", state="unknown", packml="", since=NOW - 33 * MINUTE, link_up=True)
HAND_COUNTS = (
    topics.HandCount("h3", NOW - 2_000_000, 5, 0, MONO + 8 * SECOND_NS),
    topics.HandCount("h2", NOW - 9_000_000, 0, 1, 0, is_taken_back=True),
    topics.HandCount("h1", NOW - 50_000_000, 1, 0),
)
HANDWORK = topics.HandworkTopic("press", HAND_COUNTS)
FREE_ORDERS = topics.OrdersTopic((order("WO-24117", "allowed_to_start", 0, 3, can_start=True), *ORDERS.orders[2:]), as_of=NOW)


def unit(number: int, state: str = "good") -> topics.UnitView:
    """A finished unit."""
    return topics.UnitView(f"unit-{number}", number, f"H{number:06d}", state)


UNITS = tuple(unit(number, "bad" if number == 181 else "good") for number in range(185, 173, -1))


def work(step: int = 4, **more: object) -> topics.WorkTopic:
    """The order at one step of unit 186."""
    marks = ["done"] * (step - 1) + ["open"] + ["pending"] * (len(STEPS) - step)
    views = tuple(topics.StepView(spec.number, spec.title, mark) for spec, mark in zip(STEPS, marks, strict=True))
    following = STEPS[step].title if step < len(STEPS) else ""
    opened = topics.OpenStep(run=f"run-{step}", spec=STEPS[step - 1], last_value=0.029 if step == 4 else None)
    if STEPS[step - 1].kind == "machine_cycle":
        opened = replace(opened, machine_wait_code="wait_start", machine_wait_args=("Screwdriver" if step == 5 else "Press",))
    base = topics.WorkTopic(
        order="WO-24117",
        product="P-310",
        product_name="pump housing",
        revision="C",
        state="running",
        quantity=240,
        good=182,
        bad=2,
        unit=topics.UnitView("unit-186", 186, "H000186", "open"),
        steps=views,
        step=opened,
        next_title=following,
        last_units=UNITS,
    )
    return replace(base, **more)


def pulse(clock: StillClock, *, heard_ago: float = 0.05, beating: bool = True) -> Pulse:
    """Both machines heard just now, or a while ago."""
    heard = clock.mono - int(heard_ago * SECOND_NS)
    groups = (("fast", heard, 100_000_000), ("slow", heard, 500_000_000))
    return Pulse(clock.mono, tuple(SourceAge(device, heard, groups, beating) for device in ("press", "screwdriver")))


def curve(cycle: int, share: float, seed: int = 0) -> LiveCurve:
    """A press cycle up to a share of its way."""
    x = np.linspace(0, 30, 211)[: max(2, int(211 * share))]
    noise = np.random.default_rng(seed + cycle).normal(0, 0.4, len(x)).cumsum() * 0.35
    y = 6 + 0.25 * x + np.clip(x - 8, 0, None) * 0.9 + np.clip(x - 18, 0, None) ** 1.6 * 0.65 + noise
    data = np.vstack([x, y]).astype("<f4").tobytes()
    return LiveCurve("press", cycle, 0, len(x), 2, data)


@dataclass
class Stage:
    """A desk with its clock and the wishes it sent."""

    clock: StillClock
    wishes: HeldWishes
    desk: Desk

    def tell(self, *said: topics.Topic) -> None:
        for topic in said:
            self.desk.take_topic(topic)

    def hear(self, **ages: object) -> None:
        """Pulse now, then judge."""
        self.desk.take_pulse(pulse(self.clock, **ages))
        self.desk.tick()


def stage(*said: topics.Topic) -> Stage:
    """The station of the pictures; `said` replaces topics."""
    clock, wishes = StillClock(), HeldWishes()
    desk = Desk(wishes, clock)
    built = Stage(clock, wishes, desk)
    built.tell(STATION, topics.MachinesTopic((PRESS, SCREWDRIVER)), SIGNED_IN, ORDERS, COUNTS, timeline(), OIL)
    built.tell(topics.SyncTopic("synced"), work())
    for cycle in range(178, 185):
        desk.take_curve(curve(cycle, 1.0))
        desk.take_topic(topics.CycleTopic(f"c{cycle}", "press", cycle, "good", NOW - 60_000_000, "", None))
    desk.take_curve(curve(185, 0.73))
    desk.take_values(LiveValues("press", clock.mono, ("force", "position", "oil_temperature"), (30.9, 21.8, 58.0)))
    built.tell(*said)
    built.hear()
    return built


def nothing() -> Stage:
    """A screen that has not heard its engine yet."""
    clock, wishes = StillClock(), HeldWishes()
    return Stage(clock, wishes, Desk(wishes, clock))
