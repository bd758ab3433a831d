"""I1, I3, I5 and I7: what one station's store must hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from station_db.verify import verify_store
from tests.invariants.reading import reading

AT_CENTRE = {"watermark", "centre_head", "station", "signal_block", "signal_curve", "signal_watermark"}
NOT_TYPED = {"journal", "set_aside", "alembic_version"} | AT_CENTRE
LOCAL = {"draft", "command_outcome", "counter_position", "feed_cursor", "reconciled_day"}


LAST_CYCLE = "SELECT number, row_epoch_no, row_seq FROM cycle WHERE machine = ? ORDER BY {} DESC LIMIT 1"
RECORDED, NUMBERED = "row_epoch_no DESC, row_seq", "number"
LAST_UNSEEN = "SELECT row_epoch_no, row_seq FROM unseen_parts WHERE machine = ? ORDER BY row_epoch_no DESC, row_seq DESC LIMIT 1"


def saved_means_saved(folder: Path, saved: Iterable[str]) -> None:
    """I1: every record for which "saved" was said is in the journal."""
    with reading(folder / "record.db") as record:
        here = {row["record_id"] for row in record.execute("SELECT record_id FROM journal")}
    lost = set(saved) - here
    assert not lost, f"I1: {len(lost)} saved records are gone, first {min(lost)}"


def decisions_are_whole(folder: Path) -> None:
    """I3: a journal entry has its row and a row its entry; the counter stands at its last cycle; a named curve is here."""
    with reading(folder / "record.db") as record:
        _rows_match_entries(record)
        _counter_matches_cycles(record)
        named = {row[0] for row in record.execute("SELECT curve_digest FROM cycle WHERE curve_digest IS NOT NULL")}
    with reading(folder / "signals.db") as signals:
        here = {row[0] for row in signals.execute("SELECT digest FROM curve")}
    assert named <= here, f"I3: {len(named - here)} cycles name a curve that was never kept"


def _rows_match_entries(record: sqlite3.Connection) -> None:
    tables = {row[0] for row in record.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    rows = {
        (kind, row["station_id"], row["id"]): row["row_version"]
        for kind in tables - NOT_TYPED - LOCAL
        for row in record.execute(f'SELECT station_id, id, row_version FROM "{kind}"')
    }
    newest = "SELECT kind, station_id, record_id, MAX(version) AS version FROM journal GROUP BY kind, station_id, record_id"
    entries = {
        (row["kind"].rpartition(".")[0], row["station_id"], row["record_id"]): row["version"] for row in record.execute(newest)
    }
    assert rows == entries, f"I3: rows and entries differ in {len(rows.items() ^ entries.items())} places"


def _counter_matches_cycles(record: sqlite3.Connection) -> None:
    """Where a test counts cycles with a counter called `cycle`, it stands at the last one, or parts came unseen since.

    Last is the order of recording, not of any clock; where entries were let go, and what stays was written once more, the number.
    """
    counted = record.execute("SELECT machine, value FROM counter_position WHERE counter = 'cycle'").fetchall()
    order = NUMBERED if record.execute("SELECT 1 FROM pruned").fetchone() else RECORDED
    for machine, value in counted:
        number, *place = record.execute(LAST_CYCLE.format(order), (machine,)).fetchone()
        unseen = record.execute(LAST_UNSEEN, (machine,)).fetchone()
        is_last = unseen is None or place > list(unseen)
        assert number == value or not is_last, f"I3: the counter of {machine} stands at {value}, its last cycle is {number}"


def numbers_have_no_gaps(folder: Path) -> None:
    """I5: each epoch of the station counts 1, 2, 3 ... to its last entry, or from where the `pruned` record says it begins."""
    counted = """SELECT epoch, COUNT(*) AS n, MIN(seq) AS first, MAX(seq) AS last
        FROM journal WHERE station_id <> 'centre' GROUP BY epoch"""
    with reading(folder / "record.db") as record:
        let_go = {row["epoch"]: row["up_to_seq"] for row in record.execute("SELECT epoch, up_to_seq FROM pruned")}
        for row in record.execute(counted):
            assert row["first"] in (1, let_go.get(row["epoch"], 0) + 1), f"I5: epoch {row['epoch']} begins at {row['first']}"
            assert row["last"] == row["first"] + row["n"] - 1, (
                f"I5: epoch {row['epoch']} has {row['n']} entries up to {row['last']}"
            )


def history_is_untouched(folder: Path) -> None:
    """I7: the chain holds, and every table says what the journal says."""
    report = verify_store(folder)
    assert report.is_sound, f"I7: {report.problems[:3]}"


def store_is_sound(folder: Path, saved: Iterable[str] = ()) -> None:
    """I1, I3, I5 and I7 of one station's store."""
    saved_means_saved(folder, saved)
    decisions_are_whole(folder)
    numbers_have_no_gaps(folder)
    history_is_untouched(folder)
