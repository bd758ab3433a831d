import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from station_db.errors import FeedError
from station_db.journal import Position, entry_hash
from station_db.notices import FEED_SET_ASIDE
from station_db.reader import Reader
from station_db.records.base import KINDS, RecordId
from station_db.records.equipment import EpochOpened
from station_db.records.orders import JobOrder, Product
from station_db.records.resume import VanishedOrders
from station_db.verify import verify_store
from tests.station_db.store.store_cases import at, end_of, feed_of, open_store, person


@pytest.fixture
def store(tmp_path):
    made = open_store(tmp_path)
    yield made
    made.close()


def rehashed(each, **changed):
    entry = replace(each.entry, **changed)
    return replace(each, entry=replace(entry, hash=entry_hash(entry)))


def test_what_the_centre_sent_is_here_and_is_the_centres(store, tmp_path):
    order = JobOrder(id=RecordId("WO-1"), product=RecordId("P-310"), work_master=RecordId("P-310@1"), quantity=3)
    sent = (Product(id=RecordId("P-310"), name="Pump"), order, person(1))
    assert store.apply_feed(feed_of(sent), at(1)) == sent
    resume = Reader(tmp_path).resume()
    assert (resume.products, resume.job_orders, resume.people) == ((sent[0],), (order,), (sent[2],))
    assert resume.centre_seen_at == at(1)
    assert store.position.seq == 1
    assert verify_store(tmp_path).entries_of_centre == 3


def test_a_feed_sent_again_changes_nothing_but_when_the_centre_was_heard(store, tmp_path):
    feed = feed_of([person(1), person(2)])
    store.apply_feed(feed, at(1))
    assert store.apply_feed(feed, at(2)) == ()
    more = feed_of([person(3)], end_of(feed))
    assert store.apply_feed((feed[1], *more), at(3)) == (person(3),)
    assert Reader(tmp_path).feed_cursor().last_seq == 3
    assert Reader(tmp_path).resume().centre_seen_at == at(3)


def test_no_entries_say_that_the_centre_was_heard(store, tmp_path):
    assert Reader(tmp_path).resume().centre_seen_at is None
    assert store.apply_feed((), at(5)) == ()
    assert Reader(tmp_path).resume().centre_seen_at == at(5)


def test_numbers_left_out_are_for_others(store):
    first, _, third = feed_of([person(1), person(2), person(3)])
    assert store.apply_feed((first, third), at(1)) == (person(1), person(3))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda feed: (
            feed[0],
            replace(feed[1], entry=replace(feed[1].entry, payload=feed[1].entry.payload.replace(b"Ann", b"Bob"))),
        ),
        lambda feed: (feed[1], feed[0]),
        lambda feed: (feed[0], rehashed(feed[1], addressee="ST-041")),
        lambda feed: (feed[0], rehashed(feed[1], station_id="ST-041")),
        lambda feed: (feed[0], rehashed(feed[1], epoch="a fork")),
    ],
)
def test_a_feed_that_does_not_fit_is_refused_whole(store, tmp_path, spoil):
    with pytest.raises(FeedError):
        store.apply_feed(spoil(feed_of([person(1), person(2)])), at(1))
    assert Reader(tmp_path).resume().people == ()
    assert Reader(tmp_path).feed_cursor() is None
    assert store.apply_feed(feed_of([person(1), person(2)]), at(2)) == (person(1), person(2))


def test_another_entry_in_the_place_of_one_applied_before_is_refused(store):
    store.apply_feed(feed_of([person(1)]), at(1))
    with pytest.raises(FeedError):
        store.apply_feed(feed_of([person(1, name="Bob")]), at(2))


def test_a_later_epoch_of_the_centre_is_followed_and_an_earlier_one_is_not(store):
    feed = feed_of([person(1)])
    store.apply_feed(feed, at(1))
    after = feed_of([person(2)], Position("c2", 2, 0, end_of(feed).head))
    assert store.apply_feed(after, at(2)) == (person(2),)
    with pytest.raises(FeedError):
        store.apply_feed(feed_of([person(3)], end_of(feed)), at(3))


