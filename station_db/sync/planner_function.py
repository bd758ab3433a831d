"""The one door for entries of origin `centre` on PostgreSQL: a function with its owner's rights.

It locks the head row, checks the kind against the role, the place in the chain, the hash, the id and the version, stores the
entry and projects it. It is made from the declarations of the records, so that it cannot differ from their tables.
"""

from __future__ import annotations

from station_db.columns import Field, fields_of
from station_db.journal import HASHED
from station_db.records.base import CENTRE, KINDS
from station_db.records.catalogue import MASTER, REDACTIONS, REQUESTS
from station_db.sync.rights import LEAD, PLANNER
from station_db.tables import JOURNAL

ALLOWED: dict[str, tuple[str, ...]] = {PLANNER: (*MASTER, *REDACTIONS), LEAD: REQUESTS}
"""Which kinds a role may append: a planner orders, master data and what is said of people who left, a lead requests."""
SQL_TYPES = {"str": "text", "int": "bigint", "float": "double precision", "bool": "boolean"}


def _hashed() -> str:
    """The journal's hash in SQL, of the entry that is to be appended: see `station_db.journal`."""
    return _prefixed([_value(name) for name in ("prev_hash", *HASHED)])


def hashed_row(row: str) -> str:
    """The same over a row of the journal, as it reads."""
    return _prefixed([f"{row}.{name}" for name in ("prev_hash", *HASHED)])


def _prefixed(values: list[str]) -> str:
    parts = [value if value.endswith("payload") else f"convert_to({value}::text, 'UTF8')" for value in values]
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
      INSERT INTO "{kind}" ({into}) VALUES ({out_of}) ON CONFLICT (station_id, id) DO UPDATE SET {changed};"""  # noqa: S608  # nothing of it comes from outside


def function_sql(schema: str) -> str:
    """The one door for entries of origin `centre`; `schema` is quoted."""
    tags = {role: ", ".join(f"'{KINDS[kind].tag}'" for kind in kinds) or "NULL" for role, kinds in ALLOWED.items()}
    may = " OR ".join(f"(pg_has_role(caller, '{role}', 'MEMBER') AND p_kind IN ({tags[role]}))" for role in ALLOWED)
    columns = [column.name for column in JOURNAL.c]
    branches = "\n    ".join(_projection(kind) for kind in (*MASTER, *REDACTIONS, *REQUESTS))
    redactions = ", ".join(f"'{KINDS[kind].tag}'" for kind in REDACTIONS)
    requests = ", ".join(f"'{KINDS[kind].tag}'" for kind in REQUESTS)
    return f"""
CREATE OR REPLACE FUNCTION lineside_append(
  p_epoch text, p_seq bigint, p_recorded_at bigint, p_kind text, p_record_id text, p_addressee text, p_version bigint,
  p_actor text, p_cause text, p_payload bytea, p_prev_hash text, p_hash text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {schema}, pg_temp AS $$
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
  IF p_kind IN ({requests}) AND ((p->>'station' = p_addressee AND coalesce(p->>'asked_by', '') <> ''
      AND EXISTS (SELECT 1 FROM station WHERE station_id = p_addressee)) IS NOT TRUE) THEN
    RAISE EXCEPTION 'entry % asks nothing of a known station in somebody''s name', p_seq USING ERRCODE = '42501';
  END IF;
  IF p_kind IN ({redactions}) AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.station_id = '{CENTRE}'
      AND p->>'origin' = '{CENTRE}' AND j.epoch = p->>'epoch' AND j.seq = (p->>'seq')::bigint AND j.hash = p->>'old_hash'
      AND j.record_id = p->>'person' AND encode(sha256({hashed_row("j")}), 'hex') = p->>'new_hash') THEN
    RAISE EXCEPTION 'entry % names nothing that was redacted', p_seq USING ERRCODE = '42501';
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
"""  # noqa: S608  # nor here


def rights(owner: str) -> tuple[str, ...]:
    """Who may call it; the owner is given what it needs to call it too."""
    signature = "lineside_append(text, bigint, bigint, text, text, text, bigint, text, text, bytea, text, text)"
    return (
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {signature} TO {LEAD}, {PLANNER}, {owner}",
    )
