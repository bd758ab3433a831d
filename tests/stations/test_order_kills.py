"""The engine is killed at every delicate moment of an order: same unit, same step, same half-typed number, no permit twice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from hmi.commands.demo_centre import prepare_centre
from hmi.commands.demo_plant import write_station
from hmi.station.commands import ConfirmStep, EnterMeasurement, JudgeStep, SaveDraft, ScanSerial, SignIn, StartOrder
from hmi.station.topics import OpenStep, OrdersTopic, PeopleTopic, WorkTopic
from station_db import queries
from station_db.reader import Reader
from station_db.records.orders import JobState, Permit, PermitState
from station_db.tables import TYPED
from tests import invariants
from tests.stations.desk import Desk, desk
from tests.stations.plant import Machine, child, machine, wait_for

pytestmark = [pytest.mark.whole_station, pytest.mark.xdist_group("stations"), pytest.mark.timeout(60)]

OPERATOR = SignIn(badge="100001")


@contextmanager
def engine(station: Path) -> Iterator[Desk]:
    """A life of the engine with the operator at it, ended by kill -9."""
    command = [sys.executable, "-m", "hmi", "run", str(station), "--headless", "--child"]
    with child(command, station.parent / "engine.log") as process:
        with desk(station.parent / "data") as seat:
            yield seat
        process.kill()
        process.wait(5)


def sign_in(seat: Desk) -> None:
    seat.until(lambda: seat.topic(PeopleTopic).people, "its people")
    assert seat.ask(OPERATOR).done


def open_step(seat: Desk, key: str) -> OpenStep:
    """Wait for a step to be the open one."""

    def step() -> OpenStep | None:
        now = seat.topic(WorkTopic).step
        return now if now is not None and now.spec.key == key else None

    return seat.until(step, f"the step {key}")


def every_permit(connection: Connection, station_id: str) -> tuple[Permit, ...]:
    table = TYPED["permit"]
    return queries.read(connection, table, queries.of(table, station_id))


def test_an_engine_killed_in_the_middle_of_an_order_goes_on_at_the_same_place(tmp_path: Path):
    words = ("--speed", "6", "--calm", "--seed", "3")
    with machine("press", tmp_path, *words) as press, machine("screwdriver", tmp_path, *words) as screwdriver:
        centre = prepare_centre(tmp_path, "", "", 1)
        plant = {"press": press, "screwdriver": screwdriver}
        station = write_station(tmp_path, plant, centre.station_table, {"theme": "day", "full_screen": False})
        data = tmp_path / "data"
        with engine(station) as seat:
            sign_in(seat)
            seat.until(lambda: seat.topic(OrdersTopic).orders, "its orders")
            assert seat.ask(StartOrder("WO-24117")).done
            assert seat.ask(ScanSerial(open_step(seat, "serial").run, "H000001")).done
            placed = open_step(seat, "place")
        with engine(station) as seat:
            sign_in(seat)
            assert open_step(seat, "place") == placed
            before = len(press.truth("permit_used"))
            assert seat.ask(ConfirmStep(placed.run)).done
            wait_for(lambda: len(press.truth("permit_used")) > before, "the press moves")
        with engine(station) as seat:
            sign_in(seat)
            step = open_step(seat, "runout")
            assert not seat.ask(EnterMeasurement(step.run, "0.32")).done
            assert seat.ask(SaveDraft(step.run, "0.02")).done
        with engine(station) as seat:
            sign_in(seat)
            step = seat.until(lambda: seat.topic(WorkTopic).step, "the step")
            assert (step.spec.key, step.draft, step.entries) == ("runout", "0.02", ("0.32",))
            assert seat.ask(EnterMeasurement(step.run, "0.021")).done
            seat.until(lambda: screwdriver.truth("permit_used"), "the screwdriver moves")
        with engine(station) as seat:
            sign_in(seat)
            assert seat.ask(JudgeStep(open_step(seat, "seal").run, passed=True)).done
            assert seat.ask(ConfirmStep(open_step(seat, "done").run)).done
            seat.until(lambda: not seat.topic(WorkTopic).order, "the order is over")
        assert_permits(data, press, screwdriver)
        assert [response.state for response in Reader(data).resume().responses] == [JobState.ENDED]
        invariants.store_is_sound(data)


def assert_permits(data: Path, press: Machine, screwdriver: Machine) -> None:
    """Each machine used exactly the permits the record says were used, each once."""
    permits = Reader(data).ask(every_permit)
    for name, worked in (("press", press), ("screwdriver", screwdriver)):
        used = [permit["cycle"] for permit in worked.truth("permit_used")]
        recorded = [permit.cycle_number for permit in permits if permit.machine == name and permit.state is PermitState.USED]
        assert sorted(used) == sorted(recorded)
        assert len(set(used)) == len(used)
