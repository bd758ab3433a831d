"""The order and its work: routing, units, steps, checks. Names of ISA-95 and OPC 10031-4."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from station_db.records.base import Instant, RecordId, Verdict, record


class JobState(StrEnum):
    """Job states of OPC 10031-4."""

    NOT_ALLOWED = "not_allowed_to_start"
    ALLOWED = "allowed_to_start"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    ENDED = "ended"
    ABORTED = "aborted"


class StepKind(StrEnum):
    """What a step asks for."""

    INSTRUCTION = "instruction"
    MACHINE_CYCLE = "machine_cycle"
    NUMERIC = "numeric"
    PASS_FAIL = "pass_fail"  # noqa: S105
    SCAN_SERIAL = "scan_serial"
    CONFIRM = "confirm"


class StepState(StrEnum):
    """How a step stands."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


class UnitState(StrEnum):
    """Where a unit is."""

    OPEN = "open"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class StepSpec:
    """What a step *is*: part of a routing, never changed by work."""

    number: int
    key: str
    kind: StepKind
    title: str
    text: str = ""
    picture: str = ""
    machine: str | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    usual_low: float | None = None
    usual_high: float | None = None
    decimals: int = 3
    pattern: str = ""


@record("product")
class Product:
    """A material definition (master data)."""

    id: RecordId
    name: str


@record("work_master")
class WorkMaster:
    """A routing in one version; id is `key@version` and its content never changes (master data)."""

    id: RecordId
    product: RecordId
    revision: str
    steps: tuple[StepSpec, ...]


@record("job_order")
class JobOrder:
    """What shall be made (master data, made at the centre)."""

    id: RecordId
    product: RecordId
    work_master: RecordId
    quantity: int
    sequence: int = 0
    priority: int = 0
    due_at: Instant | None = None
    cancelled: bool = False


@record("routing_snapshot")
class RoutingSnapshot:
    """The routing as frozen when an order started, and what the order asked for then; id is the job response's.

    `quantity` is None where the order was started before the order's own terms were kept here; `due_at` is then not known.
    """

    id: RecordId
    job_order: RecordId
    work_master: RecordId
    product: RecordId
    product_name: str
    revision: str
    steps: tuple[StepSpec, ...]
    quantity: int | None = None
    due_at: Instant | None = None


@record("job_response")
class JobResponse:
    """How an order stands at this station."""

    id: RecordId
    job_order: RecordId
    state: JobState
    quantity: int
    good: int = 0
    bad: int = 0
    started_at: Instant
    ended_at: Instant | None = None
    reason: str = ""


@record("unit")
class Unit:
    """One piece under work or finished."""

    id: RecordId
    job_order: RecordId
    response: RecordId
    number: int
    serial: str | None = None
    state: UnitState
    reason: str = ""
    started_at: Instant
    ended_at: Instant | None = None


@record("step_run")
class StepRun:
    """How a step of a unit stands."""

    id: RecordId
    unit: RecordId
    job_order: RecordId
    number: int
    key: str
    step_kind: StepKind
    state: StepState
    verdict: Verdict | None = None
    cycle: RecordId | None = None
    actor: str | None = None
    closed_by: str | None = None
    opened_at: Instant
    ended_at: Instant | None = None


@record("check_result")
class CheckResult:
    """A measured or judged value of a step, with every entry that led to it."""

    id: RecordId
    step_run: RecordId
    unit: RecordId
    job_order: RecordId
    key: str
    title: str
    value: float | None = None
    text: str = ""
    measure_unit: str = ""
    low: float | None = None
    high: float | None = None
    verdict: Verdict
    source: str = "typed"
    entries: tuple[str, ...] = ()
    actor: str
    at: Instant


class PermitState(StrEnum):
    """The life of a permit."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    USED = "used"
    VOID = "void"
    UNKNOWN = "unknown"


@record("permit")
class Permit:
    """The release of one numbered machine cycle."""

    id: RecordId
    machine: str
    cycle_number: int
    step_run: RecordId
    unit: RecordId
    state: PermitState
    asked_at: Instant
    ended_at: Instant | None = None
    reason: str = ""
