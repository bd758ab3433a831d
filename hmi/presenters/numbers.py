"""Counts as people read them."""

from __future__ import annotations

THIN_SPACE = "\u202f"
"""Parts thousands in every language; a comma or a dot would be a decimal mark in some."""


def grouped(number: int) -> str:
    """`1 204`: thousands apart, never broken over a line."""
    return f"{number:,}".replace(",", THIN_SPACE)
