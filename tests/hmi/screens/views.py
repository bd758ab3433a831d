"""Every screen of the station as a test builds it, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize

from hmi.archive import Archive, AskCurve, AskCycles, Found
from hmi.channel.facts import LiveValues
from hmi.screens.window import StationWindow
from hmi.station import topics
from station_db.records.base import Digest, Verdict
from station_db.records.local import Curve
from station_db.records.production import Cycle, Result
from tests.hmi.screens import scenes, sync_scenes
from tests.hmi.screens.scenes import NOW, Stage, nothing, stage, work
from widgets.table_row import TableRow
from widgets.theme import Theme
from widgets.touch_button import TouchButton


@dataclass(frozen=True)
class View:
    """A station and what is done at its window before it is looked at."""

    stage: Callable[[], Stage]
    act: Callable[[StationWindow, Stage], None] = lambda _window, _stage: None


class NoArchive(Archive):
    """A door behind which nothing is read; the test answers."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.asked: list[object] = []

    def ask(self, question: object) -> None:
        self.asked.append(question)


def window_of(made: Stage, theme: Theme, size: QSize) -> StationWindow:
    """The window of a stage."""
    window = StationWindow(theme, made.desk, made.wishes, NoArchive(), width_px=size.width())
    window.setFixedSize(size)
    window.show()
    return window


def built(view: View, theme: Theme, size: QSize) -> StationWindow:
    """A view's window, laid out."""
    made = view.stage()
    window = window_of(made, theme, size)
    view.act(window, made)
    made.desk.tick()
    settle(window)
    return window


def settle(window: StationWindow) -> None:
    """Let layouts come to rest: what a text needs may ask for another round."""
    for _ in range(3):
        QCoreApplication.processEvents()


def cycles(count: int) -> tuple[Cycle, ...]:
    """The last cycles of the press, newest first."""
    return tuple(
        Cycle(
            id=f"c{184 - back}",
            machine="press",
            number=184 - back,
            ended_at=NOW - back * 73_000_000,
            duration_ms=4200 + back,
            verdict=Verdict.BAD if back == 3 else Verdict.GOOD,
            results=(Result("end_force", 64.9 + (6.7 if back == 3 else 0), "kN"), Result("end_position", 29.98, "mm")),
            curve_digest=Digest("d"),
        )
        for back in range(count)
    )


def _history(window: StationWindow, _made: Stage) -> None:
    window.go("history")
    archive = window.history.archive
    question = next(asked for asked in reversed(archive.asked) if isinstance(asked, AskCycles))
    archive.found.emit(Found(question, cycles(50)))


def _history_cycle(window: StationWindow, made: Stage) -> None:
    _history(window, made)
    made.desk.tick()
    next(row for row in window.findChildren(TableRow) if row.key == "c184").click()
    curve = scenes.curve(184, 1.0)
    stored = Curve(Digest("d"), "press", "c184", ("position", "force"), ("mm", "kN"), curve.count, curve.data)
    window.history.archive.found.emit(Found(AskCurve(Digest("d")), (stored,)))


def _typed(window: StationWindow, _made: Stage) -> None:
    window.go("number")
    for key in "0.32":
        window.measure.pad.press(key)


def _refused(window: StationWindow, made: Stage) -> None:
    made.clock.turn(3)
    made.desk.tick()


def _card(key: str) -> Callable[[StationWindow, Stage], None]:
    return lambda window, _made: window.run.show_card(key)


def _pin(window: StationWindow, _made: Stage) -> None:
    window.run.sign_in.pin_wanted.emit("at")
    for key in "2749":
        window.pin.pad.press(key)


def _stale(made: Stage) -> Stage:
    made.clock.turn(12)
    made.desk.take_pulse(scenes.pulse(made.clock, heard_ago=12))
    return made


def _offline() -> Stage:
    return stage(sync_scenes.OFFLINE)


def _setting() -> Stage:
    """A setter at the press, whose pressure is 4.0 bar."""
    made = stage(scenes.SETPOINTS, scenes.SETTER)
    said = {"pressure": 4.0, "dwell": 200.0, "cooling": 1.0, "mode": 1.0}
    made.desk.take_values(LiveValues("press", made.clock.mono, tuple(said), tuple(said.values())))
    made.clock.turn(1)
    made.hear()
    return made


