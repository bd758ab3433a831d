"""What the centre says that waits for the station: requests nobody answered, conflicts of the running order, vanished orders."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, select

from station_db.epochs import EpochReason
from station_db.queries import of, read
from station_db.records.base import CENTRE, RecordId
from station_db.records.keeping import AnswerState, LeadRequest, OrderConflict, RequestAnswer
from station_db.tables import TYPED


def open_requests(connection: Connection, station_id: str) -> tuple[LeadRequest, ...]:
    """What leads asked of the station and nobody has answered or withdrawn, oldest first."""
    request, answer = TYPED["lead_request"], TYPED["request_answer"]
    over = select(answer.c.id).where(answer.c.station_id == station_id, answer.c.state != AnswerState.OPEN)
    wanted = (request.c.station == station_id, request.c.withdrawn.is_(False), request.c.id.not_in(over))
    return read(connection, request, of(request, CENTRE).where(*wanted).order_by(request.c.asked_at, request.c.id))


def open_answers(connection: Connection, station_id: str) -> tuple[RequestAnswer, ...]:
    """The answers that only say that a request arrived."""
    answer = TYPED["request_answer"]
    return read(connection, answer, of(answer, station_id).where(answer.c.state == AnswerState.OPEN).order_by(answer.c.id))


def conflicts_of(connection: Connection, station_id: str, order: RecordId) -> tuple[OrderConflict, ...]:
    """Every conflict of an order, by its last word; the clock, which may have gone back in between, has no say in it."""
    conflict = TYPED["order_conflict"]
    query = of(conflict, station_id).where(conflict.c.job_order == order)
    return read(connection, conflict, query.order_by(conflict.c.row_epoch_no, conflict.c.row_seq))


def vanished_orders(connection: Connection) -> frozenset[RecordId]:
    """Orders whose latest version was made after the state that the centre was put back to.

    Its next epoch says at which entry of the one before it goes on; what came behind that entry it does not know any more.
    """
    order, own, later = TYPED["job_order"], TYPED["epoch"].alias("own"), TYPED["epoch"].alias("later")
    of_order = and_(own.c.station_id == CENTRE, own.c.epoch_no == order.c.row_epoch_no)
    put_back = (later.c.station_id == CENTRE, later.c.reason == EpochReason.RESTORED, later.c.epoch_no == own.c.epoch_no + 1)
    not_in_it = or_(later.c.parent != own.c.id, later.c.parent_seq < order.c.row_seq)
    query = select(order.c.id).join(own, of_order).join(later, and_(*put_back)).where(order.c.station_id == CENTRE, not_in_it)
    return frozenset(RecordId(found) for found in connection.scalars(query))
