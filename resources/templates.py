"""Ready station files to begin with: each one a `station.toml` that needs little more than an address."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

_ENDING = ".toml"


@dataclass(frozen=True, slots=True)
class Template:
    """One ready file; `summary` is its first line."""

    name: str
    summary: str
    text: str


def templates() -> tuple[Template, ...]:
    """All there are, by name."""
    files = (file for file in resources.files("resources").joinpath("templates").iterdir() if file.name.endswith(_ENDING))
    texts = {file.name.removesuffix(_ENDING): file.read_text(encoding="utf-8") for file in files}
    return tuple(Template(name, texts[name].splitlines()[0].strip("# "), texts[name]) for name in sorted(texts))
