"""What a process writes down: one JSON line a record, not more than a hundred a second."""

from __future__ import annotations

import json
import logging

from hmi.logs import JsonLines, RateLimit


def record(text: str, **more) -> logging.LogRecord:
    return logging.LogRecord("hmi.engine", logging.WARNING, __file__, 1, text, (), more.get("exc_info"))


def test_a_line_says_when_how_bad_who_and_what():
    line = json.loads(JsonLines().format(record("the press is lost")))
    assert {"level": "warning", "from": "hmi.engine", "says": "the press is lost"}.items() <= line.items()
    assert line["at"].endswith("+00:00")


def test_a_flood_is_held_back_and_counted():
    now = [10.0]
    limit = RateLimit(lines=3, monotonic=lambda: now[0])
    assert [limit.filter(record("flood")) for _ in range(5)] == [True, True, True, False, False]
    now[0] = 11.0
    after = record("calm")
    assert limit.filter(after)
    assert after.getMessage() == "[2 lines were held back] calm"
