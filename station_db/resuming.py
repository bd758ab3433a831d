"""Reading the record's present, so that the core goes on where it stopped."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, or_

from station_db.centre_word import conflicts_of, open_answers, open_requests, vanished_orders
from station_db.feed import cursor_of
from station_db.present import CYCLES_OF_EACH_MACHINE, FOREVER, Present
from station_db.queries import Span, counts
from station_db.records.equipment import DownloadState, WriteState
from station_db.records.orders import JobResponse, JobState
from station_db.records.resume import Resume
from station_db.tables import TYPED

_WRITE = TYPED["machine_write"].c
LAST_BACKUPS = 50
"""So many are looked through for one that is good."""
IN_DOUBT = or_(_WRITE.state == WriteState.ASKED, and_(_WRITE.state == WriteState.UNKNOWN, _WRITE.permit.is_(None)))


def resume(connection: Connection, station_id: str) -> Resume:
    """Everything at one moment: the caller's connection is in a transaction.

    Counts begin with the newest shift; without one there are none.
    """
    present = Present(connection, station_id)
    responses: tuple[JobResponse, ...] = present.all("job_response", TYPED["job_response"].c.started_at)
    running = open_response(responses)
    shifts = present.last("shift_occurrence", "started_at", 2)
    since = shifts[0].started_at if shifts else FOREVER
    last_at = present.last_at()
    cursor = cursor_of(connection, station_id)
    return Resume(
        people=present.master("person"),
        products=present.master("product"),
        work_masters=present.master("work_master"),
        job_orders=present.master("job_order"),
        shift_patterns=present.master("shift_pattern"),
        responses=responses,
        **(present.work(running.id) if running else {}),
        given=present.where("permit", TYPED["permit"].c.ended_at.is_(None)),
        writes=present.where("machine_write", IN_DOUBT),
        downloads=present.where("recipe_download", TYPED["recipe_download"].c.state == DownloadState.RUNNING),
        sign_in=_first(present.open("sign_in", "started_at", "ended_at")[::-1]),
        shift=_first(shifts),
        states=present.states(shifts),
        gaps=present.open("link_gap", "from_at", "to_at"),
        alarms=present.open("alarm_event", "came_at", "went_at"),
        alarms_unseen=present.alarms_unseen(last_at),
        cycles=present.cycles(),
        unseen=present.last("unseen_parts", "to_at", CYCLES_OF_EACH_MACHINE),
        counts=counts(connection, station_id, Span(since, FOREVER)),
        count_gaps=present.where("count_gap", TYPED["count_gap"].c.settled.is_(False)),
        positions=present.positions(),
        drafts=present.drafts(),
        outcomes=present.outcomes(),
        last_run=_first(present.last("engine_run", "started_at", 1)),
        last_backup=_first(tuple(made for made in present.last("backup", "at", LAST_BACKUPS) if made.ok)),
        last_at=last_at,
        centre_seen_at=cursor.heard_at if cursor else None,
        running_order=running.job_order if running else None,
        conflicts=conflicts_of(connection, station_id, running.job_order) if running else (),
        requests=open_requests(connection, station_id),
        answers=open_answers(connection, station_id),
        vanished=vanished_orders(connection),
    )


def open_response(responses: tuple[JobResponse, ...]) -> JobResponse | None:
    """The order under work, given all in the order they were started: the running one, else the newest interrupted one."""
    running = [response for response in responses if response.state is JobState.RUNNING]
    interrupted = [response for response in responses if response.state is JobState.INTERRUPTED]
    return next(reversed(running or interrupted), None)


def _first(records: tuple[Any, ...]) -> Any:
    return records[0] if records else None
