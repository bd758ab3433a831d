"""What a person may ask of the station. One line of `hmi.station.permissions` each; without it a command is denied."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignIn:
    """Sign in by badge number or by a name's tile; `pin` only where the role needs it. Answered by people topic."""

    badge: str = ""
    person: str = ""
    pin: str = ""


@dataclass(frozen=True, slots=True)
class SignOut:
    """Leave the station; work stays where it is."""


@dataclass(frozen=True, slots=True)
class StartOrder:
    """Start an order here."""

    order: str


@dataclass(frozen=True, slots=True)
class PauseOrder:
    """Interrupt the running order: `break`, `tool_change`, `no_material`, `other`."""

    reason: str


@dataclass(frozen=True, slots=True)
class ResumeOrder:
    """Go on with the interrupted order."""


@dataclass(frozen=True, slots=True)
class FinishOrder:
    """End the running order with what is made."""


@dataclass(frozen=True, slots=True)
class ConfirmStep:
    """An instruction is read or a thing is done."""

    step_run: str


@dataclass(frozen=True, slots=True)
class ScanSerial:
    """A serial number was scanned or typed for the open scan step."""

    step_run: str
    serial: str


@dataclass(frozen=True, slots=True)
class EnterMeasurement:
    """A number was entered as typed (text, so that nothing is lost), decimal mark `.` or `,`.

    Outside the limits it is refused unless `accept_fail` says that the person looked again and the part fails.
    """

    step_run: str
    text: str
    accept_fail: bool = False


@dataclass(frozen=True, slots=True)
class JudgeStep:
    """The answer to a pass/fail check."""

    step_run: str
    passed: bool


@dataclass(frozen=True, slots=True)
class BadPart:
    """A unit is bad, with a reason: the open one or one of the last twelve."""

    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Something half typed at a step; empty text forgets it. Sent at most 1 s after the last key."""

    step_run: str
    text: str


@dataclass(frozen=True, slots=True)
class WriteSetpoint:
    """Write a value to a machine, as typed; `shown` is the value the person saw there when deciding."""

    machine: str
    tag: str
    text: str
    shown: float


@dataclass(frozen=True, slots=True)
class DownloadRecipe:
    """Write a recipe's values one after another."""

    machine: str
    recipe: str


@dataclass(frozen=True, slots=True)
class AcknowledgeAlarm:
    """A person has seen an alarm (or, where the machine asks for it, has dealt with it): both as its view names them."""

    source: str
    code: str


@dataclass(frozen=True, slots=True)
class CountParts:
    """So many parts were made by hand at a machine that does not count."""

    machine: str
    good: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class TakeBackCount:
    """A count of the last ten seconds was a mistake; `count` is the id of its record."""

    count: str


@dataclass(frozen=True, slots=True)
class SettleGap:
    """What the counters of a gap can't tell: so many parts were made in it that are not counted yet, and how one knows."""

    gap: str
    good: int
    bad: int
    reason: str


@dataclass(frozen=True, slots=True)
class RetrySync:
    """Try the centre now, without waiting for the next try; what it set aside is read into its tables again."""


@dataclass(frozen=True, slots=True)
class ExportSetAside:
    """Write what is set aside, here and at the centre, with its reasons into a file beside the record."""


@dataclass(frozen=True, slots=True)
class DecideConflict:
    """What becomes of an order that the centre changed while it runs here: `keep` as started or `follow` the centre, and why."""

    conflict: str
    decision: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """Do what a lead asks, or refuse it with a reason."""

    request: str
    accept: bool
    reason: str = ""


Body = (
    SignIn
    | SignOut
    | StartOrder
    | PauseOrder
    | ResumeOrder
    | FinishOrder
    | ConfirmStep
    | ScanSerial
    | EnterMeasurement
    | JudgeStep
    | BadPart
    | SaveDraft
    | CountParts
    | TakeBackCount
    | SettleGap
    | AcknowledgeAlarm
    | WriteSetpoint
    | DownloadRecipe
    | DecideConflict
    | AnswerRequest
    | RetrySync
    | ExportSetAside
)

BODIES: dict[str, type[Body]] = {
    body.__name__: body
    for body in (
        SignIn,
        SignOut,
        StartOrder,
        PauseOrder,
        ResumeOrder,
        FinishOrder,
        ConfirmStep,
        ScanSerial,
        EnterMeasurement,
        JudgeStep,
        BadPart,
        SaveDraft,
        CountParts,
        TakeBackCount,
        SettleGap,
        AcknowledgeAlarm,
        WriteSetpoint,
        DownloadRecipe,
        DecideConflict,
        AnswerRequest,
        RetrySync,
        ExportSetAside,
    )
}


@dataclass(frozen=True, slots=True)
class Command:
    """One wish. The same `id` twice is one command. The engine fills `actor` from its own session, never from the screen.

    `verified`: the engine compared a `SignIn`'s PIN with the person's hash and found it right.
    """

    id: str
    body: Body
    actor: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command, sent once it is committed. `known` is False when the engine never heard of that id."""

    id: str
    done: bool
    code: str = ""
    args: tuple[str, ...] = ()
    known: bool = True
