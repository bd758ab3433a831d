"""What a station that is new, or far behind, gets in place of the centre's whole history.

That is the latest version of each record for it or for all, and every version of what an order it works on refers to, as of one
place; from there on the feed goes on. A station that has nothing yet is spared what is over there: orders it has ended itself,
which would look as if they could be started, and requests it has answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from station_db.feed import START, FeedCursor, Snapshot
from station_db.journal import FeedEntry, Position
from station_db.records.base import CENTRE
from station_db.records.keeping import AnswerState
from station_db.records.orders import JobState
from station_db.sync.centre import Centre
from station_db.sync.down import EPOCH, OF_EPOCH, addressed_to, behind, check_is_known, entries_where, up_to
from station_db.sync.founding import FIRST_EPOCH_NO
from station_db.sync.sharing import OPEN
from station_db.tables import JOURNAL, TYPED

FAR = 5000
"""So many entries behind, the latest versions are less to send than all of them."""
AT_ONCE = 400
SPARED = frozenset({"job_order", "lead_request"})

Key = tuple[str, str]
"""Kind (without the payload's version) and id of a record."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One entry without its payload."""

    key: Key
    epoch: str
    epoch_no: int
    seq: int


def take(centre: Centre, station_id: str, cursor: FeedCursor | None, *, far: int = FAR) -> Snapshot | None:
    """The snapshot for a station; None where the feed may simply go on from its cursor. Raises like `down.pull`."""
    after = cursor or START
    with centre.reading() as connection:
        head = check_is_known(connection, centre, after)
        if after.epoch_no >= FIRST_EPOCH_NO and _behind(connection, station_id, after) <= far:
            return None
        wanted = _chosen(connection, station_id, head)
        entries = [entry for part in _parts(wanted) for entry in entries_where(connection, station_id, _among(part))]
        if cursor is None:
            over = _over(connection, station_id)
            entries = [each for each in entries if _key(each) not in over]
    return Snapshot(tuple(entries), head)


def left_out(
    connection: Connection, station_id: str, place: tuple[int, int], known: frozenset[Key]
) -> frozenset[tuple[str, int]]:
    """Epoch and number of what need not be at a station whose snapshot was taken at `place` and held the records `known`.

    That is what had a later version by then, and orders and requests of which nothing was sent.
    """
    places = _places(connection, station_id, *place)
    latest = {each.key: each for each in places}
    spared = {key for key in latest if key[0] in SPARED and key not in known}
    return frozenset((each.epoch, each.seq) for each in places if each is not latest[each.key] or each.key in spared)


def records_up_to(connection: Connection, station_id: str, place: tuple[int, int]) -> frozenset[Key]:
    """The centre's records of which there is a version up to a place, at a station or at the centre."""
    return frozenset(each.key for each in _places(connection, station_id, *place))


def _behind(connection: Connection, station_id: str, after: FeedCursor) -> int:
    places = addressed_to(station_id).where(behind(after.epoch_no, after.last_seq)).subquery()
    return connection.scalar(select(func.count()).select_from(places)) or 0


def _chosen(connection: Connection, station_id: str, head: Position) -> list[_Place]:
    """The entries to send, in order: latest versions, and all versions of what is pinned."""
    pinned = _pinned(connection, station_id)
    latest: dict[Key, _Place] = {}
    kept: list[_Place] = []
    for place in _places(connection, station_id, head.epoch_no, head.seq):
        latest[place.key] = place
        if place.key in pinned:
            kept.append(place)
    kept += [place for key, place in latest.items() if key not in pinned]
    return sorted(kept, key=lambda place: (place.epoch_no, place.seq))


def _places(connection: Connection, station_id: str, epoch_no: int, seq: int) -> list[_Place]:
    columns = (JOURNAL.c.kind, JOURNAL.c.record_id, JOURNAL.c.epoch, EPOCH.epoch_no, JOURNAL.c.seq)
    mine = (JOURNAL.c.station_id == CENTRE, JOURNAL.c.addressee.in_(("", station_id)))
    query = select(*columns).select_from(JOURNAL).join(TYPED["epoch"], OF_EPOCH).where(*mine)
    rows = connection.execute(query.where(up_to(epoch_no, seq)).order_by(EPOCH.epoch_no, JOURNAL.c.seq))
    return [_Place((row.kind.rpartition(".")[0], row.record_id), row.epoch, row.epoch_no, row.seq) for row in rows]


def _pinned(connection: Connection, station_id: str) -> frozenset[Key]:
    """What the orders under work refer to, as far as the centre has heard of them."""
    response, routing = TYPED["job_response"].c, TYPED["routing_snapshot"].c
    same = and_(routing.station_id == response.station_id, routing.id == response.id)
    query = select(response.job_order, routing.product, routing.work_master).select_from(TYPED["job_response"])
    mine = (response.station_id == station_id, response.state.in_(OPEN))
    found: set[Key] = set()
    for order, product, work_master in connection.execute(query.join(TYPED["routing_snapshot"], same).where(*mine)):
        found |= {("job_order", order), ("product", product), ("work_master", work_master)}
    return frozenset(found)


def _over(connection: Connection, station_id: str) -> frozenset[Key]:
    """The orders the station has ended and the requests it has answered."""
    response, answer = TYPED["job_response"].c, TYPED["request_answer"].c
    ended = (response.station_id == station_id, response.state.in_((JobState.ENDED, JobState.ABORTED)))
    answered = (answer.station_id == station_id, answer.state != AnswerState.OPEN)
    orders = connection.scalars(select(response.job_order).where(*ended)).all()
    requests = connection.scalars(select(answer.id).where(*answered)).all()
    return frozenset([*(("job_order", order) for order in orders), *(("lead_request", request) for request in requests)])


def _key(each: FeedEntry) -> Key:
    return each.entry.kind.rpartition(".")[0], each.entry.record_id


def _parts(places: Sequence[_Place]) -> Iterable[Sequence[_Place]]:
    return (places[start : start + AT_ONCE] for start in range(0, len(places), AT_ONCE))


def _among(places: Sequence[_Place]) -> ColumnElement[bool]:
    return or_(*(and_(EPOCH.epoch_no == place.epoch_no, JOURNAL.c.seq == place.seq) for place in places))
