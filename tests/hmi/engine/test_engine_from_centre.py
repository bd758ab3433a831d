"""What is done at a real centre while an order runs: it comes down, waits for a person, and the answer goes up."""

from __future__ import annotations

import asyncio
import json

import pytest

from hmi.clock import SystemClock, new_id
from hmi.settings import Centre as CentreSettings
from hmi.station.commands import AnswerRequest, RetrySync, SignIn, StartOrder
from hmi.station.topics import ConflictsTopic, OrdersTopic, RequestsTopic, WorkTopic
from station_db.reader import Reader
from station_db.records.keeping import RequestAction
from station_db.sync.centre import Centre
from station_db.sync.founding import init
from station_db.sync.loading import load
from station_db.sync.requests import Asked, RequestState, ask, requests
from station_db.verify import verify_store

STEP = {"number": 1, "key": "place", "kind": "instruction", "title": "Place it"}
PLANT = {
    "products": [{"id": "P-1", "name": "Pump"}],
    "work_masters": [{"id": "P-1@A", "product": "P-1", "revision": "A", "steps": [STEP]}],
    "job_orders": [{"id": "WO-1", "product": "P-1", "work_master": "P-1@A", "quantity": 3, "addressee": "ST-040"}],
    "people": [{"id": "mk", "name": "Maria", "initials": "MK", "badge": "100", "role": "operator"}],
}
PAUSE = Asked("ST-040", RequestAction.PAUSE_ORDER, "WO-1", "the bearings are wrong", "sb", "no_material")


def at_centre(url, do):
    """Do something at the centre, in a moment of its own."""
    centre = Centre.connect(url)
    try:
        return do(centre)
    finally:
        centre.close()


def now():
    return SystemClock().moment().wall


@pytest.mark.timeout(30)  # an engine and its uplink process begin and end
def test_a_changed_order_and_a_leads_request_come_to_the_screen_and_the_answer_to_the_lead(tmp_path, station):
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    init(url, ("ST-040",), at=now(), new_id=new_id)
    at_centre(url, lambda centre: load(centre, json.dumps(PLANT), at=now()))
    changed = json.dumps(PLANT | {"job_orders": [PLANT["job_orders"][0] | {"quantity": 9}]})

    async def run() -> None:
        async with station(tmp_path / "data", centre=CentreSettings(url)) as (_, _press, screen):
            await screen.topic(OrdersTopic, lambda topic: topic.orders and topic.as_of)
            assert (await screen.ask("c-1", SignIn(badge="100"))).done
            assert (await screen.ask("c-2", StartOrder("WO-1"))).done
            at_centre(url, lambda centre: load(centre, changed, at=now()))
            at_centre(url, lambda centre: ask(centre, PAUSE, at=now(), new_id=new_id))
            await screen.ask("c-3", RetrySync())
            conflicts = await screen.topic(ConflictsTopic, lambda topic: topic.conflicts)
            assert (conflicts.conflicts[0].ours.quantity, conflicts.conflicts[0].theirs.quantity) == (3, 9)
            waiting = await screen.topic(RequestsTopic, lambda topic: topic.requests)
            assert (await screen.ask("c-4", AnswerRequest(waiting.requests[0].id, accept=True))).done
            work = await screen.topic(WorkTopic, lambda topic: topic.state == "interrupted")
            assert (work.pause_reason, work.quantity) == ("no_material", 3)

    asyncio.run(run())
    (stands,) = at_centre(url, requests)
    assert (stands.state, stands.answer and stands.answer.answered_by) == (RequestState.ACCEPTED, "mk")
    resume = Reader(tmp_path / "data").resume()
    assert ([one.decision for one in resume.conflicts], resume.requests) == ([None], ())
    assert verify_store(tmp_path / "data").is_sound
