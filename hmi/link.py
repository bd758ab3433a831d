"""The screen's end of the channel: connects, keeps the newest topics, sends each wish once, asks after a drop what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtNetwork import QLocalSocket

from hmi.channel.codec import FrameReader, encode
from hmi.channel.errors import ChannelError
from hmi.channel.facts import Fact, LiveCurve, LiveValues, Pulse, Snapshot
from hmi.channel.messages import VERSION, AskOutcome, Hello, Message, StoreGeneration
from hmi.station.commands import Answer, Body, Command
from hmi.station.topics import Topic

log = logging.getLogger(__name__)

RETRY_MS = 250
ENGINE_AWAY = "screen.engine_away"
OTHER_VERSION = "screen.other_version"


class Link(QObject):
    """One engine, heard and asked. Commands go out once or not at all: nothing is queued, nothing is sent again."""

    topic_changed = Signal(object)
    pulse = Signal(object)
    live_values = Signal(object)
    live_curve = Signal(object)
    store_generation = Signal(object)
    answered = Signal(object)
    """An `Answer`: what came of a command, or why it was not sent."""
    went_up = Signal()
    went_down = Signal(str)
    """The code of why."""

    def __init__(self, path: str, station: str, new_id: Callable[[], str], app_version: str = "") -> None:
        super().__init__()
        self.is_up = False
        self.topics: dict[type, Topic] = {}
        self._path = path
        self._hello = Hello(station=station, app_version=app_version)
        self._new_id = new_id
        self._reader = FrameReader()
        self._last_fact = 0
        self._unanswered: dict[str, None] = {}
        self._reason = ENGINE_AWAY
        self._wanted = False
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self._connect)
        self._socket = QLocalSocket(self)
        self._socket.connected.connect(self._greet)
        self._socket.readyRead.connect(self._read)
        self._socket.stateChanged.connect(self._follow)

    def start(self) -> None:
        """Connect, and again every 250 ms while the engine is away."""
        self._wanted = True
        self._connect()

    def stop(self) -> None:
        """Close the channel for good."""
        self._wanted = False
        self._retry.stop()
        self._socket.abort()

    def send(self, body: Body) -> str:
        """Send a wish once and return its id; `answered` follows. While the engine is away it is refused at once."""
        command_id = self._new_id()
        if not self.is_up:
            refused = Answer(command_id, done=False, code=self._reason)
            QTimer.singleShot(0, self, lambda: self.answered.emit(refused))
            return command_id
        self._unanswered[command_id] = None
        self._write(Command(id=command_id, body=body))
        return command_id

    @Slot()
    def _connect(self) -> None:
        if self._wanted and self._socket.state() is QLocalSocket.LocalSocketState.UnconnectedState:
            self._reader = FrameReader()
            self._socket.connectToServer(self._path)

    @Slot()
    def _greet(self) -> None:
        self._write(self._hello)

    @Slot(QLocalSocket.LocalSocketState)
    def _follow(self, state: QLocalSocket.LocalSocketState) -> None:
        if state is not QLocalSocket.LocalSocketState.UnconnectedState:
            return
        if self.is_up:
            self.is_up = False
            if self._wanted:
                log.warning("the engine is away")
            self.went_down.emit(self._reason)
        if self._wanted:
            self._retry.start()

    def _write(self, message: Message) -> None:
        self._socket.write(encode(message))
        self._socket.flush()

    @Slot()
    def _read(self) -> None:
        try:
            for message in self._reader.feed(bytes(self._socket.readAll().data())):
                self._take(message)
        except ChannelError as error:
            log.warning("the channel is dropped: %s", error.reason)
            self._socket.abort()

    def _take(self, message: Message) -> None:
        match message:
            case Fact():
                self._take_fact(message)
            case Pulse():
                self.pulse.emit(message)
            case LiveValues():
                self.live_values.emit(message)
            case LiveCurve():
                self.live_curve.emit(message)
            case Answer():
                self._unanswered.pop(message.id, None)
                self.answered.emit(message)
            case Snapshot():
                self._take_snapshot(message)
            case StoreGeneration():
                self.store_generation.emit(message)
            case Hello():
                self._check(message)
            case _:
                raise ChannelError(f"the engine sent a {type(message).__name__}")

    def _check(self, hello: Hello) -> None:
        self._reason = ENGINE_AWAY if hello.version == VERSION else OTHER_VERSION
        if hello.version != VERSION:
            self.went_down.emit(self._reason)
            raise ChannelError(f"the engine speaks version {hello.version}, this screen {VERSION}")

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        self._last_fact = snapshot.number
        for topic in snapshot.topics:
            self._keep(topic)
        if not self.is_up:
            self._come_up()

    def _come_up(self) -> None:
        self.is_up = True
        self._reason = ENGINE_AWAY
        log.info("the engine is heard")
        self.went_up.emit()
        for command_id in self._unanswered:
            self._write(AskOutcome(command_id))

    def _take_fact(self, fact: Fact) -> None:
        if fact.number <= self._last_fact:
            return
        if fact.number != self._last_fact + 1:
            raise ChannelError(f"fact {fact.number} came after {self._last_fact}")
        self._last_fact = fact.number
        self._keep(fact.topic)

    def _keep(self, topic: Topic) -> None:
        self.topics[type(topic)] = topic
        self.topic_changed.emit(topic)
