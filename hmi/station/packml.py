"""What a machine's state number means. Numbers of OPC 30060; a machine with its own numbers names them in its settings."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.tag import Value
from station_db.records.equipment import ItemState

NAMES: Mapping[int, str] = dict(
    enumerate(
        (
            "Stopped",
            "Resetting",
            "Idle",
            "Starting",
            "Execute",
            "Completing",
            "Complete",
            "Aborting",
            "Aborted",
            "Stopping",
            "Clearing",
            "Suspending",
            "Suspended",
            "Unsuspending",
            "Holding",
            "Held",
            "Unholding",
        )
    )
)
EXECUTING = frozenset({"starting", "execute", "completing", "unsuspending", "unholding"})
"""The states in which the machine's program is at work on a part or on its way back to one."""
WAITING = frozenset({"idle", "resetting", "suspending", "suspended", "complete"})
"""The states in which a sound machine waits: for the next order, a part, a permit or a person. Nobody stopped it."""
KNOWN = frozenset(name.lower() for name in NAMES.values())
OTHERS: Mapping[str, ItemState] = {
    "out_of_service": ItemState.OUT_OF_SERVICE,
    "not_available": ItemState.NOT_AVAILABLE,
    **{state.value: state for state in (ItemState.EXECUTING, ItemState.NOT_EXECUTING)},
}
"""Names a settings file may use besides PackML's: those of OPC 40001-1."""


def name_of(raw: Value, names: Mapping[int, str]) -> str:
    """The state's name; empty for a number nobody knows."""
    if isinstance(raw, str):
        return raw
    return "" if raw is None else (names or NAMES).get(int(raw), "")


def waits(name: str) -> bool:
    """Whether a machine in this state only waits. One whose state nobody can name does not."""
    return name.lower() in WAITING


def item_state(name: str) -> ItemState:
    """Executing or not; what is not known stays unknown."""
    key = name.lower()
    if key in EXECUTING:
        return ItemState.EXECUTING
    if key in KNOWN:
        return ItemState.NOT_EXECUTING
    return OTHERS.get(key, ItemState.UNKNOWN)
