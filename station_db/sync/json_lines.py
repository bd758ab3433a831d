"""Where things stand in a JSON text: the line of every value, by its path. The standard library tells neither."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

Path = tuple[str | int, ...]

BLANK = re.compile(r"[ \t\n\r]*")
DECODER = json.JSONDecoder()


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every value of a text that `json.loads` accepts."""
    found: dict[Path, int] = {}
    _walk(text, _skip(text, 0), (), found)
    return found


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _walk(text: str, at: int, path: Path, found: dict[Path, int]) -> int:
    """Note a value and what is inside it; returns where it ends."""
    found[path] = text.count("\n", 0, at) + 1
    if text[at] == "{":
        return _walk_object(text, at + 1, path, found)
    if text[at] == "[":
        return _walk_array(text, at + 1, path, found)
    return DECODER.raw_decode(text, at)[1]


def _walk_object(text: str, at: int, path: Path, found: dict[Path, int]) -> int:
    at = _skip(text, at)
    while text[at] != "}":
        key: Any
        key, at = scanstring(text, at + 1)
        at = _skip(text, _skip(text, at) + 1)  # the colon
        at = _past_comma(text, _walk(text, at, (*path, key), found))
    return at + 1


def _walk_array(text: str, at: int, path: Path, found: dict[Path, int]) -> int:
    at, index = _skip(text, at), 0
    while text[at] != "]":
        at = _past_comma(text, _walk(text, at, (*path, index), found))
        index += 1
    return at + 1


def _past_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    match = BLANK.match(text, at)
    return match.end() if match else at
