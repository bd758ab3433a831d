"""The reasons a person may choose from. Their keys are recorded and never change; the words may."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.presenters.words import translate


@dataclass(frozen=True, slots=True)
class Choice:
    """A reason as a tile; `key` is what is recorded."""

    key: str
    text: str


def bad_reasons() -> tuple[Choice, ...]:
    """Why a part is bad, for any product: eight at most, so that the right one is found at a glance."""
    return (
        Choice("damaged", translate("reasons", "Damaged")),
        Choice("wrong_size", translate("reasons", "Wrong size")),
        Choice("dirty", translate("reasons", "Dirty")),
        Choice("part_missing", translate("reasons", "Part missing")),
        Choice("wrong_part", translate("reasons", "Wrong part")),
        Choice("machine_fault", translate("reasons", "Machine fault")),
        Choice("test_piece", translate("reasons", "Test piece")),
        Choice("other", translate("reasons", "Other")),
    )


def pause_reasons() -> tuple[Choice, ...]:
    """Why work pauses."""
    return (
        Choice("break", translate("reasons", "Break")),
        Choice("tool_change", translate("reasons", "Tool change")),
        Choice("no_material", translate("reasons", "No material")),
        Choice("other", translate("reasons", "Other")),
    )
