"""What a command's words may be: sizes and times."""

from __future__ import annotations

import argparse
import math
import re


def size(text: str) -> str:
    """`1280x800` as it is; anything else is refused by name."""
    if not re.fullmatch(r"[1-9][0-9]{2,3}x[1-9][0-9]{2,3}", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write it like 1280x800")
    return text


def seconds(text: str) -> float:
    """A time above zero that ends."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (0 < value < math.inf):
        raise argparse.ArgumentTypeError(f"'{text}' is no time; write seconds, such as 60")
    return value
