"""What `centre load` reads: a JSON document of products, routings, orders, people and shifts, with every mistake named.

    {"products": [...], "work_masters": [...], "job_orders": [...], "people": [...], "shift_patterns": [...]}

The fields are those of the records (`station_db.records`), and `addressee` (a station; without it, all). A person has a `pin`
in place of its hash: left out it stays as it is, empty it is taken away. `due_at` is ISO 8601 with its zone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from station_db.sync.document_model import Document
from station_db.sync.json_lines import Path, line_of, lines_of


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a document: where (line from 1, path such as `job_orders[0].quantity`) and what."""

    line: int
    path: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.path}: {self.text}" if self.path else f"line {self.line}: {self.text}"


class DocumentError(Exception):
    """A document with mistakes; nothing of it was loaded."""

    remedy = "Mend every line named and load it again. Nothing was changed."

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


SECTIONS = ("products", "work_masters", "job_orders", "people", "shift_patterns")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document that is right in itself, and where its values stand."""

    document: Document
    lines: dict[Path, int]

    def mistake(self, path: Path, text: str) -> Mistake:
        """A mistake at a path."""
        return Mistake(line_of(self.lines, path), shown(path), text)


def read(text: str) -> Parsed:
    """Read a document. Raises `DocumentError` with everything that is wrong with it in itself."""
    plain, lines = _decoded(text)
    try:
        parsed = Parsed(Document.model_validate(plain), lines)
    except ValidationError as error:
        raise DocumentError(tuple(_mistake(lines, plain, found) for found in error.errors())) from error
    if twice := tuple(_twice(parsed)):
        raise DocumentError(twice)
    return parsed


def _decoded(text: str) -> tuple[Any, dict[Path, int]]:
    try:
        return json.loads(text), lines_of(text)
    except json.JSONDecodeError as error:
        raise DocumentError((Mistake(error.lineno, "", f"this is no JSON: {error.msg}"),)) from error
    except RecursionError as error:
        raise DocumentError((Mistake(1, "", "its brackets are nested too deeply"),)) from error
    except ValueError as error:  # a number of thousands of digits
        raise DocumentError((Mistake(1, "", f"this cannot be read: {error}"),)) from error


def shown(path: Path) -> str:
    """A path as people write it: `job_orders[0].quantity`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".")


def _mistake(lines: dict[Path, int], plain: Any, found: Any) -> Mistake:
    path: Path = tuple(found["loc"])
    said = str(found["msg"]).removeprefix("Value error, ")
    return Mistake(line_of(lines, path), shown(path), said[:1].lower() + said[1:])


def _twice(parsed: Parsed) -> list[Mistake]:
    """The ids, badges and step numbers that stand more than once."""
    found: list[Mistake] = []
    for section in SECTIONS:
        entries: list[Any] = getattr(parsed.document, section)
        found += _repeated(parsed, (section,), entries, "id")
    found += _repeated(parsed, ("people",), parsed.document.people, "badge")
    for index, master in enumerate(parsed.document.work_masters):
        for field in ("number", "key"):
            found += _repeated(parsed, ("work_masters", index, "steps"), master.steps, field)
    return found


def _repeated(parsed: Parsed, path: Path, entries: list[Any], field: str) -> list[Mistake]:
    seen: set[Any] = set()
    found: list[Mistake] = []
    for index, entry in enumerate(entries):
        value = getattr(entry, field)
        if value in seen:
            found.append(parsed.mistake((*path, index, field), f"{value!r} stands here twice"))
        seen.add(value)
    return found
