"""Everything a store or a centre holds of a station, in files that any program can read: JSON lines, CSV, and what they mean.

Names of people are in files of their own, and only where they are asked for. Records are read in one transaction, a row at a
time, so that a station may go on recording meanwhile.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, or_, select

from station_db import journal
from station_db.anchors import anchors_of
from station_db.columns import fields_of
from station_db.export_cells import cell
from station_db.export_files import Sheet, Shelf, Written
from station_db.export_schema import PERSONAL, PLACE, schema
from station_db.journal import COLUMNS
from station_db.journal_check import epochs_of
from station_db.records.base import CENTRE, KINDS, Instant, Kind, to_plain
from station_db.records.local import Curve
from station_db.rows import record_of
from station_db.signal_store import curve_of
from station_db.tables import JOURNAL, LOCAL, SIGNAL_CURVE, TYPED

FORMAT = 1
AT_ONCE = 500
LEFT_OUT = tuple(table.name for table in LOCAL)
"""Tables that are of use to the station alone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: by default everything but names. Times are when a record was last written, `until` not included."""

    since: Instant | None = None
    until: Instant | None = None
    kinds: tuple[str, ...] = ()
    order: str = ""
    names: bool = False

    @property
    def is_all(self) -> bool:
        """Whether nothing is filtered, so that the chain can be followed."""
        return self.since is None and self.until is None and not self.kinds and not self.order


def export_records(connection: Connection, station_id: str, shelf: Shelf, wanted: Wanted) -> dict[str, Any]:
    """Write schema, records and journal; what the manifest shall say of them. For `Reader.ask` or within `Centre.reading`."""
    shelf.whole("schema.json", schema())
    kinds = [kind for name, kind in sorted(KINDS.items()) if not wanted.kinds or name in wanted.kinds]
    records = {kind.name: _kind(connection, station_id, shelf, kind, wanted) for kind in kinds}
    entries = _journal(connection, station_id, shelf, wanted)
    return {
        "station": station_id,
        "records": records,
        "entries": entries,
        "whole": wanted.is_all,
        "filters": {key: value for key, value in asdict(wanted).items() if value and key != "names"},
        "names": wanted.names,
        "withheld": [] if wanted.names else [f"{kind}.{name}" for kind, names in PERSONAL.items() for name in names],
        "left_out": list(LEFT_OUT),
        "chains": _chains(connection, station_id),
    }


def export_curves(curves: Iterable[Curve], shelf: Shelf) -> int:
    """Write the samples of cycles; how many curves."""
    count = 0
    with shelf.sheet("curves.jsonl") as sheet:
        for curve in curves:
            told = to_plain(curve) | {"data": base64.b64encode(curve.data).decode()}
            sheet.line(told)
            count += 1
    return count


def curves_there(connection: Connection, station_id: str) -> Iterator[Curve]:
    """Those that a centre has of a station."""
    query = select(SIGNAL_CURVE).where(SIGNAL_CURVE.c.station_id == station_id).order_by(SIGNAL_CURVE.c.digest)
    yield from map(curve_of, connection.execution_options(yield_per=AT_ONCE).execute(query).mappings())


def finish(shelf: Shelf, said: Mapping[str, Any], *, program: str, revision: str, at: Instant) -> tuple[Written, ...]:
    """Write the manifest, which names every other file."""
    files = {one.name: {"rows": one.rows, "bytes": one.size, "sha256": one.sha256} for one in shelf.written}
    about = {"format": FORMAT, "program": program, "schema": revision, "exported_at": at, "files": files}
    shelf.whole("MANIFEST.json", {**said, **about})
    return tuple(shelf.written)


def _kind(connection: Connection, station_id: str, shelf: Shelf, kind: Kind, wanted: Wanted) -> int:
    """The latest version of every record of a kind, as JSON lines and as CSV; personal fields go elsewhere or nowhere."""
    hidden = PERSONAL.get(kind.name, ())
    shown = [one for one in fields_of(kind.cls) if one.name not in hidden]
    count = 0
    with shelf.sheet(f"records/{kind.name}.jsonl") as lines, shelf.sheet(f"records/{kind.name}.csv") as table:
        table.head([*PLACE, *(one.name for one in shown)])
        for row in connection.execution_options(yield_per=AT_ONCE).execute(_rows(station_id, kind, wanted)).mappings():
            plain = to_plain(record_of(kind, row))
            place = [row["station_id"], row["row_version"], row["row_epoch_no"], row["row_seq"]]
            record = {one.name: plain[one.name] for one in shown}
            lines.line({**dict(zip(PLACE, place, strict=True)), "record": record})
            cells = [cell(plain[one.name], optional=one.optional) for one in shown]
            table.rows([[*(cell(part, optional=False) for part in place), *cells]])
            count += 1
    if hidden and wanted.names:
        _names(connection, station_id, shelf, kind, wanted)
    return count


def _names(connection: Connection, station_id: str, shelf: Shelf, kind: Kind, wanted: Wanted) -> None:
    with shelf.sheet(f"names/{kind.name}.jsonl") as lines:
        for row in connection.execute(_rows(station_id, kind, wanted)).mappings():
            plain = to_plain(record_of(kind, row))
            lines.line({"origin": row["station_id"], "id": plain["id"], **{name: plain[name] for name in PERSONAL[kind.name]}})


def _rows(station_id: str, kind: Kind, wanted: Wanted) -> Select[Any]:
    """The rows of a kind, of the station and of the centre for it, in the order of their ids."""
    table = TYPED[kind.name]
    made_by = (JOURNAL.c.station_id == table.c.station_id, JOURNAL.c.record_id == table.c.id)
    this = (JOURNAL.c.seq == table.c.row_seq, JOURNAL.c.version == table.c.row_version)
    entry = exists().where(*made_by, *this, *_in_time(wanted), _for(station_id))
    query = select(table).where(table.c.station_id.in_((station_id, CENTRE)), *_of_order(station_id, kind, wanted), entry)
    return query.order_by(table.c.station_id, table.c.id)


def _for(station_id: str) -> ColumnElement[bool]:
    """Of the centre's entries those for the station or for all."""
    return or_(JOURNAL.c.station_id == station_id, JOURNAL.c.addressee.in_(("", station_id)))


