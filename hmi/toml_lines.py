"""On which line each key of a TOML file stands; the standard parser does not tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Where a key is: `("machine", 0, "tags", "force")`."""

HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?")
KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def key_lines(text: str) -> dict[Path, int]:
    """Every table's and key's first line, counted from 1. Keys inside inline tables share their table's line."""
    lines: dict[Path, int] = {}
    for path, number in declared(text):
        lines.setdefault(path, number)
    return lines


def repeated(text: str) -> tuple[Path, int] | None:
    """The first key or table that stands a second time, and the line where it does."""
    seen: set[Path] = set()
    for path, number in declared(text):
        if path in seen:
            return path, number
        seen.add(path)
    return None


def declared(text: str) -> Iterator[tuple[Path, int]]:
    """Every table and key in order, with its line."""
    counts: Counter[Path] = Counter()
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            table = open_table(parts(header[2]), counts, is_array=header[1] == "[[")
            yield table, number
        elif key := KEY.match(line):
            yield table + parts(key[1]), number


def open_table(names: Path, counts: Counter[Path], *, is_array: bool) -> Path:
    """The path of a header, with the index of each array of tables on its way."""
    path: Path = ()
    for name in names[:-1] if is_array else names:
        path = (*path, name)
        if counts[path]:
            path = (*path, counts[path] - 1)
    if not is_array:
        return path
    path = (*path, names[-1])
    counts[path] += 1
    return (*path, counts[path] - 1)


def parts(dotted: str) -> Path:
    """`a."b c".d` as its names."""
    return tuple(part.strip("\"'") for part in PART.findall(dotted))


def written(path: Path) -> str:
    """A path as a person would write it: `machine[0].tags.force`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")
