"""Who else works on an order: what a station may ask the centre about others, and nothing more.

On PostgreSQL a station sees no rows of other stations, so a function with its owner's rights answers, for orders addressed to
the station that asks or to all.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, text

from station_db.records.base import CENTRE, KINDS, RecordId
from station_db.records.orders import JobState
from station_db.sync.centre import Centre
from station_db.sync.rights import STATIONS
from station_db.tables import TYPED

OPEN = (JobState.RUNNING, JobState.INTERRUPTED)
CALL = text("SELECT lineside_others_on(:order)")


def others_on(centre: Centre, station_id: str, order: RecordId) -> tuple[str, ...]:
    """The stations but this one that have begun an order and not ended it, by name."""
    with centre.reading() as connection:
        if centre.is_postgresql:
            return tuple(connection.scalars(CALL, {"order": order}))
        response = TYPED["job_response"].c
        wanted = (response.job_order == order, response.state.in_(OPEN), response.station_id != station_id)
        return tuple(connection.scalars(select(response.station_id).where(*wanted).distinct().order_by(response.station_id)))


def functions(schema: str, owner: str) -> Iterator[str]:
    """The function and who may call it; both names are quoted. Run again, it ends the same."""
    open_states = ", ".join(f"'{state}'" for state in OPEN)
    yield f"""
CREATE OR REPLACE FUNCTION lineside_others_on(p_order text) RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;
  self text := CASE WHEN left(caller, 8) = 'station_' THEN substr(caller, 9) END;
BEGIN
  RETURN QUERY SELECT DISTINCT r.station_id FROM job_response r
    WHERE r.job_order = p_order AND r.state IN ({open_states}) AND r.station_id <> self
      AND EXISTS (SELECT 1 FROM journal j WHERE j.station_id = '{CENTRE}' AND j.record_id = p_order
        AND j.kind LIKE '{KINDS["job_order"].name}.%' AND j.addressee IN ('', self))
    ORDER BY r.station_id;
END $$
"""  # noqa: S608  # nothing of it comes from outside
    yield "REVOKE ALL ON FUNCTION lineside_others_on(text) FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION lineside_others_on(text) TO {STATIONS}, {owner}"
