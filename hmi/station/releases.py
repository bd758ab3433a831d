"""What the station allowed its machines: the permit under way, the levels of `permit_required`, the writes not yet answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from drivers.tag import Purpose
from hmi.station.decision import WriteOrder, WriteResult
from hmi.station.turn import Turn
from hmi.station.wiring import Wiring
from station_db.records.base import RecordId
from station_db.records.equipment import MachineWrite, WriteState
from station_db.records.orders import Permit, PermitState


@dataclass(frozen=True, slots=True)
class Level:
    """`permit_required` of one machine: `value` as read back, None while not known; `failed`: what was not confirmed."""

    value: int | None = None
    confirmed_ns: int = 0
    failed: int | None = None
    is_lost: bool = False
    """The machine restarted: whatever it last said of its level is from before."""


@dataclass(frozen=True, slots=True)
class Releases:
    """Levels by machine, writes by record id, and the newest permit.

    `is_doubtful`: our heartbeat may have stood still, which voids a permit in the machine.
    """

    levels: Mapping[str, Level] = field(default_factory=dict[str, Level])
    pending: Mapping[RecordId, MachineWrite] = field(default_factory=dict[RecordId, MachineWrite])
    permit: Permit | None = None
    is_doubtful: bool = False

    def level(self, machine: str) -> Level:
        """What is known of a machine's level."""
        return self.levels.get(machine, Level())

    def is_writing(self, machine: str) -> bool:
        """Whether a write to this machine is not answered yet."""
        return any(write.machine == machine for write in self.pending.values())


LIVE = frozenset({PermitState.ASKED, PermitState.CONFIRMED, PermitState.UNKNOWN})
"""The machine has such a permit, or may have it."""


def ask(releases: Releases, wiring: Wiring, purpose: Purpose, value: int, turn: Turn, permit: RecordId | None = None) -> Releases:
    """Ask a machine for a value: a record first, the write once it is committed."""
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
    return replace(releases, pending={**releases.pending, write.id: write})


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