def _machine(window: StationWindow, _made: Stage) -> None:
    window.go("machine")


def _machine_write(window: StationWindow, _made: Stage) -> None:
    window.go("machine")
    window.machine.choose("press pressure")
    window.machine.propose("4.5")


def _machine_recipe(window: StationWindow, _made: Stage) -> None:
    window.go("machine")
    window.machine.choose("press recipe P-311")
    window.machine.propose("recipe")


def _machine_mode(window: StationWindow, _made: Stage) -> None:
    window.go("machine")
    window.machine.choose("press mode")


def _setpoint(window: StationWindow, _made: Stage) -> None:
    window.go("machine")
    window.machine.choose("press pressure")
    window.findChild(TouchButton, "setpoint_change").click()
    for key in "6.5":
        window.setpoint.pad.press(key)


def _free() -> Stage:
    return stage(topics.WorkTopic(), scenes.FREE_ORDERS, topics.AlarmsTopic())


def _silent() -> Stage:
    """The screwdriver has not been heard for a while; the press has."""
    made = stage()
    fresh, old = scenes.pulse(made.clock), scenes.pulse(made.clock, heard_ago=12)
    made.desk.take_pulse(replace(fresh, sources=(fresh.sources[0], old.sources[1])))
    return made


def _monitor() -> Stage:
    """One machine, no calendar, no people, no orders, no curve, no counter of bad parts."""
    station = replace(scenes.STATION, has_orders=False, has_centre=False, shift=None)
    press = replace(scenes.PRESS, state="unknown", packml="", channels=(), window=None, values=scenes.PRESS.values[:1])
    said = (station, topics.MachinesTopic((press,)), topics.PeopleTopic(None, (), ()), topics.WorkTopic(), topics.OrdersTopic())
    counts = topics.CountsTopic(good=4, cycles=4, tells_bad=False)
    span = topics.TimelineTopic("press", (topics.StateSpan("unknown", NOW - 20_000_000, None),))
    return stage(*said, counts, span, topics.AlarmsTopic(), topics.SyncTopic("none"))


def _blocked() -> Stage:
    press = replace(scenes.PRESS, state="not_executing", packml="Idle", since=NOW - 4 * 60_000_000)
    made = stage(topics.MachinesTopic((press, scenes.SCREWDRIVER)), topics.AlarmsTopic())
    made.desk.take_curve(scenes.curve(185, 1.0))
    made.tell(topics.CycleTopic("c185", "press", 185, "good", NOW - 240_000_000, "", 185))
    return made


def _asked() -> Stage:
    return stage(scenes.ASKED, topics.QuestionsTopic((scenes.QUESTION,)))


def _settle(window: StationWindow, _made: Stage) -> None:
    window.go("settle")
    window.findChild(TouchButton, "question_answer").click()
    for key in "12":
        window.settle.pad.press(key)


def _settle_reason(window: StationWindow, made: Stage) -> None:
    _settle(window, made)
    window.settle.pad.entered.emit("12")
    window.settle.pad.press("1")
    window.settle.pad.entered.emit("1")


def _hand(*said: topics.Topic) -> Stage:
    """A bench without a machine; without an order its state is unknown."""
    span = topics.TimelineTopic("press", (topics.StateSpan("unknown", NOW - 20_000_000, None),))
    free = (topics.MachinesTopic((scenes.BENCH,)), topics.WorkTopic(), scenes.FREE_ORDERS, span, topics.AlarmsTopic())
    return stage(*free, scenes.HANDWORK, *said)


def _hand_order() -> Stage:
    """The order's open step is to make the part by hand."""
    bench = topics.MachinesTopic((replace(scenes.BENCH, state="executing"),))
    press = work(3)
    assert press.step is not None
    return _hand(bench, replace(press, step=replace(press.step, machine_wait_code="wait_hand", machine_wait_args=("Bench 2",))))


def _hand_first() -> Stage:
    """A check comes first; nobody counts before it is done."""
    waits = ("count_step_first", ("Shaft runout",))
    handwork = replace(scenes.HANDWORK, entries=(), why_not_code=waits[0], why_not_args=waits[1])
    return _hand(work(4), replace(handwork, several_code="count_one_by_one", several_args=("WO-24117",)))


