"""Where a command finds the centre's password: never among its words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VARIABLE = "LINESIDE_PASSWORD"


def password_of(file: Path | None, environment: Mapping[str, str]) -> str:
    """The first line of the file, else the variable, else nothing. Raises `OSError` for a file that can't be read."""
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    return environment.get(VARIABLE, "")
