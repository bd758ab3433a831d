"""A leaver's personal data leave the record, the chain goes on, and nothing else may pass for it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from hmi.__main__ import main
from station_db import journal
from station_db.journal import Origin, entry_hash
from station_db.reader import Reader
from station_db.records.base import CENTRE, Instant, RecordId
from station_db.records.changes import Changes, Entry
from station_db.records.keeping import Redaction
from station_db.records.local import CommandOutcome, Draft
from station_db.records.people import PersonRole, SignIn
from station_db.redacting import entries_of
from station_db.store import Store
from station_db.sync import appending, forgetting, loading, snapshot
from station_db.sync.against import verify_against
from station_db.sync.centre import Centre
from station_db.sync.documents import DocumentError
from station_db.sync.down import pull
from station_db.sync.errors import RightsError
from station_db.sync.forgetting import ForgetError, Leaver, forget
from station_db.verify import verify_origin, verify_store
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import START, STATION, counting_ids, open_store, saying
from tests.station_db.sync.sync_cases import document, founded_sqlite, push_all

ADA = {"id": "P-7", "name": "Ada Quill", "initials": "AQ", "badge": "B-7788", "role": "operator"}
LEFT = Leaver("P-7", "has left")


def people(*changed: dict[str, object]) -> str:
    """A document with Ada, and Bo, who stays."""
    return document(people=[{"id": "P-8", "name": "Bo", "initials": "B", "badge": "B-8", "role": "operator"}, *changed])


class Plant:
    """A centre that has known Ada in two versions, and a station that heard of her."""

    def __init__(self, home: Path, url: str, station_url: str) -> None:
        self.url, self.folder = station_url, home / "station"
        self.folder.mkdir()
        self.planner = Centre.connect(url)
        self.centre = Centre.connect(station_url)
        loading.load(self.planner, people(ADA), at=START)
        loading.load(self.planner, people(ADA | {"initials": "A.Q."}), at=START)
        self.store = open_store(self.folder)
        self.hear()

    def hear(self) -> tuple[object, ...]:
        """All the centre has for the station."""
        heard: tuple[object, ...] = ()
        while feed := pull(self.centre, STATION, Reader(self.folder).feed_cursor(), limit=2):
            heard += self.store.apply_feed(feed, START)
        return heard

    def close(self) -> None:
        """Let go of all."""
        for one in (self.store, self.centre, self.planner):
            one.close()


@pytest.fixture
def plant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plant]:
    """In a file, or asked for on PostgreSQL, where each works as its own role."""
    if getattr(request, "param", "sqlite") == "sqlite":
        url = founded_sqlite(tmp_path)
        made = Plant(tmp_path, url, url)
        yield made
        made.close()
        return
    server: Postgres = request.getfixturevalue("server")
    server.create("leaver", template="founded")
    made = Plant(tmp_path, server.url("leaver", "planner"), server.url("leaver", "station_ST-040"))
    yield made
    made.close()
    server.drop("leaver")


def forget_ada(plant: Plant, **options: object) -> int:
    """As `lineside centre forget` does."""
    return forget(plant.planner, LEFT, at=START, new_id=counting_ids("gone"), **options)


def personal(folder: Path) -> bool:
    """Whether anything of Ada can be read in the store by SQL."""
    with closing(sqlite3.connect(folder / "record.db")) as record:
        tables = [row[0] for row in record.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        text = json.dumps([repr(row) for table in tables for row in record.execute(f'SELECT * FROM "{table}"')])
    return any(word in text for word in ("Ada", "Quill", "B-7788", "A.Q."))


@pytest.mark.parametrize("plant", ["sqlite", "postgresql"], indirect=True)
def test_every_version_is_redacted_at_the_centre_and_the_station_and_both_are_sound(plant: Plant) -> None:
    outcome = CommandOutcome("c-1", done=False, code="pin_not_set", args=("Ada Quill",), at=START)
    draft = Draft("step-1", "12", "P-7", START)
    plant.store.commit([Changes(drafts=(draft,), outcomes=(outcome,))], START)
    assert personal(plant.folder)
    assert forget_ada(plant) == 2
    heard = plant.hear()
    assert [(one.id, one.name, one.active) for one in heard] == [("P-7", "-", False)] * len(heard)
    assert not personal(plant.folder)
    report = verify_store(plant.folder)
    assert report.is_sound, report.problems
    push_all(plant.folder, plant.centre)
    against = verify_against(plant.folder, plant.url)
    assert against.is_equal, against
    with plant.planner.reading() as connection:
        assert verify_origin(connection, CENTRE, is_whole=True).problems == []
    ada = next(one for one in Reader(plant.folder).resume().people if one.id == "P-7")
    assert (ada.name, ada.badge, ada.role) == ("-", "", PersonRole.OPERATOR)


def test_forgetting_again_changes_nothing_and_the_id_is_not_given_again(plant: Plant) -> None:
    assert (forget_ada(plant), forget_ada(plant)) == (2, 0)
    with pytest.raises(DocumentError, match="was forgotten"):
        loading.load(plant.planner, people(ADA), at=START)


@pytest.mark.parametrize("plant", ["sqlite", "postgresql"], indirect=True)
def test_a_new_station_gets_redacted_entries_by_feed_and_by_snapshot(plant: Plant, tmp_path: Path) -> None:
    forget_ada(plant)
    for name, far in (("fed", 10**6), ("snapped", 0)):
        (tmp_path / name).mkdir()
        store = open_store(tmp_path / name, prefix=name)
        if far == 0:
            taken = snapshot.take(plant.centre, STATION, None)
            assert taken is not None
            store.apply_snapshot(taken, START)
        while feed := pull(plant.centre, STATION, Reader(tmp_path / name).feed_cursor(), limit=2):
            store.apply_feed(feed, START)
        store.close()
        assert verify_store(tmp_path / name).problems == ()
        assert not personal(tmp_path / name)


def test_somebody_who_is_signed_in_or_unknown_or_without_a_reason_is_not_forgotten(plant: Plant) -> None:
    came = SignIn(id=RecordId("S-1"), person=RecordId("P-7"), role=PersonRole.OPERATOR, method="badge", started_at=START)
    plant.store.commit([saying(came)], START)
    push_all(plant.folder, plant.centre)
    with pytest.raises(ForgetError, match="signed in at ST-040"):
        forget_ada(plant)
    for leaver in (Leaver("P-99", "has left"), Leaver("P-8", " ")):
        with pytest.raises(ForgetError):
            forget(plant.planner, leaver, at=START, new_id=counting_ids("gone"))


def change(folder: Path, sql: str, *values: object) -> None:
    """Somebody writes into the file by hand."""
    with closing(sqlite3.connect(folder / "record.db")) as record, record:
        assert record.execute(sql, values).rowcount > 0


def test_a_redacted_entry_that_is_changed_again_is_damage(plant: Plant) -> None:
    forget_ada(plant)
    plant.hear()
    change(plant.folder, "UPDATE journal SET payload = replace(payload, 'operator', 'lead') WHERE record_id = 'P-7'")
    change(plant.folder, "UPDATE journal SET payload = CAST(payload AS BLOB) WHERE record_id = 'P-7'")
    assert "changed" in {problem.code for problem in verify_store(plant.folder).problems}


def test_an_entry_that_is_blanked_without_the_centres_word_is_damage(plant: Plant) -> None:
    with closing(sqlite3.connect(plant.folder / "record.db")) as record, record:
        (seq, payload) = record.execute("SELECT seq, payload FROM journal WHERE record_id = 'P-8'").fetchone()
        said = json.loads(payload) | {"name": "-", "initials": "-", "badge": "", "pin_hash": "", "active": False}
        blanked = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
        record.execute("UPDATE journal SET payload = ? WHERE record_id = 'P-8'", (blanked,))
        row = ("centre", "forged", "centre", "centre-000001", seq, "x", "y", "P-8", "no", 1, 1, 2, 99)
        record.execute(f"INSERT INTO redaction VALUES ({', '.join('?' * len(row))})", row)
    codes = {problem.code for problem in verify_store(plant.folder).problems}
    assert {"changed", "row_unknown"} <= codes


def test_a_redaction_that_names_an_entry_of_another_origin_changes_nothing(plant: Plant) -> None:
    """A planner at a file may append anything; a station does only what fits."""
    epoch = plant.store.position
    for origin, seq in ((STATION, 1), (CENTRE, 1)):
        said = redaction(origin=origin, epoch=epoch.epoch if origin == STATION else "centre-000001", seq=seq)
        with plant.planner.writing() as connection:
            tip = appending.tip(connection, lock=False)
            assert tip is not None
            appending.append(connection, tip, tuple(journal.chain(Origin(CENTRE, START), tip, [Entry(said, "x")], [1])))
    assert plant.hear() == ()
    assert verify_store(plant.folder).problems == ()


def redaction(**changed: object) -> Redaction:
    """One that names nothing that was redacted."""
    given = Redaction(
        id=RecordId(f"R-{changed.get('seq')}-{changed.get('origin')}"),
        origin=CENTRE,
        epoch="centre-000001",
        seq=2,
        old_hash="0" * 64,
        new_hash="1" * 64,
        person=RecordId("P-7"),
        reason="none",
        at=Instant(START),
    )
    return replace(given, **changed)


def test_an_older_backup_that_is_put_back_is_redacted_again_when_the_centre_is_heard(plant: Plant, tmp_path: Path) -> None:
    plant.store.close()
    before = (plant.folder / "record.db").read_bytes()
    plant.store = open_store(plant.folder, prefix="again")
    forget_ada(plant)
    plant.hear()
    plant.store.close()
    (plant.folder / "record.db").write_bytes(before)
    plant.store = open_store(plant.folder, prefix="restored")
    assert personal(plant.folder)
    plant.hear()
    assert not personal(plant.folder)
    assert verify_store(plant.folder).problems == ()


def test_on_postgresql_only_a_planner_redacts_only_people_and_nobody_may_update(server: Postgres, tmp_path: Path) -> None:
    server.create("rights", template="founded")
    planner = Centre.connect(server.url("rights", "planner"))
    loading.load(planner, people(ADA), at=START)
    lead = Centre.connect(server.url("rights", "lead"))
    with pytest.raises(RightsError):
        forget(lead, LEFT, at=START, new_id=counting_ids("gone"))
    with planner.reading() as connection:
        tip = appending.tip(connection, lock=False)
        (entry,) = entries_of(connection, "P-7")
    assert tip is not None
    other = replace(entry, payload=entry.payload.replace(b"operator", b"lead"))
    for said in (redaction(), redaction(seq=entry.seq, old_hash=entry.hash, new_hash=entry_hash(other))):
        (made,) = journal.chain(Origin(CENTRE, START), tip, [Entry(said, "planner")], [1])
        with pytest.raises(RightsError), planner.writing() as connection:
            appending.append(connection, tip, (made,))
        named = {"of_epoch": entry.epoch, "of_seq": entry.seq, "blanked": other.payload}
        with pytest.raises(RightsError), planner.writing() as connection:
            connection.execute(forgetting.CALL, named | journal.columns_of(made))
    assert forget(planner, LEFT, at=START, new_id=counting_ids("gone")) == 1
    with server.admin_of("rights") as admin:
        granted = (
            "SELECT count(*) FROM information_schema.column_privileges WHERE table_name = 'journal' AND privilege_type = 'UPDATE'"
        )
        assert admin.execute(granted).fetchone() == (0,)
    with psycopg.connect(server.url("rights", "planner")) as direct, pytest.raises(psycopg.errors.InsufficientPrivilege):
        direct.execute("UPDATE journal SET payload = payload")
    planner.close()
    lead.close()
    server.drop("rights")


def test_a_station_without_a_centre_forgets_by_itself(tmp_path: Path) -> None:
    store: Store = open_store(tmp_path)
    store.apply_feed(loading.feed_of(Reader(tmp_path), people(ADA), at=START, new_id=counting_ids("local")), START)
    feed = forgetting.feed_of(Reader(tmp_path), LEFT, at=START, new_id=counting_ids("gone"))
    store.apply_feed(feed, START)
    store.close()
    assert len(feed) == 1
    assert not personal(tmp_path)
    assert verify_store(tmp_path).problems == ()


def test_the_command_forgets_at_a_centre_and_at_a_station_without_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(tmp_path)
    store.apply_feed(loading.feed_of(Reader(tmp_path), people(ADA), at=START, new_id=counting_ids("local")), START)
    store.close()
    words = ["--person", "P-7", "--reason", "has left", "--json"]
    assert main(["centre", "forget", str(tmp_path), *words]) == 0
    assert (json.loads(capsys.readouterr().out), personal(tmp_path)) == ({"person": "P-7", "redacted": 1}, False)
    url = founded_sqlite(tmp_path)
    with closing(Centre.connect(url)) as centre:
        loading.load(centre, people(ADA), at=START)
    assert main(["centre", "forget", url, *words]) == 0
    assert json.loads(capsys.readouterr().out)["redacted"] == 1
    assert main(["centre", "forget", url, "--person", "P-99", "--reason", "none"]) == 4
    assert "no person 'P-99'" in capsys.readouterr().err
