"""Typing a serial number that can't be scanned: the letters it begins with are given, the digits are typed."""

from __future__ import annotations

import re

from hmi.presenters.words import translate

_LEAD = re.compile(r"[A-Za-z0-9-]*?(?=[\[\\(.0-9]|$)")
_DIGITS = re.compile(r"(\[0-9\]|\\d|[0-9]|\{[0-9,]+\}|\+|\*)*")


def lead_of(pattern: str) -> str:
    """The fixed letters before the digits: `H` of `H[0-9]{6}`."""
    found = _LEAD.match(pattern)
    return found.group() if found else ""


def why_not_typed(pattern: str) -> str:
    """Why a serial of this pattern has to be scanned; empty where letters and then digits are all it has."""
    rest = pattern[len(lead_of(pattern)) :]
    return "" if _DIGITS.fullmatch(rest) else translate("serial", "only scanned")
