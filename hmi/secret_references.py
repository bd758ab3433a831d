"""Secrets by reference: the environment, or a file that only its owner may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class SecretError(Exception):
    """A reference to a secret that leads nowhere, or to a file others can read."""

    def __init__(self, key: str, code: str, reference: str) -> None:
        super().__init__(reference)
        self.key = key
        self.code = code
        self.reference = reference


def resolve_password(path: Path, variable: str, file: str) -> str:
    """The password behind a reference; empty where none is given."""
    if variable:
        if variable not in os.environ:
            raise SecretError("password_env", "secret.no_variable", variable)
        return os.environ[variable]
    return read_secret(path.parent / file) if file else ""


def read_secret(file: Path) -> str:
    """The one line of a secret file that only its owner may read."""
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError("password_file", "secret.unreadable", str(file)) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretError("password_file", "secret.open_to_others", str(file))
    return text.strip()
