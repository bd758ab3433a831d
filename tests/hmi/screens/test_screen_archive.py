"""History is read from the station's own store in a thread, page by page."""

import pytest

from hmi.archive import PAGE, Archive, AskCurve, AskCycles, AskGoodCurves, AskShifts
from hmi.channel.messages import StoreGeneration
from station_db.queries import Place, Span
from station_db.records.base import Digest, Instant, RecordId, Verdict
from station_db.records.changes import Changes, Entry
from station_db.records.local import Curve
from station_db.records.production import Cycle
from station_db.signals import curve_digest
from station_db.store import Store

SHIFT = Span(Instant(0), Instant(10_000_000))


def cycle(number: int, digest: Digest) -> Cycle:
    return Cycle(
        id=RecordId(f"c{number:03d}"),
        machine="press",
        number=number,
        ended_at=Instant(number * 1000),
        verdict=Verdict.GOOD,
        curve_digest=digest,
    )


@pytest.fixture
def folder(tmp_path):
    numbers = iter(range(1000))
    new_id = lambda: RecordId(f"id-{next(numbers)}")  # noqa: E731 - one line is clearer here
    store = Store.open(tmp_path, "ST-040", at=Instant(1), app_version="test", new_id=new_id)
    data = b"\x00\x00\x80?" * 4
    digest = curve_digest(("position", "force"), ("mm", "kN"), 2, data)
    curve = Curve(digest, "press", RecordId("c001"), ("position", "force"), ("mm", "kN"), 2, data)
    entries = tuple(Entry(cycle(number, digest), "machine:press") for number in range(1, PAGE + 4))
    store.commit([Changes(entries=entries, curves=(curve,))], Instant(2))
    store.close()
    return tmp_path


@pytest.fixture
def archive(qapp, folder):
    archive = Archive(folder)
    yield archive
    archive.stop()


def answer_to(qtbot, archive, question):
    with qtbot.waitSignal(archive.found) as found:
        archive.ask(question)
    assert found.args[0].question is question
    return found.args[0].rows


@pytest.mark.timeout(15)  # migrates a fresh store
def test_cycles_come_newest_first_and_go_on_where_the_page_ended(qtbot, archive):
    first = answer_to(qtbot, archive, AskCycles(SHIFT, "press"))
    assert [row.number for row in first] == list(range(PAGE + 3, 3, -1))
    rest = answer_to(qtbot, archive, AskCycles(SHIFT, "press", Place(first[-1].ended_at, first[-1].id)))
    assert [row.number for row in rest] == [3, 2, 1]
    assert answer_to(qtbot, archive, AskShifts(SHIFT)) == ()


@pytest.mark.timeout(15)  # migrates a fresh store
def test_a_curve_is_found_by_its_digest_and_the_last_good_ones_by_their_machine(qtbot, archive):
    [newest, *_] = answer_to(qtbot, archive, AskCycles(SHIFT, "press"))
    [curve] = answer_to(qtbot, archive, AskCurve(newest.curve_digest))
    assert (curve.machine, curve.count) == ("press", 2)
    assert len(answer_to(qtbot, archive, AskGoodCurves("press", 3))) == 3
    assert answer_to(qtbot, archive, AskCurve(Digest("elsewhere"))) == ()


@pytest.mark.timeout(15)  # migrates a fresh store
def test_a_store_that_is_not_there_is_said_and_found_again(qtbot, qapp, tmp_path_factory, folder):
    archive = Archive(tmp_path_factory.mktemp("empty"))
    try:
        with qtbot.waitSignal(archive.not_found) as missing:
            archive.ask(AskShifts(SHIFT))
        assert missing.args[0].reason
        archive.open_again(StoreGeneration(2, str(folder)))
        assert len(answer_to(qtbot, archive, AskCycles(SHIFT, "press"))) == PAGE
    finally:
        archive.stop()
