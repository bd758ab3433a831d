"""Comparing the typed tables with what the journal says they must hold."""

from __future__ import annotations

from sqlalchemy import Connection, select

from station_db.journal_check import COMPARED, Findings, Problem, fingerprint
from station_db.tables import TYPED


def check_rows(connection: Connection, station_id: str, findings: Findings) -> None:
    """Add a problem for each row that is not its record's latest version, and each record or row without the other."""
    seen = set[tuple[str, str]]()
    for kind, table in TYPED.items():
        wanted = select(table.c.id, *(table.c[name] for name in COMPARED[kind])).where(table.c.station_id == station_id)
        for record_id, *values in connection.execution_options(yield_per=1000).execute(wanted):
            key = (kind, str(record_id))
            seen.add(key)
            _check_row(key, fingerprint(values), findings)
    for kind, record_id in findings.latest.keys() - seen - findings.unreadable:
        findings.problems.append(Problem("row_missing", f"{kind} {record_id}", "the journal has it, its table has not"))


def _check_row(key: tuple[str, str], row: bytes, findings: Findings) -> None:
    if key in findings.unreadable:
        return
    latest = findings.latest.get(key)
    if latest is None:
        findings.problems.append(Problem("row_unknown", " ".join(key), "its table has it, the journal has not"))
    elif latest.row != row:
        findings.problems.append(
            Problem("row_differs", " ".join(key), "its table holds another content than the journal's last version")
        )
