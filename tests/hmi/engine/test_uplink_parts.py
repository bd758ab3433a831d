"""The uplink's pure parts: the pipe's words there and back, a balance that always balances, pauses that spread."""

from __future__ import annotations

import random
import socket
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.engine import uplink_messages as words
from hmi.engine.acknowledged import Acknowledged, keep_acknowledged, read_acknowledged
from hmi.engine.uplink_balance import balanced
from hmi.engine.uplink_line import Line, pipe_of
from hmi.engine.uplink_pauses import Pauses
from hmi.station.topics import BackupView, SetAsideView, SyncTopic
from station_db.journal import FeedEntry, JournalEntry, Position
from station_db.reader import EpochTip
from station_db.reconciled import ReconciledDay

TEXT = st.text(max_size=20)
NUMBER = st.integers(0, 2**62)
ENTRY = st.builds(
    JournalEntry,
    *(TEXT, TEXT, NUMBER, NUMBER, TEXT, TEXT, TEXT, NUMBER, TEXT),
    cause=st.none() | TEXT,
    payload=st.binary(max_size=40),
    prev_hash=TEXT,
    hash=TEXT,
)
SYNC = st.builds(
    SyncTopic,
    state=TEXT,
    records_here=NUMBER,
    oldest_unsent_at=st.none() | NUMBER,
    reason_args=st.lists(TEXT, max_size=3).map(tuple),
    items=st.lists(st.builds(SetAsideView, TEXT, TEXT, TEXT, NUMBER, st.booleans()), max_size=3).map(tuple),
    backup=st.builds(BackupView, st.none() | NUMBER, TEXT),
)
MESSAGES = st.one_of(
    st.builds(words.Begin, TEXT, TEXT, TEXT, TEXT, TEXT, st.builds(words.Pace, st.floats(0, 99))),
    st.builds(words.Applied, NUMBER, TEXT, st.booleans()),
    st.builds(words.UnderWay, TEXT),
    st.builds(words.Stands, SYNC),
    st.builds(words.Fetched, NUMBER, st.lists(st.builds(FeedEntry, ENTRY, NUMBER), max_size=3).map(tuple)),
    st.builds(
        words.Compared, NUMBER, st.lists(st.builds(ReconciledDay, TEXT, TEXT, NUMBER, TEXT, NUMBER), max_size=3).map(tuple)
    ),
    st.builds(words.ClockRead, st.integers(-(2**62), 2**62), NUMBER),
    st.sampled_from([words.Recorded(), words.TryNow(), words.Ping(), words.Pong(), words.End(), words.ExportAside()]),
    st.builds(words.Exported, TEXT),
    st.builds(words.SignalsArrived, NUMBER, NUMBER),
)


@given(MESSAGES)
@settings(max_examples=150, deadline=None)
def test_what_is_said_over_the_pipe_is_heard_as_it_was_said(message):
    frame = words.encode(message)
    number, length = words.body_length(frame[: words.HEAD.size])
    assert len(frame) == words.HEAD.size + length
    assert words.decode(number, frame[words.HEAD.size :]) == message


@pytest.mark.parametrize("head", [words.HEAD.pack(0, 1), words.HEAD.pack(5, 200), words.HEAD.pack(2**32 - 1, 1)])
def test_what_is_no_frame_is_refused(head):
    with pytest.raises(words.PipeError):
        words.body_length(head)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"unheard": 1}', b'{"number": 1, "entries": [{"entry": 1}]}'])
def test_what_can_not_be_read_is_refused(body):
    with pytest.raises(words.PipeError):
        words.decode(words.TYPES.index(words.Fetched), body)


class Journals:
    """Epochs of which only the numbers matter."""

    def __init__(self, lengths) -> None:
        self._tips = tuple(EpochTip("", Position(f"e{at}", at + 1, length, "")) for at, length in enumerate(lengths))

    def epochs(self):
        return self._tips

    def journal_after(self, epoch, seq, limit):
        return [SimpleNamespace(recorded_at=(epoch, seq + 1))]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), min_size=1, max_size=4), st.integers(0, 30))
@settings(deadline=None)
def test_captured_is_sent_and_waiting_and_set_aside_whatever_the_centre_last_said(epochs, set_aside):
    known = Acknowledged({f"e{at}": there for at, (_, there) in enumerate(epochs)}, set_aside)
    found = balanced(SyncTopic("offline"), Journals([here for here, _ in epochs]), known)
    assert found.captured == sum(here for here, _ in epochs) == found.sent + found.records_here + found.set_aside
    assert min(found.sent, found.records_here, found.set_aside) >= 0
    waiting = [(f"e{at}", there + 1) for at, (here, there) in enumerate(epochs) if there < here]
    assert found.oldest_unsent_at == (waiting[0] if waiting else None)


def test_what_was_let_go_of_here_counts_as_sent_also_where_the_memory_of_the_centre_is_lost():
    tips = (EpochTip("", Position("e0", 1, 9, ""), let_go=6),)
    found = balanced(
        SyncTopic("offline"), SimpleNamespace(epochs=lambda: tips, journal_after=Journals([]).journal_after), Acknowledged()
    )
    assert (found.captured, found.sent, found.records_here, found.oldest_unsent_at) == (9, 6, 3, ("e0", 7))


def test_pauses_double_to_a_minute_and_are_spread_over_all_of_it():
    pauses = Pauses(words.Pace(), random.Random(7))
    bounds, pauses = [], pauses.failed()
    for _ in range(9):
        tries = [pauses.after_loss_s() for _ in range(200)]
        bounds.append(max(tries))
        assert min(tries) < 0.1 * max(tries)
        pauses = pauses.failed()
    assert all(0.9 * most < bound <= most for bound, most in zip(bounds, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True))
    assert replace(pauses, failures=10_000).after_loss_s() <= 60
    assert pauses.well().is_well


def test_what_an_older_program_kept_of_the_centre_is_still_read(tmp_path):
    (tmp_path / "acknowledged.json").write_text('{"e1": 7}', encoding="utf-8")
    assert read_acknowledged(tmp_path) == Acknowledged({"e1": 7})
    keep_acknowledged(tmp_path, Acknowledged({"e1": 9}, 2))
    assert read_acknowledged(tmp_path) == Acknowledged({"e1": 9}, 2)


def test_a_line_whose_engine_is_gone_has_ended_and_cuts_what_waits():
    ours, theirs = socket.socketpair()
    line = Line(pipe_of(theirs.fileno(), theirs.fileno()))
    ours.sendall(words.encode(words.Begin("ST-040", "folder", "url", "secret", "1")))
    begin = line.begin()
    assert begin is not None
    assert begin.password == "secret"
    line.listen()
    ours.close()
    assert line.wait(4, for_records=False)
    assert line.has_ended
    line.say(words.Pong())
    line.close()
    theirs.close()
