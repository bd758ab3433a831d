"""The pictures of what people do about counts: the questions they settle, the parts they count."""

from __future__ import annotations

from hmi.station import handwork, settling
from hmi.station.counters import most
from hmi.station.hand import Entry
from hmi.station.settling import Question
from hmi.station.state import Station
from hmi.station.topics import CounterJump, HandCount, HandworkTopic, QuestionsTopic, QuestionView

SEVERAL = 2


def questions_topic(station: Station) -> QuestionsTopic:
    """What nobody can tell from the counters; those of machines that are gone are told too."""
    open_questions = settling.questions(station.open_gaps)
    return QuestionsTopic(tuple(_question(station, question) for question in reversed(open_questions)))


def handwork_topic(station: Station) -> HandworkTopic:
    """Counting by hand at the main machine."""
    machine, hand = station.main, station.hands.get(station.main)
    if hand is None:
        return HandworkTopic()
    entries = tuple(_entry(entry) for entry in hand.entries)
    one, several = handwork.why_not(station, machine), handwork.why_not(station, machine, SEVERAL)
    return HandworkTopic(
        machine=machine,
        entries=entries,
        why_not_code=one[0] if one else "",
        why_not_args=one[1] if one else (),
        several_code=several[0] if several else "",
        several_args=several[1] if several else (),
    )


def _question(station: Station, question: Question) -> QuestionView:
    first, wiring = question.gaps[0], station.wirings.get(question.machine)
    from_at = first.to_at if first.from_at is None else first.from_at
    return QuestionView(
        gap=question.id,
        machine=question.machine,
        name=question.machine if wiring is None else wiring.machine.name,
        from_at=from_at,
        to_at=question.to_at,
        jumps=tuple(CounterJump(gap.counter, gap.old, gap.new) for gap in question.gaps),
        counted=first.counted or 0,
        most=0 if wiring is None else most(wiring.machine.rate_max, question.to_at - from_at),
        is_now=question.machine == station.main and question.to_at >= station.tally.since,
    )


def _entry(entry: Entry) -> HandCount:
    until_ns = 0 if entry.counted_ns is None or entry.is_taken_back else entry.counted_ns + handwork.SHOWN_NS
    return HandCount(entry.id, entry.at, entry.good, entry.bad, until_ns, entry.is_taken_back)