def _alarms() -> Stage:
    """Alarms nobody has seen, one that somebody has, one that is over, one its machine did not take; and two notices."""
    guard = topics.AlarmView("press", "@guard", "urgent", NOW - 20_000_000, "guard door open", wants=topics.Wants.ACKNOWLEDGE)
    told = {"told_code": "alarm_not_told", "told_args": ("Press", "the server has no such node (BadNodeIdUnknown)")}
    said = (
        replace(guard, acknowledged_at=NOW, acknowledged_by="mk", **told),
        replace(scenes.OIL.alarms[0], wants=topics.Wants.ACKNOWLEDGE),
        replace(scenes.OIL.alarms[1], acknowledged_at=NOW, acknowledged_by="jw"),
        topics.AlarmView(
            "press",
            "@air",
            "low",
            NOW - 9 * 60_000_000,
            "Press: air pressure was low",
            is_active=False,
            wants=topics.Wants.CONFIRM,
        ),
    )
    remarks = (topics.RemarkView("not_secured", "anybody on the network can read and change what is said", NOW),)
    clock = topics.RemarkView("clock_off", "it is 63 s ahead of ours", NOW)
    machines = topics.MachinesTopic(
        (replace(scenes.PRESS, remarks=remarks), replace(scenes.SCREWDRIVER, remarks=(clock,))),
    )
    return stage(topics.AlarmsTopic(said), machines)


def _show_alarms(window: StationWindow, _made: Stage) -> None:
    window.go("alarms")


def _sync(*said: topics.Topic, act: Callable[[StationWindow, Stage], None] = lambda _window, _made: None) -> View:
    """The sync page, once these topics were told."""

    def look(window: StationWindow, made: Stage) -> None:
        window.go("sync")
        act(window, made)

    return View(lambda: stage(topics.AlarmsTopic(), *said), look)


SYNC_VIEWS: dict[str, View] = {
    "sync_none": _sync(sync_scenes.NO_BACKUP),
    "sync": _sync(sync_scenes.SYNCED),
    "sync_draining": _sync(sync_scenes.DRAINING),
    "sync_offline": _sync(sync_scenes.OFFLINE),
    "sync_month": _sync(sync_scenes.LONG_OFFLINE),
    "sync_fork": _sync(sync_scenes.refused(sync_scenes.FORK, "Stop one of them and call IT.")),
    "sync_schema": _sync(sync_scenes.refused(sync_scenes.SCHEMA, "Run `lineside centre init` with this version.")),
    "sync_stalled": _sync(*sync_scenes.STALLED),
    "sync_one_aside": _sync(sync_scenes.ONE_ASIDE),
    "sync_many_aside": _sync(sync_scenes.MANY_ASIDE),
    "sync_backup_fails": _sync(sync_scenes.BACKUP_FAILS),
    "sync_clock": _sync(sync_scenes.CLOCK_OFF),
    "sync_broken": _sync(sync_scenes.BROKEN),
    "sync_disk": _sync(sync_scenes.OFFLINE, sync_scenes.alarm("engine.record_failed", "no space left on the disk")),
    "sync_unheard": View(nothing, lambda window, _made: window.go("sync")),
    "sync_away": _sync(sync_scenes.OFFLINE, act=_refused),
}
"""Every way the record and the centre may stand."""


def _asked_by_centre(*items: topics.ConflictView | topics.RequestView) -> Stage:
    """What the centre wants decided, with a lead at the screen."""
    conflicts = tuple(item for item in items if isinstance(item, topics.ConflictView))
    requests = tuple(item for item in items if isinstance(item, topics.RequestView))
    lead = topics.PeopleTopic(scenes.PEOPLE[3], scenes.PEOPLE, scenes.ALLOWED)
    return stage(topics.ConflictsTopic(conflicts), topics.RequestsTopic(requests), lead)


def _decide(window: StationWindow, _made: Stage) -> None:
    window.go("centre")


def _decide_why(name: str) -> Callable[[StationWindow, Stage], None]:
    def act(window: StationWindow, _made: Stage) -> None:
        window.go("centre")
        window.findChild(TouchButton, name).click()

    return act


CANCELLED = replace(scenes.CONFLICT, kind="cancelled", theirs=replace(scenes.CONFLICT.ours, is_cancelled=True))
SHARED = topics.ConflictView("conflict-2", "WO-24117", "shared", NOW, stations=("ST-050", "ST-060"))

