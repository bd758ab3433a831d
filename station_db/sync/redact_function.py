"""The one way on PostgreSQL to take a person's data out of the journal, which nobody may update.

A function with its owner's rights does it for a planner: it takes the right for one statement, only for a person's entry, only
to the blanked fields, and appends the redaction that says so in the same breath.
"""

from __future__ import annotations

from collections.abc import Iterator

from station_db.records.base import CENTRE
from station_db.redacting import BLANK, PERSON
from station_db.sync.rights import PLANNER

SIGNATURE = "lineside_redact(text, bigint, bytea, text, bigint, bigint, text, text, text, bigint, text, text, bytea, text, text)"


def functions(schema: str, owner: str) -> Iterator[str]:
    """The function and who may call it; both names are quoted. Run again, it ends the same."""
    names = ("epoch", "seq", "recorded_at", "kind", "record_id", "addressee", "version", "actor", "cause", "payload")
    passed = ", ".join(f"p_{name}" for name in (*names, "prev_hash", "hash"))
    fields = " AND ".join(f"(p->>'{name}') = '{_as_text(value)}'" for name, value in BLANK.items())
    values = ", ".join(f"{name} = {_as_sql(value)}" for name, value in BLANK.items())
    others = " - ".join(("b", *(f"'{name}'" for name in BLANK)))
    others_before = " - ".join(("o", *(f"'{name}'" for name in BLANK)))
    yield f"""
CREATE OR REPLACE FUNCTION lineside_redact(
  of_epoch text, of_seq bigint, blanked bytea,
  p_epoch text, p_seq bigint, p_recorded_at bigint, p_kind text, p_record_id text, p_addressee text, p_version bigint,
  p_actor text, p_cause text, p_payload bytea, p_prev_hash text, p_hash text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE
  caller text := CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;
  e journal%ROWTYPE;
  p json := convert_from(blanked, 'UTF8')::json;
  b jsonb := convert_from(blanked, 'UTF8')::jsonb;
  o jsonb;
BEGIN
  IF pg_has_role(caller, '{PLANNER}', 'MEMBER') IS NOT TRUE THEN
    RAISE EXCEPTION 'role % may not redact', caller USING ERRCODE = '42501';
  END IF;
  SELECT * INTO e FROM journal WHERE station_id = '{CENTRE}' AND epoch = of_epoch AND seq = of_seq AND kind LIKE '{PERSON}.%';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'entry % is no person''s', of_seq USING ERRCODE = '42501';
  END IF;
  o := convert_from(e.payload, 'UTF8')::jsonb;
  IF ({fields} AND ({others}) = ({others_before})) IS NOT TRUE THEN
    RAISE EXCEPTION 'entry % would not be redacted but changed', of_seq USING ERRCODE = '42501';
  END IF;
  -- The right to update is there for this one statement, and seen by nobody else: it ends with it.
  GRANT UPDATE (payload) ON journal TO CURRENT_USER;
  UPDATE journal SET payload = blanked WHERE station_id = '{CENTRE}' AND epoch = of_epoch AND seq = of_seq;
  REVOKE UPDATE (payload) ON journal FROM CURRENT_USER;
  UPDATE {PERSON} SET {values} WHERE station_id = '{CENTRE}' AND id = e.record_id
    AND row_seq = of_seq AND row_version = e.version;
  PERFORM lineside_append({passed});
END $$
"""  # noqa: S608  # nothing of it comes from outside
    yield "DROP POLICY IF EXISTS owner_redact ON journal"
    of_people = f"station_id = '{CENTRE}' AND kind LIKE '{PERSON}.%'"
    yield f"CREATE POLICY owner_redact ON journal FOR UPDATE TO {owner} USING ({of_people}) WITH CHECK ({of_people})"
    yield f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {PLANNER}, {owner}"


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_sql(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"
