"""I13: nothing ends before it begins, and nothing that people or machines do lasts longer than a day."""

from __future__ import annotations

from pathlib import Path

from tests.invariants.reading import reading

DAY_US = 86_400_000_000
SPANS = {
    "cycle": ("started_at", "ended_at"),
    "equipment_state": ("started_at", "ended_at"),
    "alarm_event": ("came_at", "went_at"),
    "machine_write": ("asked_at", "ended_at"),
    "recipe_download": ("started_at", "ended_at"),
    "job_response": ("started_at", "ended_at"),
    "unit": ("started_at", "ended_at"),
    "step_run": ("opened_at", "ended_at"),
    "permit": ("asked_at", "ended_at"),
    "sign_in": ("started_at", "ended_at"),
    "shift_occurrence": ("started_at", "ended_at"),
    "link_gap": ("from_at", "to_at"),
    "unseen_parts": ("from_at", "to_at"),
    "count_gap": ("from_at", "to_at"),
}
"""Of every kind that lasts: when it began and when it was over."""


def times_make_sense(folder: Path, *, longest_us: int = DAY_US) -> None:
    """I13: no duration is negative or longer than `longest_us`. The order is that of the numbers, which I5 judges."""
    with reading(folder / "record.db") as record:
        for kind, (began, ended) in SPANS.items():
            lasted = f'SELECT id, {ended} - {began} AS lasted FROM "{kind}" WHERE {ended} IS NOT NULL AND {began} IS NOT NULL'
            odd = f"SELECT * FROM ({lasted}) WHERE lasted NOT BETWEEN 0 AND ?"
            found = [tuple(row) for row in record.execute(f"{odd} LIMIT 3", (longest_us,))]
            assert not found, f"I13: {kind} with odd durations: {found}"
