"""What PostgreSQL itself watches over: who a station is, that a watermark tells the truth, that an entry is there once."""

from __future__ import annotations

from collections.abc import Iterator

ONCE_LOCK = 0x4C4E5355
ONCE = {"journal": ("epoch", "seq"), "signal_block": ("series", "number")}
"""Tables in months, each with the two columns by which an entry of a station is known."""

# Each function looks for names in the catalogue and our schema, and last in the caller's temporary tables: nobody can put a
# table or function of his own in the place of ours.
PATH = "SET search_path = pg_catalog, {schema}, pg_temp"
"""`{schema}` is filled in by `statements`."""

WHO_AM_I = f"""
CREATE OR REPLACE FUNCTION lineside_self() RETURNS text LANGUAGE sql STABLE {PATH} AS
$$ SELECT CASE WHEN left(current_user::text, 8) = 'station_' THEN substr(current_user::text, 9) END $$
"""

ONLY_RISES = f"""
CREATE OR REPLACE FUNCTION lineside_watermark_rises() RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
BEGIN
  IF NEW.last_seq <= OLD.last_seq
    OR (NEW.station_id, NEW.epoch, NEW.epoch_no) IS DISTINCT FROM (OLD.station_id, OLD.epoch, OLD.epoch_no) THEN
    RAISE EXCEPTION 'a watermark only rises' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$
"""

SIGNALS_ONLY_RISE = f"""
CREATE OR REPLACE FUNCTION lineside_signal_watermark_rises() RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
BEGIN
  IF NEW.last_number <= OLD.last_number
    OR (NEW.station_id, NEW.series, NEW.lane) IS DISTINCT FROM (OLD.station_id, OLD.series, OLD.lane) THEN
    RAISE EXCEPTION 'a watermark only rises' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$
"""

IS_FILLED = f"""
CREATE OR REPLACE FUNCTION lineside_watermark_is_filled() RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
BEGIN
  IF (SELECT count(*) FROM journal WHERE station_id = NEW.station_id AND epoch = NEW.epoch
        AND seq > OLD.last_seq AND seq <= NEW.last_seq) <> NEW.last_seq - OLD.last_seq
    OR NOT EXISTS (SELECT 1 FROM journal WHERE station_id = NEW.station_id AND epoch = NEW.epoch
        AND seq = OLD.last_seq + 1 AND prev_hash = OLD.head)
    OR NOT EXISTS (SELECT 1 FROM journal WHERE station_id = NEW.station_id AND epoch = NEW.epoch
        AND seq = NEW.last_seq AND hash = NEW.head) THEN
    RAISE EXCEPTION 'the watermark says more than the journal holds' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$
"""  # noqa: S608  # names of ours


def _once(table: str, group: str, number: str) -> str:
    """That a number is there once. The key of a table in months must hold the time, so the key cannot say it.

    The lock and the fresh look behind it make two sessions follow each other, which only READ COMMITTED gives.
    """
    return f"""
CREATE OR REPLACE FUNCTION lineside_{table}_once() RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
DECLARE
  part record;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'write to {table} in READ COMMITTED' USING ERRCODE = '42501';
  END IF;
  FOR part IN SELECT station_id, {group}, min({number}) AS first, max({number}) AS last FROM arrived GROUP BY 1, 2 LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended(part.station_id || ' ' || part.{group}, {ONCE_LOCK}));
    IF EXISTS (SELECT 1 FROM {table} WHERE station_id = part.station_id AND {group} = part.{group}
        AND {number} BETWEEN part.first AND part.last GROUP BY {number} HAVING count(*) > 1) THEN
      RAISE EXCEPTION 'an entry of {table} is there already, with another time' USING ERRCODE = '23505';
    END IF;
  END LOOP;
  RETURN NULL;
END $$
"""  # noqa: S608  # names of ours


TRIGGERS = (
    "CREATE OR REPLACE TRIGGER watermark_rises BEFORE UPDATE ON watermark"
    " FOR EACH ROW EXECUTE FUNCTION lineside_watermark_rises()",
    "DROP TRIGGER IF EXISTS watermark_is_filled ON watermark",
    # Deferred: the watermark moves first, as the lock, and the entries follow in the same transaction.
    "CREATE CONSTRAINT TRIGGER watermark_is_filled AFTER UPDATE ON watermark DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION lineside_watermark_is_filled()",
    "CREATE OR REPLACE TRIGGER signal_watermark_rises BEFORE UPDATE ON signal_watermark"
    " FOR EACH ROW EXECUTE FUNCTION lineside_signal_watermark_rises()",
    *(
        f"CREATE OR REPLACE TRIGGER {table}_once AFTER INSERT ON {table}"
        f" REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION lineside_{table}_once()"
        for table in ONCE
    ),
)


def statements(schema: str) -> Iterator[str]:
    """The functions and their triggers; `schema` is quoted. Run again, it ends the same."""
    once = (_once(table, *key) for table, key in ONCE.items())
    for function in (WHO_AM_I, ONLY_RISES, SIGNALS_ONLY_RISE, IS_FILLED, *once):
        yield function.replace("{schema}", schema)
    yield from TRIGGERS
