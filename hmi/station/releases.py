"""What the station allowed its machines: the permit under way, the levels of `permit_required`, the writes not yet answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from drivers.tag import Purpose
from hmi.station.counters import Reading
from hmi.station.cycles import Made
from hmi.station.decision import WriteOrder, WriteResult
from hmi.station.turn import Turn
from hmi.station.wiring import Wiring
from station_db.records.base import RecordId
from station_db.records.equipment import MachineWrite, WriteState
from station_db.records.orders import Permit, PermitState

RETRY_NS = 5_000_000_000
"""What is safe to repeat is written again so long after it was not confirmed."""
TRIES = 12
"""And so often; then only a person, a new link or a restart makes it go on."""
TAKING_BACK = "taking_back"
"""Why a permit is unknown whose take-back is written."""
LEVEL_CHANGED = "level_changed"
"""Why a permit is void whose machine was let run free by somebody else."""


@dataclass(frozen=True, slots=True)
class Level:
    """`permit_required` of one machine: `value` as read back, None while not known; `failed`: what was not confirmed."""

    value: int | None = None
    confirmed_ns: int = 0
    failed: int | None = None
    is_lost: bool = False
    """The machine restarted: whatever it last said of its level is from before."""
    tries: int = 0
    """Writes of it in a row that were not confirmed."""
    changed_ns: int | None = None
    """When somebody else was last found to have changed it; None after a quiet while."""
    retry_ns: int = 0
    """It is not written again before."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A permit the machine may still have and shall not use; `order` is its unit's, None where that is no longer known.

    `write` is under way, `confirmed_ns` once it was confirmed, `is_failed` while the last one was not.
    """

    permit: Permit
    order: RecordId | None
    reason: str
    write: RecordId | None = None
    confirmed_ns: int | None = None
    is_failed: bool = False
    tries: int = 0
    retry_ns: int = 0


@dataclass(frozen=True, slots=True)
class Releases:
    """Levels by machine, writes by record id, the newest permit with its `order`, and those taken back, by machine.

    `is_doubtful`: our heartbeat may have stood still, which voids a permit in the machine.
    """

    levels: Mapping[str, Level] = field(default_factory=dict[str, Level])
    pending: Mapping[RecordId, MachineWrite] = field(default_factory=dict[RecordId, MachineWrite])
    permit: Permit | None = None
    order: RecordId | None = None
    withdrawn: Mapping[str, Withdrawal] = field(default_factory=dict[str, Withdrawal])
    is_doubtful: bool = False

    def level(self, machine: str) -> Level:
        """What is known of a machine's level."""
        return self.levels.get(machine, Level())

    def is_writing(self, machine: str) -> bool:
        """Whether a write to this machine is not answered yet."""
        return any(write.machine == machine for write in self.pending.values())

    def order_of(self, permit: Permit) -> RecordId | None:
        """The order a permit was given for."""
        withdrawal = self.withdrawn.get(permit.machine)
        return withdrawal.order if withdrawal is not None and withdrawal.permit.id == permit.id else self.order


LIVE = frozenset({PermitState.ASKED, PermitState.CONFIRMED, PermitState.UNKNOWN})
"""The machine has such a permit, or may have it."""


def ask(
    releases: Releases, wiring: Wiring, purpose: Purpose, value: int, turn: Turn, permit: RecordId | None = None
) -> tuple[Releases, RecordId]:
    """Ask a machine for a value: a record first, the write once it is committed. Returns the write's id too."""
    write = MachineWrite(
        id=turn.new_id(),
        machine=wiring.machine.id,
        tag=wiring.by_purpose[purpose].name,
        value=float(value),
        state=WriteState.ASKED,
        permit=permit,
        asked_at=turn.now.wall,
    )
    turn.keep(write)
    turn.write(WriteOrder(write.id, write.machine, write.tag, write.value))
    return replace(releases, pending={**releases.pending, write.id: write}), write.id


def answered(releases: Releases, result: WriteResult, turn: Turn) -> tuple[Releases, MachineWrite | None]:
    """A write ended. None for one we did not ask in this life."""
    write = releases.pending.get(result.id)
    if write is None:
        return releases, None
    ended = replace(write, state=WriteState(result.state), ended_at=turn.not_before(write.asked_at), reason=result.reason)
    turn.keep(ended)
    rest = {key: other for key, other in releases.pending.items() if key != result.id}
    return replace(releases, pending=rest), ended


def with_level(releases: Releases, machine: str, level: Level) -> Releases:
    """With what is now known of a machine's level."""
    if releases.level(machine) == level:
        return releases
    return replace(releases, levels={**releases.levels, machine: level})


def doubt(releases: Releases, machine: str) -> Releases:
    """The machine did not hear us for a while: a permit it was given may be void."""
    permit = releases.permit
    is_there = permit is not None and permit.machine == machine and permit.state is PermitState.CONFIRMED
    return replace(releases, is_doubtful=True) if is_there else releases


def with_permit(releases: Releases, state: PermitState, turn: Turn, reason: str = "") -> Releases:
    """The permit's next version."""
    permit = releases.permit
    if permit is None:
        return releases
    ended_at = None if state in LIVE else turn.not_before(permit.asked_at)
    changed = replace(permit, state=state, ended_at=ended_at, reason=reason)
    turn.keep(changed)
    return replace(releases, permit=changed, is_doubtful=False)


def withdraw(releases: Releases, reason: str) -> Releases:
    """The permit is no longer wanted; it stays one the machine may have until it is taken back."""
    permit = releases.permit
    if permit is None:
        return releases
    withdrawal = Withdrawal(permit, releases.order, reason)
    return with_withdrawal(replace(releases, permit=None, is_doubtful=False), withdrawal)


def with_withdrawal(releases: Releases, withdrawal: Withdrawal) -> Releases:
    """With a withdrawal as it stands now."""
    return replace(releases, withdrawn={**releases.withdrawn, withdrawal.permit.machine: withdrawal})


def settled(releases: Releases, withdrawal: Withdrawal, state: PermitState, reason: str, turn: Turn) -> Releases:
    """The withdrawn permit ended."""
    permit = withdrawal.permit
    turn.keep(replace(permit, state=state, ended_at=turn.not_before(permit.asked_at), reason=reason))
    rest = {machine: other for machine, other in releases.withdrawn.items() if machine != permit.machine}
    return replace(releases, withdrawn=rest)


def has_passed(permit: Permit, parts: Made, wiring: Wiring) -> bool:
    """Whether the permitted number is among the cycles just counted."""
    behind = (parts.positions.values[Purpose.CYCLE] - permit.cycle_number) % wiring.round(Purpose.CYCLE).size
    return parts.reading is Reading.MOVED and behind < parts.parts


def is_seen(permit: Permit, parts: Made) -> bool:
    """Whether the permitted cycle is the one whose details were read."""
    return parts.cycle is not None and parts.cycle.number == permit.cycle_number
