"""The centre is away for a whole order: the operator notices nothing, and afterwards both ends hold the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection

from hmi.commands.demo_centre import prepare_centre
from hmi.commands.demo_plant import write_station
from station_db import queries
from station_db.errors import RecordError
from station_db.reader import Reader
from station_db.records.orders import JobState, Permit, PermitState
from station_db.tables import TYPED
from tests import invariants
from tests.faults.postgres import GUARDED, postgres
from tests.faults.proxy import Mode, proxy
from tests.stations.plant import Machine, child, lineside, machine, wait_for

pytestmark = [pytest.mark.whole_station, pytest.mark.xdist_group("stations"), pytest.mark.timeout(60)]


def orders_here(data: Path) -> bool:
    try:
        resume = Reader(data).resume()
    except RecordError:
        return False
    return bool(resume.job_orders and resume.people)


def rehearse(station: Path, pictures: Path) -> subprocess.Popen[str]:
    words = ["screen", str(station), "--offscreen", "--rehearse", "--size", "1280x800", "--screenshots", str(pictures)]
    return subprocess.Popen([sys.executable, "-m", "hmi", *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, text=True)


def same_at_both_ends(data: Path, url: str) -> bool:
    said = lineside("verify", data, "--against", url, "--json")
    return said.returncode == 0 and json.loads(said.stdout)["centre"]["up"]["checked"] > 0


def every_permit(connection: Connection, station_id: str) -> tuple[Permit, ...]:
    table = TYPED["permit"]
    return queries.read(connection, table, queries.of(table, station_id))


def test_an_order_is_worked_while_the_centre_is_away_and_arrives_once_when_it_is_back(tmp_path: Path):
    words = ("--speed", "8", "--calm", "--seed", "5")
    data = tmp_path / "data"
    with (
        postgres() as server,
        proxy(server.socket) as line,
        machine("press", tmp_path, *words) as press,
        machine("screwdriver", tmp_path, *words) as screwdriver,
    ):
        server.create(GUARDED)
        owner = server.url(GUARDED)
        access = prepare_centre(tmp_path, owner, "", 1)
        by_proxy = access.station_table | {"url": server.url(GUARDED, "station_ST-040", port=line.port)}
        station = write_station(
            tmp_path, {"press": press, "screwdriver": screwdriver}, by_proxy, {"theme": "day", "full_screen": False}
        )
        with child([sys.executable, "-m", "hmi", "run", str(station), "--headless", "--child"], tmp_path / "engine.log"):
            wait_for(lambda: orders_here(data), "orders and people have come down")
            line.set_mode(Mode.HALF_OPEN)
            with rehearse(station, tmp_path / "pictures") as operator:
                wait_for(lambda: press.truth("permit_used"), "the press has run for the order")
                line.set_mode(Mode.CUT)
                wait_for(lambda: screwdriver.truth("permit_used"), "the screwdriver has run for the order")
                line.set_mode(Mode.SLOW)
                assert operator.wait(40) == 0, "the operator could not work the order"
            assert_worked(data, press, screwdriver)
            line.set_mode(Mode.PASS)
            wait_for(lambda: same_at_both_ends(data, owner), "both ends hold the same")
        invariants.store_is_sound(data)


def assert_worked(data: Path, press: Machine, screwdriver: Machine) -> None:
    """The order is done, and no machine moved without a permit that is in the record."""
    (response,) = Reader(data).resume().responses
    assert (response.state, response.good) == (JobState.ENDED, 1)
    for name, worked in (("press", press), ("screwdriver", screwdriver)):
        permits = [permit for permit in Reader(data).ask(every_permit) if permit.machine == name]
        used = {permit["cycle"] for permit in worked.truth("permit_used")}
        assert used == {permit.cycle_number for permit in permits if permit.state is PermitState.USED}
