"""A window's size among a command's words."""

from __future__ import annotations

import argparse
import re


def size(text: str) -> str:
    """`1280x800` as it is; anything else is refused by name."""
    if not re.fullmatch(r"[1-9][0-9]{2,3}x[1-9][0-9]{2,3}", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write it like 1280x800")
    return text