VIEWS: dict[str, View] = {
    "conflict": View(lambda: _asked_by_centre(scenes.CONFLICT), _decide),
    "conflict_cancelled": View(lambda: _asked_by_centre(CANCELLED), _decide),
    "conflict_vanished": View(lambda: _asked_by_centre(replace(CANCELLED, kind="vanished", theirs=None)), _decide),
    "conflict_shared": View(lambda: _asked_by_centre(SHARED), _decide),
    "conflict_why": View(lambda: _asked_by_centre(scenes.CONFLICT), _decide_why("conflict_keep")),
    "request": View(lambda: _asked_by_centre(scenes.REQUEST), _decide),
    "request_count": View(lambda: _asked_by_centre(scenes.COUNT_REQUEST), _decide),
    "request_why": View(lambda: _asked_by_centre(scenes.REQUEST), _decide_why("request_refuse")),
    "orders_asked": View(lambda: _asked_by_centre(scenes.CONFLICT, scenes.REQUEST), lambda window, _made: window.go("orders")),
    "run": View(stage),
    "run_scan": View(lambda: stage(work(1), topics.AlarmsTopic())),
    "run_instruction": View(lambda: stage(work(2))),
    "run_machine": View(lambda: stage(work(5))),
    "run_judge": View(lambda: stage(work(6))),
    "run_confirm": View(lambda: stage(work(7))),
    "run_blocked": View(_blocked),
    "run_stale": View(lambda: _stale(stage())),
    "run_engine_gone": View(stage, _refused),
    "run_offline": View(_offline),
    "run_silent": View(_silent),
    "run_monitor": View(_monitor),
    "run_paused": View(lambda: stage(work(4, state="interrupted", pause_reason="break"))),
    "run_nobody": View(lambda: stage(scenes.NOBODY)),
    "run_free": View(_free),
    "run_watch": View(lambda: stage(topics.WorkTopic(), topics.OrdersTopic(), topics.SyncTopic("none"))),
    "run_unheard": View(nothing),
    "chart": View(stage, lambda window, _made: window.run.show_card("chart") if "chart" in window.run.cards else None),
    "sign_in_monitor": View(_monitor, _card("sign_in")),
    "sign_in": View(lambda: stage(scenes.NOBODY), _card("sign_in")),
    "person": View(stage, _card("sign_in")),
    "bad_part": View(stage, _card("bad_part")),
    "pause": View(stage, _card("pause")),
    "finish": View(stage, _card("finish")),
    "number": View(stage, _typed),
    "serial": View(lambda: stage(work(1)), lambda window, _made: window.go("serial")),
    "pin": View(lambda: stage(scenes.NOBODY), _pin),
    "orders": View(stage, lambda window, _made: window.go("orders")),
    "orders_free": View(_free, lambda window, _made: window.go("orders")),
    "orders_empty": View(lambda: stage(topics.WorkTopic(), topics.OrdersTopic()), lambda window, _made: window.go("orders")),
    "alarms": View(_alarms, _show_alarms),
    "alarms_none": View(lambda: stage(topics.AlarmsTopic()), _show_alarms),
    "history": View(stage, _history),
    "history_cycle": View(stage, _history_cycle),
    "machine": View(_setting, _machine),
    "machine_write": View(_setting, _machine_write),
    "machine_recipe": View(_setting, _machine_recipe),
    "machine_mode": View(_setting, _machine_mode),
    "machine_stranger": View(lambda: stage(scenes.SETPOINTS), _machine),
    "setpoint": View(_setting, _setpoint),
    "run_asked": View(_asked),
    "settle": View(_asked, lambda window, _made: window.go("settle")),
    "settle_number": View(_asked, _settle),
    "settle_reason": View(_asked, _settle_reason),
    "history_asked": View(_asked, lambda window, _made: window.go("history")),
    "hand": View(_hand),
    "hand_order": View(_hand_order),
    "hand_first": View(_hand_first),
    "hand_nobody": View(lambda: _hand(scenes.NOBODY)),
    "history_empty": View(stage, lambda window, _made: window.go("history")),
}
VIEWS |= {
    name: SYNC_VIEWS[name] for name in ("sync_none", "sync_draining", "sync_fork", "sync_many_aside", "sync_disk", "sync_away")
}
