"""The screen's process: builds it, wires it, stops it. The only module that knows all of its parts."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMessageLogContext, QSize, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from hmi import logs, platform
from hmi.archive import Archive, AskGoodCurves, Found
from hmi.clock import Clock, SystemClock, new_id
from hmi.exits import Exit
from hmi.link import Link
from hmi.presenters.curves import KEPT
from hmi.presenters.desk import Desk
from hmi.presenters.history import samples_of
from hmi.screens.language import translator_of
from hmi.screens.tour import save_pictures
from hmi.screens.window import StationWindow
from hmi.settings import Screen as ScreenSettings
from hmi.settings import Settings
from hmi.tasks import Supervisor
from resources.themes import DAY, NIGHT
from widgets.profile import DisplayProfile
from widgets.scan_filter import ScanFilter
from widgets.theme import Theme

log = logging.getLogger(__name__)

PICTURES_AFTER_MS = 2500


@dataclass(frozen=True)
class Station:
    """A screen put together: what tests and the rehearsal drive."""

    window: StationWindow
    desk: Desk
    link: Link
    archive: Archive
    theme: Theme
    scans: ScanFilter


Visitor = Callable[[Station], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """How this run of the screen differs from what the settings say. `visitor` drives the window, which then closes."""

    seconds: float | None = None
    screenshots: Path | None = None
    size: QSize | None = None
    child: bool = False
    visitor: Visitor | None = None

    @classmethod
    def from_words(cls, words: argparse.Namespace, *, visitor: Visitor | None = None) -> ScreenOptions:
        """From the command line."""
        size = QSize(*map(int, words.size.split("x"))) if words.size else None
        return cls(words.seconds, words.screenshots, size, words.child, visitor)


def run_screen(settings: Settings, options: ScreenOptions) -> int:
    """Show the station's window until it is closed, its time is over or we are told to end; returns the exit code."""
    app = QApplication.instance() or QApplication([])
    app.setApplicationName("lineside")
    # A notification or sheet that closes must not end the screen; the window does that itself.
    app.setQuitOnLastWindowClosed(False)
    logs.begin(settings.folder, "screen")
    qInstallMessageHandler(_hear_qt)
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    logs.hear_loop(loop)
    with loop:
        return loop.run_until_complete(_live(app, settings, options))


def build_window(app: QApplication, settings: Settings, link: Link, clock: Clock, *, size: QSize) -> Station:
    """Put the screen together around a link; nothing is started yet."""
    theme = _theme(app, settings.screen)
    desk = Desk(link, clock)
    archive = Archive(settings.folder)
    window = StationWindow(theme, desk, link, archive, width_px=size.width())
    scans = ScanFilter(app)
    station = Station(window, desk, link, archive, theme, scans)
    _wire(station)
    return station


def _theme(app: QApplication, screen: ScreenSettings) -> Theme:
    profile = DisplayProfile(screen.px_per_mm, screen.distance_mm, screen.text_scale)
    theme = Theme(NIGHT if screen.theme == NIGHT.name else DAY, profile)
    theme.apply(app)
    return theme


def _wire(station: Station) -> None:
    link, desk = station.link, station.desk
    link.topic_changed.connect(desk.take_topic)
    link.pulse.connect(desk.take_pulse)
    link.live_values.connect(desk.take_values)
    link.live_curve.connect(desk.take_curve)
    link.answered.connect(desk.take_answer)
    link.went_down.connect(desk.lose_engine)
    link.store_generation.connect(station.archive.open_again)
    station.scans.scanned.connect(station.window.scanned)
    station.scans.broken.connect(station.window.broken_scan)
    station.archive.found.connect(lambda found: _recall(desk, found))
    link.went_up.connect(lambda: _ask_curves(station))


def _ask_curves(station: Station) -> None:
    """A screen that was restarted shows the last good cycles behind the next one."""
    machine = station.desk.picture.main_machine
    if machine and machine.channels and not station.desk.curves.of(machine.id).good:
        station.archive.ask(AskGoodCurves(machine.id, KEPT))


def _recall(desk: Desk, found: Found) -> None:
    if isinstance(found.question, AskGoodCurves):
        for curve in found.rows:
            desk.curves.remember(curve.machine, samples_of(curve))
        desk.curve_changed.emit(found.question.machine)


async def _live(app: QApplication, settings: Settings, options: ScreenOptions) -> Exit:
    translator = translator_of(settings.screen.language)
    if translator:
        QCoreApplication.installTranslator(translator)
    size = options.size or (app.primaryScreen().size() if settings.screen.full_screen else QSize(1280, 800))
    link = Link(platform.channel_address(settings.folder, settings.id), settings.id, new_id, version("lineside"))
    station = build_window(app, settings, link, SystemClock(), size=size)
    _show(station.window, settings, options, size)
    station.desk.start()
    link.start()
    code = await _until_ended(station, options)
    _stop(station)
    if translator:
        QCoreApplication.removeTranslator(translator)
    return code


def _hear_qt(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """What Qt complains about belongs into our own log."""
    serious = kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    log.log(logging.ERROR if serious else logging.WARNING, "Qt says: %s", text)


def _show(window: StationWindow, settings: Settings, options: ScreenOptions, size: QSize) -> None:
    if settings.screen.full_screen and options.size is None:
        window.showFullScreen()
    else:
        window.setFixedSize(size)
        window.show()


async def _until_ended(station: Station, options: ScreenOptions) -> Exit:
    """Wait for whoever ends the screen first: the window, the clock, the parent, a signal, or the visitor."""
    loop = asyncio.get_running_loop()
    ending: asyncio.Future[Exit] = loop.create_future()

    def end(code: Exit = Exit.DONE) -> None:
        if not ending.done():
            ending.set_result(code)

    station.window.closed.connect(end)
    if options.child:
        platform.watch_stdin(lambda: loop.call_soon_threadsafe(end))
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(end))
    if options.seconds is not None:
        loop.call_later(options.seconds, end)
    if options.screenshots and options.visitor is None:
        folder = options.screenshots
        QTimer.singleShot(PICTURES_AFTER_MS, station.window, lambda: save_pictures(station.window, folder))
    supervisor = Supervisor()
    if options.visitor:
        supervisor.start("visitor", _visit(station, options.visitor, end))
    with logs.told_of_crashes(lambda: loop.call_soon_threadsafe(end, Exit.BAD)):
        code = await ending
    await supervisor.close()
    return code


async def _visit(station: Station, visitor: Visitor, end: Callable[[Exit], None]) -> None:
    """Let the visitor work; what it waited for in vain ends the screen with a code that no restart can heal."""
    try:
        await visitor(station)
    except Exception:
        end(Exit.ABSENT)
        raise
    end(Exit.DONE)


def _stop(station: Station) -> None:
    """Timers first, then the channel, then the reader; the window goes last."""
    station.desk.stop()
    station.scans.stop()
    station.link.stop()
    station.archive.stop()
    station.window.close()
