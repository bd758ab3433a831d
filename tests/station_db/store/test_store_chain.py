import sqlite3
from contextlib import closing

import pytest

from station_db.errors import CorruptStoreError
from station_db.verify import verify_store
from tests.station_db.store.store_cases import at, cycle_changes, open_store

PAGE_BYTES = 4096


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain")
    store = open_store(folder)
    for number in range(1, 7):
        store.commit([cycle_changes(number)], at(number))
    store.close()
    return (folder / "record.db").read_bytes(), (folder / "signals.db").read_bytes(), (folder / "epoch.json").read_bytes()


@pytest.fixture
def folder(template, tmp_path):
    for name, content in zip(("record.db", "signals.db", "epoch.json"), template, strict=True):
        (tmp_path / name).write_bytes(content)
    return tmp_path


def tamper(folder, *statements):
    with closing(sqlite3.connect(folder / "record.db")) as record:
        for statement in statements:
            record.execute(statement)
        record.commit()
    return {problem.code for problem in verify_store(folder).problems}


def test_an_untouched_store_is_sound(folder):
    report = verify_store(folder)
    assert report.is_sound
    assert (report.station_id, report.epochs, report.entries, report.records) == ("ST-040", 1, 7, 7)
    assert (report.curves_here, report.curves_elsewhere) == (6, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("recorded_at", "recorded_at + 1"),
        ("kind", "'cycle.2'"),
        ("record_id", "'other'"),
        ("addressee", "'x'"),
        ("version", "2"),
        ("actor", "'P-2'"),
        ("cause", "''"),
        ("prev_hash", "'0' || substr(prev_hash, 2)"),
        ("hash", "'z' || substr(hash, 2)"),
    ],
)
def test_a_change_of_any_column_is_found(folder, column, value):
    assert "changed" in tamper(folder, f"UPDATE journal SET {column} = {value} WHERE seq = 4")


def test_a_change_of_any_byte_of_a_payload_is_found(folder):
    with closing(sqlite3.connect(folder / "record.db")) as record:
        payload = record.execute("SELECT payload FROM journal WHERE seq = 4").fetchone()[0]
        for place in range(0, len(payload), 29):
            changed = payload[:place] + bytes([payload[place] ^ 1]) + payload[place + 1 :]
            record.execute("UPDATE journal SET payload = ? WHERE seq = 4", (changed,))
            record.commit()
            assert "changed" in {problem.code for problem in verify_store(folder).problems}, place


def test_a_deleted_entry_is_a_gap(folder):
    assert {"gap", "unlinked"} <= tamper(folder, "DELETE FROM journal WHERE seq = 4")


def test_two_swapped_entries_are_found(folder):
    swapped = (
        "UPDATE journal SET seq = 99 WHERE seq = 4",
        "UPDATE journal SET seq = 4 WHERE seq = 5",
        "UPDATE journal SET seq = 5 WHERE seq = 99",
    )
    assert {"changed", "unlinked"} <= tamper(folder, *swapped)


def test_a_journal_cut_short_is_known_by_its_marker(folder):
    assert "cut_short" in tamper(folder, "DELETE FROM journal WHERE seq = 7", "DELETE FROM cycle WHERE row_seq = 7")


def test_a_row_that_does_not_say_what_the_journal_says_is_found(folder):
    assert tamper(folder, "UPDATE cycle SET verdict = 'bad' WHERE row_seq = 3") == {"row_differs"}


def test_a_missing_and_an_invented_row_are_found(folder):
    assert tamper(folder, "DELETE FROM cycle WHERE row_seq = 3") == {"row_missing"}
    assert "row_unknown" in tamper(folder, "UPDATE cycle SET id = 'invented' WHERE row_seq = 4")


def test_changed_samples_of_a_curve_are_found(folder):
    with closing(sqlite3.connect(folder / "signals.db")) as signals:
        signals.execute("UPDATE curve SET data = zeroblob(length(data)) WHERE rowid = 2")
        signals.execute("DELETE FROM curve WHERE rowid = 3")
        signals.commit()
    report = verify_store(folder)
    assert [problem.code for problem in report.problems] == ["curve_damaged"]
    assert (report.curves_here, report.curves_elsewhere) == (5, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET payload = CAST(payload AS TEXT) WHERE seq = 3",
        "UPDATE journal SET payload = 12 WHERE seq = 3",
        "UPDATE journal SET version = 'two' WHERE seq = 3",
        "UPDATE journal SET seq = 'three' WHERE seq = 3",
        "UPDATE epoch SET epoch_no = 'one'",
    ],
)
def test_a_value_of_another_type_is_a_finding(folder, statement):
    tamper(folder, statement)
    report = verify_store(folder)
    assert "misfit" in [problem.code for problem in report.problems]


def test_a_page_that_is_gone_is_a_finding_or_a_refusal_wherever_it_lies(folder):
    whole = (folder / "record.db").read_bytes()
    for page in range(1, len(whole) // PAGE_BYTES, 7):
        start = page * PAGE_BYTES
        (folder / "record.db").write_bytes(whole[:start] + bytes(PAGE_BYTES) + whole[start + PAGE_BYTES :])
        assert is_found_unsound(folder), f"page {page + 1}"


def is_found_unsound(folder):
    try:
        return not verify_store(folder).is_sound
    except CorruptStoreError:
        return True