def test_an_entry_this_version_cannot_read_is_kept_listed_and_said(store, tmp_path):
    known, unknown = feed_of([person(1), person(2)])
    assert store.apply_feed((known, rehashed(unknown, kind="hologram.1")), at(1)) == (person(1),)
    assert [notice.code for notice in store.notices] == [FEED_SET_ASIDE]
    report = verify_store(tmp_path)
    assert (report.set_aside, report.entries_of_centre, report.is_sound) == (1, 2, True)


def test_an_entry_a_newer_version_can_read_gets_its_row_at_the_next_start_and_stays_listed_as_read(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    first, product, someone = opened("c1", 1, None), Product(id=RecordId("P-310"), name="Pump"), person(1)
    feed = feed_of([first, product, someone])
    unreadable(monkeypatch, "product")
    assert store.apply_feed(feed, at(1)) == (first, someone)
    store.close()
    monkeypatch.undo()
    again = open_store(tmp_path)
    assert Reader(tmp_path).resume().products == (product,)
    assert aside(tmp_path) == [("product.1", True)]
    report = verify_store(tmp_path)
    assert (report.set_aside, report.is_sound) == (0, True)
    again.close()


def test_what_came_later_is_not_undone_by_an_entry_that_is_read_late(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    old, new = person(1), person(1, name="Bea")
    first = feed_of([opened("c1", 1, None), old])
    unreadable(monkeypatch, "person")
    store.apply_feed(first, at(1))
    monkeypatch.undo()
    (second,) = feed_of([new], end_of(first))
    store.apply_feed([rehashed(second, version=2)], at(2))
    store.close()
    again = open_store(tmp_path)
    assert [one.name for one in Reader(tmp_path).resume().people] == ["Bea"]
    assert verify_store(tmp_path).is_sound
    again.close()


def test_what_still_can_not_be_read_or_is_damaged_stays_listed(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    first, known, unknown = feed_of([opened("c1", 1, None), person(1), person(2)])
    feed = (first, known, rehashed(unknown, kind="hologram.1"))
    more = feed_of([person(3)], end_of(feed))
    store.apply_feed(feed, at(1))
    unreadable(monkeypatch, "person")
    store.apply_feed(more, at(2))
    monkeypatch.undo()
    store.close()
    with closing(sqlite3.connect(tmp_path / "record.db")) as record:
        record.execute("UPDATE journal SET actor = 'somebody' WHERE record_id = 'P-3'")
        record.commit()
    again = open_store(tmp_path, prefix="again")
    assert aside(tmp_path) == [("hologram.1", False), ("person.1", False)]
    assert {one.id for one in Reader(tmp_path).resume().people} == {"P-1"}
    again.close()


def unreadable(monkeypatch, kind):
    """As an older program, which knows nothing of a kind."""
    older = {name: declared for name, declared in KINDS.items() if name != kind}
    monkeypatch.setattr("station_db.records.base.KINDS", older)


def aside(folder):
    """What is listed, and whether it was read since."""
    with closing(sqlite3.connect(folder / "record.db")) as record:
        rows = record.execute("SELECT kind, projected_at FROM set_aside ORDER BY kind").fetchall()
    return [(kind, read_at is not None) for kind, read_at in rows]


def test_orders_the_centre_forgot_when_it_was_put_back_are_told_and_remembered_until_they_come_again(store, tmp_path):
    orders = [JobOrder(id=RecordId(f"WO-{n}"), product=RecordId("P"), work_master=RecordId("P@1"), quantity=n) for n in (1, 2)]
    first = feed_of([opened("c1", 1, None), *orders])
    store.apply_feed(first, at(1))
    put_back = opened("c2", 2, end_of(first[:2]))
    second = feed_of([put_back], Position("c2", 2, 0, first[1].entry.hash))
    assert store.apply_feed(second, at(2)) == (put_back, VanishedOrders(frozenset({"WO-2"})))
    assert Reader(tmp_path).resume().vanished == {"WO-2"}
    store.apply_feed(feed_of([orders[1]], end_of(second)), at(3))
    assert Reader(tmp_path).resume().vanished == frozenset()


def opened(epoch, number, parent):
    """The first entry of an epoch of the centre."""
    return EpochOpened(
        id=RecordId(epoch),
        epoch_no=number,
        parent=parent.epoch if parent else None,
        parent_seq=parent.seq if parent else 0,
        parent_head=parent.head if parent else "",
        reason="restored" if parent else "new",
        opened_at=at(0),
    )
