"""`lineside`: parse and dispatch."""

from __future__ import annotations


def main() -> int:
    """Run one command; return its exit code."""
    return 0
