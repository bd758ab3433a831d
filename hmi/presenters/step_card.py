"""The work card: which step of which unit, what to do, and the one next action."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hmi.presenters.measure import MeasureView, present_measure
from hmi.presenters.picture import Picture
from hmi.presenters.reasons import pause_reasons
from hmi.presenters.serial import why_not_typed
from hmi.presenters.words import joined, say, translate
from hmi.station.permits import ASK_AGAIN
from hmi.station.topics import OpenStep, WorkTopic
from station_db.records.orders import JobState, StepKind, StepState
from widgets.display import StepMark


class CardBody(StrEnum):
    """What the card asks for."""

    READ = "read"
    NUMBER = "number"
    JUDGE = "judge"
    SCAN = "scan"
    MACHINE = "machine"
    PAUSED = "paused"
    ALL_MADE = "all_made"
    NO_ORDER = "no_order"


class Act(StrEnum):
    """What the main action does."""

    NONE = "none"
    CONFIRM = "confirm"
    TYPE_NUMBER = "type_number"
    RESUME = "resume"
    SIGN_IN = "sign_in"
    FINISH = "finish"
    CHOOSE_ORDER = "choose_order"


@dataclass(frozen=True, slots=True)
class MainAction:
    """The one next action; `why_not` says why it can't be touched."""

    act: Act = Act.NONE
    text: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class StepCardView:
    """The card, ready to be drawn."""

    body: CardBody
    heading: str = ""
    who: str = ""
    progress: tuple[StepMark, ...] = ()
    picture: str = ""
    text: str = ""
    prompt: str = ""
    type_reason: str = ""
    note: str = ""
    step_run: str = ""
    measure: MeasureView | None = None
    main: MainAction = field(default_factory=MainAction)


def present_step_card(picture: Picture) -> StepCardView:
    """Say what to do now."""
    work = picture.work
    if not work.order:
        return _no_order(picture)
    if work.state == JobState.INTERRUPTED:
        return _paused(picture, work)
    if work.step is None:
        return _all_made(picture, work)
    return _open(picture, work, work.step)


def _no_order(picture: Picture) -> StepCardView:
    if picture.station is None:
        heading = translate("step", "Waiting for the recorder")
        return StepCardView(CardBody.NO_ORDER, heading=heading, text=translate("step", "This screen fills by itself."))
    waiting = any(order.state in (JobState.ALLOWED, JobState.NOT_ALLOWED) for order in picture.orders.orders)
    return StepCardView(
        CardBody.NO_ORDER,
        heading=translate("step", "No order"),
        text=_free_text(picture),
        main=MainAction(Act.CHOOSE_ORDER, translate("step", "Choose an order")) if waiting else MainAction(),
    )


def _free_text(picture: Picture) -> str:
    if picture.handwork.machine:
        return translate("step", "Count what you make with the large keys.")
    return translate("step", "The machine runs free. Parts are counted.")


def _paused(picture: Picture, work: WorkTopic) -> StepCardView:
    return StepCardView(
        CardBody.PAUSED,
        heading=translate("step", "{0} is paused").format(work.order),
        who=_who(work),
        text=joined(_pause_text(work.pause_reason), translate("step", "The step you were at is kept.")),
        main=_allowed(picture, "ResumeOrder", MainAction(Act.RESUME, translate("step", "Go on"))),
    )


def _all_made(picture: Picture, work: WorkTopic) -> StepCardView:
    text = translate("step", "{0} good, {1} bad, of {2} ordered.").format(work.good, work.bad, work.quantity)
    return StepCardView(
        CardBody.ALL_MADE,
        heading=translate("step", "All units of {0} are made").format(work.order),
        text=text,
        main=_allowed(picture, "FinishOrder", MainAction(Act.FINISH, translate("step", "Finish order"))),
    )


