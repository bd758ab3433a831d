"""How orders and master data enter a centre: in order, behind the head row, which is the lock.

On PostgreSQL only one function may do it, with its owner's rights: it checks the role, the place in the chain, the hash and
the version, stores the entry and projects it. On SQLite the same steps are taken here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, text, update

from station_db import journal
from station_db.columns import Field, fields_of
from station_db.journal import HASHED, JournalEntry, Position, columns_of
from station_db.projection import projected, write_rows
from station_db.records.base import CENTRE, KINDS
from station_db.records.catalogue import MASTER
from station_db.sync.rights import LEAD, PLANNER
from station_db.tables import CENTRE_HEAD, JOURNAL

ALLOWED: dict[str, tuple[str, ...]] = {PLANNER: MASTER, LEAD: ()}
"""Which kinds a role may append. A lead's are requests, of which there are none yet."""

ARGUMENTS = ("epoch", "seq", "recorded_at", "kind", "record_id", "addressee", "version", "actor", "cause", "payload")
CALL = text(f"SELECT lineside_append({', '.join(f':{name}' for name in (*ARGUMENTS, 'prev_hash', 'hash'))})")
SQL_TYPES = {"str": "text", "int": "bigint", "float": "double precision", "bool": "boolean"}


def tip(connection: Connection, *, lock: bool) -> Position | None:
    """Where the centre's own journal stands; with `lock` nobody else appends until the transaction ends."""
    asked = select(CENTRE_HEAD).where(CENTRE_HEAD.c.station_id == CENTRE)
    row = connection.execute(asked.with_for_update() if lock else asked).first()
    return None if row is None else Position(row.epoch, row.epoch_no, row.last_seq, row.head)


def append(connection: Connection, at: Position, entries: Sequence[JournalEntry]) -> None:
    """Append entries that follow `at`, with their rows. The centre refuses any that does not fit."""
    if not entries:
        return
    if connection.dialect.name == "postgresql":
        for entry in entries:
            connection.execute(CALL, columns_of(entry))
    else:
        append_as_owner(connection, at, entries)


def append_as_owner(connection: Connection, at: Position, entries: Sequence[JournalEntry]) -> None:
    """The same without the function: for a SQLite centre, and for the entry that opens an epoch."""
    journal.append(connection, entries)
    write_rows(connection, [projected(entry, at.epoch_no) for entry in entries])
    moved = update(CENTRE_HEAD).where(CENTRE_HEAD.c.station_id == CENTRE)
    tip_now = {"epoch": at.epoch, "epoch_no": at.epoch_no, "last_seq": entries[-1].seq, "head": entries[-1].hash}
    connection.execute(moved.values(tip_now))


def _hashed() -> str:
    """The journal's hash in SQL: see `station_db.journal`."""
    columns = ("prev_hash", *HASHED)
    parts = ["p_payload" if name == "payload" else f"convert_to({_value(name)}::text, 'UTF8')" for name in columns]
    return " || ".join(
        rf"coalesce(int8send(octet_length({part})::bigint) || {part}, '\xffffffffffffffff'::bytea)" for part in parts
    )


def _value(name: str) -> str:
    return f"'{CENTRE}'" if name == "station_id" else f"p_{name}"


def _from_payload(field: Field) -> str:
    """A column's value out of the payload; packed ones keep the payload's own text, which is the canonical one."""
    if field.packed:
        return f"(p->'{field.name}')::text"
    return f"(p->>'{field.name}')::{SQL_TYPES[field.plain.__name__]}"


def _projection(kind: str) -> str:
    fields = fields_of(KINDS[kind].cls)
    names = ["station_id", *(field.name for field in fields), "row_version", "row_epoch_no", "row_seq"]
    values = [f"'{CENTRE}'", *(_from_payload(field) for field in fields), "p_version", "h.epoch_no", "p_seq"]
    quoted = [f'"{name}"' for name in names]
    changed = ", ".join(f"{name} = excluded.{name}" for name in quoted if name not in ('"station_id"', '"id"'))
    into, out_of = ", ".join(quoted), ", ".join(values)
    return f"""WHEN '{KINDS[kind].tag}' THEN
      SELECT row_version INTO known FROM "{kind}" WHERE station_id = '{CENTRE}' AND id = p_record_id;
      INSERT INTO "{kind}" ({into}) VALUES ({out_of}) ON CONFLICT (station_id, id) DO UPDATE SET {changed};"""  # noqa: S608  # from the declaration of the record


def function_sql(schema: str) -> str:
    """The one door for entries of origin `centre`; `schema` is quoted."""
    tags = {role: ", ".join(f"'{KINDS[kind].tag}'" for kind in kinds) or "NULL" for role, kinds in ALLOWED.items()}
    may = " OR ".join(f"(pg_has_role(caller, '{role}', 'MEMBER') AND p_kind IN ({tags[role]}))" for role in ALLOWED)
    columns = [column.name for column in JOURNAL.c]
    branches = "\n    ".join(_projection(kind) for kind in MASTER)
    return f"""
CREATE OR REPLACE FUNCTION lineside_append(
  p_epoch text, p_seq bigint, p_recorded_at bigint, p_kind text, p_record_id text, p_addressee text, p_version bigint,
  p_actor text, p_cause text, p_payload bytea, p_prev_hash text, p_hash text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;
  h centre_head%ROWTYPE;
  p json;
  known bigint;
BEGIN
  IF ({may}) IS NOT TRUE THEN
    RAISE EXCEPTION 'role % may not append %', caller, p_kind USING ERRCODE = '42501';
  END IF;
  SELECT * INTO h FROM centre_head WHERE station_id = '{CENTRE}' FOR UPDATE;
  IF (p_epoch, p_seq, p_prev_hash) IS DISTINCT FROM (h.epoch, h.last_seq + 1, h.head) THEN
    RAISE EXCEPTION 'entry % does not follow entry %', p_seq, h.last_seq USING ERRCODE = '40001';
  END IF;
  IF p_hash IS DISTINCT FROM encode(sha256({_hashed()}), 'hex') THEN
    RAISE EXCEPTION 'entry % does not carry its own hash', p_seq USING ERRCODE = '42501';
  END IF;
  p := convert_from(p_payload, 'UTF8')::json;
  IF p->>'id' IS DISTINCT FROM p_record_id THEN
    RAISE EXCEPTION 'entry % has another id than its payload', p_seq USING ERRCODE = '42501';
  END IF;
  INSERT INTO journal ({", ".join(columns)})
  VALUES ({", ".join(_value(name) for name in columns)});
  CASE p_kind
    {branches}
  END CASE;
  IF p_version IS DISTINCT FROM coalesce(known, 0) + 1 THEN
    RAISE EXCEPTION 'entry % is version %, not %', p_seq, p_version, coalesce(known, 0) + 1 USING ERRCODE = '40001';
  END IF;
  UPDATE centre_head SET last_seq = p_seq, head = p_hash WHERE station_id = '{CENTRE}';
END $$
"""  # noqa: S608  # nothing in it comes from outside


def rights(owner: str) -> tuple[str, ...]:
    """Who may call it; the owner is given what it needs to call it too."""
    signature = "lineside_append(text, bigint, bigint, text, text, text, bigint, text, text, bytea, text, text)"
    return (
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {signature} TO {LEAD}, {PLANNER}, {owner}",
    )
