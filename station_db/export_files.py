"""The files of an export: written a line at a time, each with its count and SHA-256 for the manifest."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Written:
    """One file of the export."""

    name: str
    rows: int
    size: int
    sha256: str


class Sheet:
    """One file under way."""

    def __init__(self, folder: Path, name: str) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        self._name = name
        self._sha = hashlib.sha256()
        self._rows = self._size = 0

    def line(self, plain: Any) -> None:
        """One JSON line."""
        self._write(json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n")
        self._rows += 1

    def head(self, columns: Sequence[str]) -> None:
        """The names of a CSV file's columns."""
        self._write(BYTE_ORDER_MARK + _csv([columns]))

    def rows(self, rows: Iterable[Sequence[str]]) -> None:
        """CSV rows."""
        listed = list(rows)
        self._write(_csv(listed))
        self._rows += len(listed)

    def _write(self, text: str) -> None:
        data = text.encode()
        self._file.write(data)
        self._sha.update(data)
        self._size += len(data)

    def close(self) -> Written:
        """What was written."""
        self._file.close()
        return Written(self._name, self._rows, self._size, self._sha.hexdigest())


class Shelf:
    """All files of one export."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.written: list[Written] = []

    @contextmanager
    def sheet(self, name: str) -> Generator[Sheet]:
        """A new file; it stands in the manifest once it is whole."""
        sheet = Sheet(self._folder, name)
        with ExitStack() as held:
            held.callback(lambda: self.written.append(sheet.close()))
            yield sheet

    def whole(self, name: str, plain: Any) -> None:
        """A document of its own."""
        text = json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_bytes(text.encode())
        self.written.append(Written(name, 1, len(text.encode()), hashlib.sha256(text.encode()).hexdigest()))


def _csv(rows: Iterable[Sequence[str]]) -> str:
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\r\n").writerows(rows)
    return made.getvalue()