def _open(picture: Picture, work: WorkTopic, step: OpenStep) -> StepCardView:
    body, act = _BODIES[step.spec.kind]
    return StepCardView(
        body,
        heading=joined(_position(work, step), step.spec.title),
        who=_who(work),
        progress=_progress(work, step),
        picture=step.spec.picture,
        text=step.spec.text,
        prompt=_prompt(picture, step),
        type_reason=why_not_typed(step.spec.pattern) if body is CardBody.SCAN else "",
        note=_note(work),
        step_run=step.run,
        measure=present_measure(step) if body is CardBody.NUMBER else None,
        main=_main(picture, step, body, act),
    )


_BODIES = {
    StepKind.INSTRUCTION: (CardBody.READ, Act.CONFIRM),
    StepKind.CONFIRM: (CardBody.READ, Act.CONFIRM),
    StepKind.NUMERIC: (CardBody.NUMBER, Act.TYPE_NUMBER),
    StepKind.PASS_FAIL: (CardBody.JUDGE, Act.NONE),
    StepKind.SCAN_SERIAL: (CardBody.SCAN, Act.NONE),
    StepKind.MACHINE_CYCLE: (CardBody.MACHINE, Act.NONE),
}
_COMMANDS = {
    CardBody.READ: "ConfirmStep",
    CardBody.NUMBER: "EnterMeasurement",
    CardBody.JUDGE: "JudgeStep",
    CardBody.SCAN: "ScanSerial",
    CardBody.MACHINE: "",
}


def _main(picture: Picture, step: OpenStep, body: CardBody, act: Act) -> MainAction:
    if body is CardBody.MACHINE and step.machine_wait_code in ASK_AGAIN:
        return _allowed(picture, "ConfirmStep", MainAction(Act.CONFIRM, translate("step", "I looked: ask again")))
    return _allowed(picture, _COMMANDS[body], MainAction(act, _action_text(step, act)))


def _allowed(picture: Picture, command: str, main: MainAction) -> MainAction:
    """The action, or what must come before it: somebody at the station who may."""
    if not command or command in picture.people.allowed:
        return main
    if picture.people.signed_in is None:
        return MainAction(Act.SIGN_IN, translate("step", "Sign in to work"))
    return MainAction(Act.SIGN_IN, translate("step", "Change person"), translate("step", "Your role may not do this step."))


def _position(work: WorkTopic, step: OpenStep) -> str:
    return translate("step", "{0} of {1}").format(step.spec.number, len(work.steps))


def _who(work: WorkTopic) -> str:
    if work.unit is None:
        return ""
    return translate("step", "you: unit {0}").format(work.unit.number)


def _progress(work: WorkTopic, step: OpenStep) -> tuple[StepMark, ...]:
    return tuple(_mark(view.state, is_current=view.number == step.spec.number) for view in work.steps)


def _mark(state: str, *, is_current: bool) -> StepMark:
    match state:
        case StepState.DONE:
            return StepMark.DONE
        case StepState.FAILED:
            return StepMark.FAILED
        case _:
            return StepMark.CURRENT if is_current else StepMark.OPEN


def _prompt(picture: Picture, step: OpenStep) -> str:
    machine = picture.machine(step.spec.machine)
    match step.spec.kind:
        case StepKind.SCAN_SERIAL:
            return translate("step", "Scan the serial number")
        case StepKind.MACHINE_CYCLE if step.machine_wait_code:
            return say(step.machine_wait_code, step.machine_wait_args)
        case StepKind.MACHINE_CYCLE:
            return translate("step", "Waiting for {0}").format(machine.name if machine else step.spec.machine)
        case _:
            return ""


def _note(work: WorkTopic) -> str:
    return translate("step", "Next: {0}").format(work.next_title) if work.next_title else ""


def _action_text(step: OpenStep, act: Act) -> str:
    match act:
        case Act.CONFIRM if step.spec.kind is StepKind.CONFIRM:
            return translate("step", "Confirm: next")
        case Act.CONFIRM:
            return translate("step", "Done: next")
        case Act.TYPE_NUMBER:
            return translate("step", "Go on typing") if step.draft else translate("step", "Type the value")
        case _:
            return ""


def _pause_text(reason: str) -> str:
    return next((choice.text for choice in pause_reasons() if choice.key == reason), "")
