"""What the number pad asks and what a typed number means, by the core's own reading of numbers and limits."""

from __future__ import annotations

from hmi.presenters.measure import limits_text, present_measure
from hmi.presenters.picture import Picture
from hmi.presenters.words import translate
from hmi.station import number
from hmi.station.checks import OUTSIDE, check_limits
from hmi.station.codes import Code, RefusedError
from hmi.station.topics import OpenStep
from widgets.display import PadJudgement, PadQuestion


def ask_measurement(step: OpenStep, mark: str, *, is_brief: bool = False) -> PadQuestion:
    """The question of a numeric step; a brief one names the limits alone."""
    spec = step.spec
    below_zero = spec.low is None or spec.low < 0
    limits = limits_text(spec) if is_brief else present_measure(step).hints
    return PadQuestion(spec.unit, limits, mark, has_sign=below_zero, has_decimals=spec.decimals > 0)


def why_not_entered(picture: Picture) -> str:
    """Why nothing typed can be entered now; empty where it can."""
    if picture.people.signed_in is None:
        return translate("pad", "sign in first: your number is kept")
    return "" if "EnterMeasurement" in picture.people.allowed else translate("pad", "not your role")


def judge_measurement(step: OpenStep, text: str) -> PadJudgement:
    """Say what `text` means: nothing while it is inside, a badge and the way on while it is not."""
    try:
        check_limits(step.spec, number.parse(text))
    except RefusedError as refusal:
        return _outside(text, refusal) if refusal.code in OUTSIDE else PadJudgement()
    return PadJudgement()


def _outside(text: str, refusal: RefusedError) -> PadJudgement:
    return PadJudgement(
        badge=_badge(Code(refusal.code)),
        sentence=translate("pad", "Measure again or type it again."),
        enter_reason=translate("pad", "outside the limits"),
        fail_text=translate("pad", "{0} is right: part fails").format(text),
    )


def _badge(code: Code) -> str:
    if code is Code.TEN_TIMES_USUAL:
        return translate("pad", "ten times the usual")
    return translate("pad", "below the limit") if code is Code.BELOW_LIMIT else translate("pad", "above the limit")
