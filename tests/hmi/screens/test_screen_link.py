"""The screen's end of the channel on a real local socket: resync, one command once, the outcome asked after a drop."""

from itertools import count

import pytest
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from hmi.channel.codec import FrameReader, encode
from hmi.channel.facts import Fact, Pulse, Snapshot
from hmi.channel.messages import AskOutcome, Hello
from hmi.link import Link
from hmi.station.commands import Answer, Command, ConfirmStep, SignOut
from hmi.station.topics import CountsTopic, SyncTopic


class Engine:
    """The other end: hears everything, says what the test says."""

    def __init__(self, path):
        self.server = QLocalServer()
        self.path = path
        self.socket: QLocalSocket | None = None
        self.heard = []
        self.server.newConnection.connect(self._accept)

    def open(self):
        QLocalServer.removeServer(self.path)
        assert self.server.listen(self.path)

    def say(self, *messages):
        for message in messages:
            self.socket.write(encode(message))
        self.socket.flush()

    def drop(self):
        self.server.close()
        self.socket.abort()

    def commands(self):
        return [message for message in self.heard if isinstance(message, Command)]

    def _accept(self):
        self.socket, self._frames = self.server.nextPendingConnection(), FrameReader()
        self.socket.readyRead.connect(self._read)

    def _read(self):
        self.heard.extend(self._frames.feed(bytes(self.socket.readAll().data())))


@pytest.fixture
def engine(qapp, tmp_path):
    engine = Engine(str(tmp_path / "e.sock"))
    engine.open()
    yield engine
    engine.server.close()


@pytest.fixture
def link(engine, qtbot):
    ids = count(1)
    link = Link(engine.path, "ST-040", lambda: f"id-{next(ids)}")
    link.answers = []
    link.answered.connect(link.answers.append)
    link.start()
    qtbot.waitUntil(lambda: bool(engine.heard))
    engine.say(Hello("ST-040"), Snapshot(7, (CountsTopic(good=182),)))
    qtbot.waitUntil(lambda: link.is_up)
    yield link
    link.stop()


def test_it_greets_and_takes_the_snapshot_then_each_fact(link, engine, qtbot):
    assert engine.heard == [Hello("ST-040")]
    assert link.topics[CountsTopic].good == 182
    engine.say(Fact(8, CountsTopic(good=183)), Pulse(5))
    qtbot.waitUntil(lambda: link.topics[CountsTopic].good == 183)


@pytest.mark.expects_log("fact 9 came after 7", "the engine is away")
def test_a_hole_in_the_facts_is_healed_by_a_new_snapshot(link, engine, qtbot):
    engine.heard.clear()
    engine.say(Fact(9, CountsTopic(good=999)))
    qtbot.waitUntil(lambda: engine.heard == [Hello("ST-040")])
    assert link.topics[CountsTopic].good == 182
    engine.say(Snapshot(9, (CountsTopic(good=184), SyncTopic("synced"))))
    qtbot.waitUntil(lambda: link.is_up and link.topics[CountsTopic].good == 184)


def test_a_command_goes_out_once_and_its_answer_comes_back(link, engine, qtbot):
    sent = link.send(ConfirmStep("run-2"))
    qtbot.waitUntil(lambda: len(engine.commands()) == 1)
    engine.say(Answer(sent, done=True))
    qtbot.waitUntil(lambda: link.answers == [Answer(sent, done=True)])


@pytest.mark.expects_log("the engine is away")
def test_after_a_drop_the_outcome_is_asked_and_the_command_is_never_sent_again(link, engine, qtbot):
    sent = link.send(ConfirmStep("run-2"))
    qtbot.waitUntil(lambda: len(engine.commands()) == 1)
    engine.drop()
    qtbot.waitUntil(lambda: not link.is_up)
    engine.heard.clear()
    engine.open()
    qtbot.waitUntil(lambda: bool(engine.heard))
    engine.say(Snapshot(1, ()))
    qtbot.waitUntil(lambda: AskOutcome(sent) in engine.heard)
    engine.say(Answer(sent, done=False, known=False))
    qtbot.waitUntil(lambda: bool(link.answers))
    assert not engine.commands()
    assert link.answers == [Answer(sent, done=False, known=False)]


@pytest.mark.expects_log("the engine is away")
def test_while_the_engine_is_away_a_command_is_refused_with_its_reason_and_not_kept(link, engine, qtbot):
    engine.drop()
    qtbot.waitUntil(lambda: not link.is_up)
    refused = link.send(SignOut())
    qtbot.waitUntil(lambda: bool(link.answers))
    assert link.answers == [Answer(refused, done=False, code="screen.engine_away")]
    engine.heard.clear()
    engine.open()
    qtbot.waitUntil(lambda: bool(engine.heard))
    engine.say(Snapshot(1, ()))
    qtbot.waitUntil(lambda: link.is_up)
    assert engine.heard == [Hello("ST-040")]


@pytest.mark.expects_log("the engine is away", "speaks version 999")
def test_another_version_is_never_taken_for_ours(link, engine, qtbot):
    engine.drop()
    qtbot.waitUntil(lambda: not link.is_up)
    engine.heard.clear()
    engine.open()
    qtbot.waitUntil(lambda: bool(engine.heard))
    with qtbot.waitSignal(link.went_down) as down:
        engine.say(Hello("ST-040", version=999))
    assert down.args == ["screen.other_version"]
    assert not link.is_up