def _in_time(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield JOURNAL.c.recorded_at >= wanted.since
    if wanted.until is not None:
        yield JOURNAL.c.recorded_at < wanted.until


def _of_order(station_id: str, kind: Kind, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What belongs to an order: it itself, what names it, and what names one of its units."""
    if not wanted.order:
        return
    table, unit = TYPED[kind.name], TYPED["unit"]
    if "job_order" in table.c:
        yield table.c.job_order == wanted.order
    elif "unit" in table.c:
        yield table.c.unit.in_(select(unit.c.id).where(unit.c.station_id == station_id, unit.c.job_order == wanted.order))
    else:
        yield table.c.id == wanted.order


def _journal(connection: Connection, station_id: str, shelf: Shelf, wanted: Wanted) -> int:
    """Every version of everything, in order; a person's entries without what they say, which is in a file of its own."""
    count = 0
    with shelf.sheet("journal.jsonl") as lines:
        for row in _entries(connection, station_id, wanted):
            told = asdict(journal.entry_of(row)) | {"payload": _payload(row)}
            lines.line({name: told[name] for name in COLUMNS})
            count += 1
    if wanted.names:
        with shelf.sheet("names/journal.jsonl") as lines:
            _name_entries(connection, station_id, wanted, lines)
    return count


def _name_entries(connection: Connection, station_id: str, wanted: Wanted, lines: Sheet) -> None:
    for row in _entries(connection, station_id, wanted):
        if _is_personal(row["kind"]):
            place = {name: row[name] for name in ("station_id", "epoch", "seq")}
            lines.line(place | {"payload": bytes(row["payload"]).decode()})


def _entries(connection: Connection, station_id: str, wanted: Wanted) -> Iterator[Any]:
    query = select(JOURNAL).where(JOURNAL.c.station_id.in_((station_id, CENTRE)), _for(station_id), *_in_time(wanted))
    if wanted.kinds:
        query = query.where(or_(*(JOURNAL.c.kind.startswith(f"{kind}.") for kind in wanted.kinds)))
    if wanted.order:
        ids = [_ids(station_id, kind, wanted) for name, kind in KINDS.items() if not wanted.kinds or name in wanted.kinds]
        query = query.where(or_(*(JOURNAL.c.record_id.in_(each) for each in ids)))
    ordered = query.order_by(JOURNAL.c.station_id, JOURNAL.c.epoch, JOURNAL.c.seq)
    yield from connection.execution_options(yield_per=AT_ONCE).execute(ordered).mappings()


def _ids(station_id: str, kind: Kind, wanted: Wanted) -> Select[Any]:
    table = TYPED[kind.name]
    return select(table.c.id).where(table.c.station_id.in_((station_id, CENTRE)), *_of_order(station_id, kind, wanted))


def _payload(row: Any) -> str | None:
    if _is_personal(row["kind"]):
        return None
    payload = row["payload"]
    return payload if isinstance(payload, str) else bytes(payload).decode()


def _is_personal(tag: str) -> bool:
    return tag.rpartition(".")[0] in PERSONAL


def _chains(connection: Connection, station_id: str) -> list[dict[str, Any]]:
    """Where each chain of the station begins and ends."""
    anchors = anchors_of(connection, station_id)
    told: list[dict[str, Any]] = []
    for epoch in epochs_of(connection, station_id):
        last, anchor = journal.last_entry(connection, station_id, epoch.id), anchors.get(epoch.id)
        begins = {"let_go_up_to": anchor.seq, "begins_with": anchor.head} if anchor else {"begins_with": epoch.begins_with}
        ends = {"seq": last.seq, "head": last.hash} if last else {}
        told.append({"epoch": epoch.id, "epoch_no": epoch.number, **begins, **ends})
    return told
