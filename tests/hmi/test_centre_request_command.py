"""A lead at the command line: asks, sees how it stands, takes it back."""

import json

import pytest

from hmi.__main__ import main
from station_db.records.keeping import AnswerState, RequestAction, RequestAnswer
from station_db.store import Store
from station_db.sync.centre import Centre
from tests.station_db.store.store_cases import START, open_store, saying
from tests.station_db.sync.sync_cases import founded_sqlite, push_all

ASK = ("--station", "ST-040", "--action", "pause_order", "--subject", "WO-1", "--reason", "wrong bearings", "--by", "sb")


@pytest.fixture
def url(tmp_path):
    return founded_sqlite(tmp_path)


@pytest.fixture
def store(tmp_path) -> Store:
    (tmp_path / "station").mkdir()
    made = open_store(tmp_path / "station")
    yield made
    made.close()


def run(capsys, *words):
    code = main(["centre", *words])
    return code, capsys.readouterr()


def test_a_lead_asks_sees_the_refusal_in_words_and_that_nothing_is_left_to_take_back(url, store, tmp_path, capsys):
    code, said = run(capsys, "request", url, *ASK, "--json")
    request = json.loads(said.out)["request"]["id"]
    assert (code, json.loads(said.out)["state"]) == (0, "waiting")
    assert "waiting for the station" in run(capsys, "requests", url)[1].out
    answer = RequestAnswer(
        id=request,
        action=RequestAction.PAUSE_ORDER,
        state=AnswerState.REFUSED,
        reason="request_order_not_here",
        answered_by="station",
    )
    store.commit([saying(answer)], START)
    centre = Centre.connect(url)
    push_all(tmp_path / "station", centre)
    centre.close()
    assert "refused by station: The order is not started here, or it is over." in run(capsys, "requests", url)[1].out
    code, said = run(capsys, "request", url, "--withdraw", request)
    assert (code, "is refused already" in said.err) == (4, True)


def test_a_request_that_nobody_answered_is_taken_back(url, capsys):
    request = json.loads(run(capsys, "request", url, *ASK, "--json")[1].out)["request"]["id"]
    assert "withdrawn" in run(capsys, "request", url, "--withdraw", request)[1].out


def test_what_is_lacking_is_said_and_nothing_is_asked(url, capsys):
    code, said = run(capsys, "request", url, *ASK[:-6])
    assert (code, said.err) == (2, "lineside centre request: --subject is needed. Nothing was asked.\n")
    assert run(capsys, "requests", url)[1].out == "Nothing was asked yet.\n"
