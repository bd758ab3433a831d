"""What a lead asks at the centre comes to the station it is for, and the lead sees how it stands; and who else is on an order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from station_db.reader import Reader
from station_db.records.base import RecordId
from station_db.records.keeping import AnswerState, LeadRequest, RequestAction, RequestAnswer
from station_db.records.orders import JobResponse, JobState
from station_db.store import Store
from station_db.sync.centre import Centre
from station_db.sync.down import pull
from station_db.sync.errors import RightsError
from station_db.sync.loading import load
from station_db.sync.requests import Asked, RequestError, RequestState, ask, requests, withdraw
from station_db.sync.sharing import others_on
from station_db.sync.snapshot import take
from station_db.verify import verify_store
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import START, at, counting_ids, open_store, saying
from tests.station_db.sync.sync_cases import PLANT, connected, document, push_all, without_pins

PAUSE = Asked("ST-040", RequestAction.PAUSE_ORDER, "WO-24117", "the bearings are wrong", "sb")


@pytest.fixture
def lead(centre_url: str) -> Iterator[Centre]:
    """The centre as a lead reaches it."""
    with connected(centre_url.replace("station_ST-040", "lead")) as centre:
        yield centre


@pytest.fixture
def station(centre_url: str) -> Iterator[Centre]:
    with connected(centre_url) as centre:
        yield centre


def arrive(centre: Centre, store: Store, folder: Path) -> tuple[object, ...]:
    """The station fetches what is new."""
    return store.apply_feed(pull(centre, "ST-040", Reader(folder).feed_cursor()), at(3))


def answered(request: LeadRequest, state: AnswerState, reason: str = "") -> RequestAnswer:
    return RequestAnswer(id=request.id, action=request.action, state=state, reason=reason)


def states(centre: Centre) -> list[str]:
    return [one.state.value for one in requests(centre)]


def test_a_request_waits_arrives_and_is_answered_and_the_lead_sees_each_of_it(
    lead: Centre, station: Centre, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "station"
    request = ask(lead, PAUSE, at=at(1), new_id=counting_ids("request"))
    assert states(lead) == [RequestState.WAITING]
    (came,) = (one for one in arrive(station, store, folder) if isinstance(one, LeadRequest))
    assert came == request
    assert Reader(folder).resume().requests == (request,)
    store.commit([saying(answered(request, AnswerState.OPEN))], at(4))
    push_all(folder, station)
    assert states(lead) == [RequestState.ARRIVED]
    assert Reader(folder).resume().answers == (answered(request, AnswerState.OPEN),)
    store.commit([saying(answered(request, AnswerState.REFUSED, "a unit is under work"))], at(5))
    push_all(folder, station)
    (stands,) = requests(lead, "ST-040")
    assert (stands.state, stands.answer and stands.answer.reason) == (RequestState.REFUSED, "a unit is under work")
    assert Reader(folder).resume().requests == Reader(folder).resume().answers == ()
    assert verify_store(folder).is_sound


def test_a_withdrawn_request_disappears_and_can_not_be_withdrawn_twice(
    lead: Centre, station: Centre, store: Store, tmp_path: Path
) -> None:
    request = ask(lead, PAUSE, at=at(1), new_id=counting_ids("request"))
    arrive(station, store, tmp_path / "station")
    withdraw(lead, request.id, at=at(2))
    arrive(station, store, tmp_path / "station")
    assert (states(lead), Reader(tmp_path / "station").resume().requests) == ([RequestState.WITHDRAWN], ())
    for wrong in (request.id, "nothing"):
        with pytest.raises(RequestError):
            withdraw(lead, wrong, at=at(3))


def test_a_request_names_a_station_of_the_centre_a_subject_and_a_reason(lead: Centre) -> None:
    for wrong in ({"station": "ST-404"}, {"station": "centre"}, {"subject": " "}, {"reason": ""}, {"asked_by": ""}):
        fields = {name: getattr(PAUSE, name) for name in ("station", "action", "subject", "reason", "asked_by")}
        with pytest.raises(RequestError):
            ask(lead, Asked(**(fields | wrong)), at=at(1), new_id=counting_ids("request"))
    assert requests(lead) == ()


def test_a_count_is_asked_with_the_parts_it_comes_to(sqlite_url: str) -> None:
    with connected(sqlite_url) as centre:
        for value in ("", "12", "12,x", "-1,2", "1,2,3"):
            with pytest.raises(RequestError):
                ask(centre, settling(value), at=at(1), new_id=counting_ids("request"))
        assert ask(centre, settling("12, 1"), at=at(1), new_id=counting_ids("request")).value == "12, 1"


def settling(value: str) -> Asked:
    return Asked("ST-040", RequestAction.SETTLE_COUNT, "gap-1", "counted by hand", "sb", value)


def test_two_leads_and_a_planner_at_once_all_come_through(centre_url: str) -> None:
    def leads(name: str) -> None:
        with connected(centre_url.replace("station_ST-040", "lead")) as centre:
            for number in range(8):
                ask(centre, PAUSE, at=at(number), new_id=counting_ids(f"{name}{number}"))

    def plans() -> None:
        with connected(centre_url.replace("station_ST-040", "planner")) as centre:
            for number in range(8):
                load(centre, document(products=[{"id": f"P-{number}", "name": "Valve"}]), at=at(number))

    with ThreadPoolExecutor() as pool:
        done = [pool.submit(leads, "first"), pool.submit(leads, "second"), pool.submit(plans)]
        assert [each.result() for each in done] == [None] * 3
    with connected(centre_url) as centre:
        assert len([each for each in pull(centre, "ST-040", None) if each.entry.kind.startswith("product")]) == 8
        assert len([each for each in pull(centre, "ST-040", None) if each.entry.kind.startswith("lead_request")]) == 16


def test_another_station_gets_nothing_of_it(lead: Centre) -> None:
    ask(lead, PAUSE, at=at(1), new_id=counting_ids("request"))
    assert not [each for each in pull(lead, "ST-050", None) if each.entry.kind.startswith("lead_request")]


def test_a_station_that_begins_anew_is_not_asked_again_what_it_has_answered(
    lead: Centre, station: Centre, store: Store, tmp_path: Path
) -> None:
    new_id = counting_ids("request")
    made = [ask(lead, PAUSE, at=at(1), new_id=new_id) for _ in range(3)]
    store.commit([saying(answered(made[0], AnswerState.ACCEPTED))], at(2))
    push_all(tmp_path / "station", station)
    withdraw(lead, made[1].id, at=at(3))
    snapshot = take(station, "ST-040", None)
    assert snapshot is not None
    asked = [each.entry.record_id for each in snapshot.entries if each.entry.kind == "lead_request.1"]
    assert asked == [made[2].id, made[1].id]
    (tmp_path / "anew").mkdir()
    anew = open_store(tmp_path / "anew")
    anew.apply_snapshot(snapshot, at(5))
    anew.close()
    assert [one.id for one in Reader(tmp_path / "anew").resume().requests] == [made[2].id]


@pytest.mark.parametrize("role", ["planner", "station_ST-040"])
def test_only_a_lead_asks_and_only_that(server: Postgres, plant: str, role: str) -> None:
    with connected(server.url(plant, role)) as centre, pytest.raises(RightsError):
        ask(centre, PAUSE, at=at(1), new_id=counting_ids("request"))
    with connected(server.url(plant, "lead")) as centre, pytest.raises(RightsError):
        load(centre, document(products=[{"id": "P-1", "name": "Pump"}]), at=START)


def test_a_station_hears_who_else_has_begun_an_order_and_not_ended_it(centre_url: str, station: Centre, tmp_path: Path) -> None:
    with connected(centre_url.replace("station_ST-040", "planner")) as planner:
        load(planner, without_pins(PLANT), at=START)
    other_url = centre_url.replace("ST-040", "ST-050")
    (tmp_path / "other").mkdir()
    store = open_store(tmp_path / "other", station="ST-050", prefix="other")
    begun = JobResponse(id=RecordId("r1"), job_order=RecordId("WO-24117"), state=JobState.RUNNING, quantity=3, started_at=START)
    heard = []
    for state in (JobState.RUNNING, JobState.INTERRUPTED, JobState.ENDED):
        store.commit([saying(JobResponse(**({name: getattr(begun, name) for name in FIELDS} | {"state": state})))], START)
        with connected(other_url) as centre:
            push_all(tmp_path / "other", centre)
            assert others_on(centre, "ST-050", RecordId("WO-24117")) == ()
        heard.append(others_on(station, "ST-040", RecordId("WO-24117")))
    store.close()
    assert heard == [("ST-050",), ("ST-050",), ()]
    assert others_on(station, "ST-040", RecordId("WO-24121")) == ()


FIELDS = ("id", "job_order", "quantity", "started_at")


def test_a_station_hears_nothing_of_orders_that_are_for_others_and_a_lead_nothing_at_all(
    server: Postgres, plant: str, tmp_path: Path
) -> None:
    with connected(server.url(plant, "planner")) as planner:
        load(planner, without_pins(PLANT).replace('"addressee": "ST-040"', '"addressee": "ST-050"'), at=START)
    store = open_store(tmp_path, station="ST-050", prefix="other")
    fields = {"id": "r1", "job_order": "WO-24117", "state": JobState.RUNNING, "quantity": 3, "started_at": START}
    store.commit([saying(JobResponse(**fields))], START)
    with connected(server.url(plant, "station_ST-050")) as centre:
        push_all(tmp_path, centre)
    store.close()
    with connected(server.url(plant, "station_ST-040")) as centre:
        assert others_on(centre, "ST-040", RecordId("WO-24117")) == ()
    lead = psycopg.connect(host=str(server.folder), user="lead", dbname=plant, autocommit=True)
    with lead, pytest.raises(psycopg.errors.InsufficientPrivilege):
        lead.execute("SELECT lineside_others_on('WO-24117')")
