from dataclasses import replace

import pytest

from station_db.errors import FeedError
from station_db.journal import Position, entry_hash
from station_db.notices import FEED_SET_ASIDE
from station_db.reader import Reader
from station_db.records.base import RecordId
from station_db.records.orders import JobOrder, Product
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
