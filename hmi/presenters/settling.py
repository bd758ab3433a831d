"""A question about counts in words: what the counters say, what is counted, how many there can have been."""

from __future__ import annotations

from hmi.presenters.durations import clock_time
from hmi.presenters.picture import Picture
from hmi.presenters.reasons import Choice
from hmi.presenters.words import translate
from hmi.station.topics import CounterJump, QuestionView
from widgets.display import PadJudgement, PadQuestion


def present_question(question: QuestionView, zone: str) -> str:
    """How many parts in which time; what is counted already is not asked for."""
    between = clock_time(question.from_at, zone), clock_time(question.to_at, zone)
    if between[0] == between[1]:
        text = translate("settling", "How many parts were made at {0} that are not counted?")
        return text.format(between[0])
    text = translate("settling", "How many parts were made between {0} and {1} that are not counted?")
    return text.format(*between)


def ask_for(which: str, question: QuestionView, zone: str) -> str:
    """What the pad asks for now."""
    times = clock_time(question.from_at, zone), clock_time(question.to_at, zone)
    if which == "good":
        return translate("settling", "Good parts, {0} to {1}").format(*times)
    return translate("settling", "Bad parts, {0} to {1}").format(*times)


def present_sides(question: QuestionView) -> tuple[tuple[str, str], ...]:
    """The machine's count and ours, side by side."""
    went = ", ".join(_went(jump) for jump in question.jumps)
    counted = translate("settling", "{0} in that time").format(question.counted)
    return (
        (translate("settling", "{0} says").format(question.name), went),
        (translate("settling", "Counted here"), counted),
        *(((translate("settling", "Possible"), limits_of(question)),) if question.most else ()),
    )


def limits_of(question: QuestionView) -> str:
    """How many there can have been, where that is known."""
    if not question.most:
        return ""
    return translate("settling", "at most {0} more").format(_room(question))


def _went(jump: CounterJump) -> str:
    return translate("settling", "{0} from {1} to {2}").format(_counter(jump.counter), jump.old, jump.new)


def _counter(purpose: str) -> str:
    match purpose:
        case "good":
            return translate("settling", "good")
        case "bad":
            return translate("settling", "bad")
        case _:
            return translate("settling", "cycles")


def ask_parts(question: QuestionView) -> PadQuestion:
    """What the pad asks."""
    return PadQuestion(translate("settling", "parts"), limits_of(question), has_decimals=False)


def judge_parts(question: QuestionView, text: str, other: int) -> PadJudgement:
    """Say so where the machine can't have made that many; the person may know better."""
    parts = int(text) if text.isdecimal() else 0
    if not question.most or parts + other <= _room(question):
        return PadJudgement()
    return PadJudgement(
        badge=translate("settling", "more than can be"), sentence=translate("settling", "Look at the number once more.")
    )


def _room(question: QuestionView) -> int:
    return max(0, question.most - question.counted)


def why_not_settled(picture: Picture) -> str:
    """Why nothing can be answered now; empty where it can."""
    if "SettleGap" in picture.people.allowed:
        return ""
    is_nobody = picture.people.signed_in is None
    return translate("pad", "sign in first: your number is kept") if is_nobody else translate("pad", "not your role")


def say_parts(good: int, bad: int) -> str:
    """What was typed, before the reason is asked."""
    return translate("settling", "{0} good and {1} bad. How do you know?").format(good, bad)


def say_open(count: int) -> str:
    """How many questions are open."""
    return translate("settling", "1 question") if count == 1 else translate("settling", "{0} questions").format(count)


def gap_reasons() -> tuple[Choice, ...]:
    """How one knows. The keys are those of `hmi.station.settling`."""
    return (
        Choice("counted", translate("settling", "Counted the parts")),
        Choice("sheet", translate("settling", "From the sheet")),
        Choice("stood", translate("settling", "Machine stood")),
        Choice("set_up", translate("settling", "Was set up")),
        Choice("estimated", translate("settling", "Estimated")),
        Choice("other", translate("reasons", "Other")),
    )
