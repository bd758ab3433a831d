"""The one window: frame and pages, and the way between them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hmi.archive import Archive
from hmi.presenters.alarms import page_of_way
from hmi.presenters.desk import Desk, Wishes
from hmi.presenters.scans import ShowOrder, route_scan
from hmi.presenters.setpoints import Target
from hmi.screens.alarms_page import AlarmsPage
from hmi.screens.away_veil import AwayVeil
from hmi.screens.centre_page import CentrePage
from hmi.screens.frame import Frame
from hmi.screens.history_page import HistoryPage
from hmi.screens.machine_page import MachinePage
from hmi.screens.measure_page import MeasurePage
from hmi.screens.orders_page import OrdersPage
from hmi.screens.panel import PanelSize, panel_size
from hmi.screens.pin_page import PinPage
from hmi.screens.run_page import RunPage
from hmi.screens.serial_page import SerialPage
from hmi.screens.setpoint_page import SetpointPage
from hmi.screens.settle_page import SettlePage
from hmi.screens.sync_page import SyncPage
from hmi.station.commands import Body, StartOrder
from resources.assets import IconName
from resources.themes import DAY, NIGHT
from widgets.display import NavPlace
from widgets.theme import Theme

PLACE_OF = {"orders": "orders", "centre": "orders", "history": "history", "machine": "machine", "setpoint": "machine"}
"""The place of the navigation that a page belongs to, where it is not Run."""


class StationWindow(QWidget):
    """What the operator sees."""

    closed = Signal()

    def __init__(self, theme: Theme, desk: Desk, wishes: Wishes, archive: Archive, *, width_px: int) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setWindowTitle("Lineside")
        self.theme = theme
        self._desk = desk
        size = panel_size(theme.profile, width_px)
        is_small = size is not PanelSize.LARGE
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.run = RunPage(theme, desk, size=size)
        self.orders = OrdersPage(theme, desk, is_small=is_small)
        self.history = HistoryPage(theme, desk, archive, is_small=is_small)
        self.measure = MeasurePage(theme, desk, wishes, size=size)
        self.serial = SerialPage(theme, desk, size=size)
        self.pin = PinPage(theme, desk, size=size)
        self.settle = SettlePage(theme, desk, size=size)
        self.centre = CentrePage(theme, desk, size=size)
        self.alarms = AlarmsPage(theme, desk)
        self.sync = SyncPage(theme, desk, size=size)
        self.machine = MachinePage(theme, desk, is_small=is_small)
        self.setpoint = SetpointPage(theme, desk, size=size)
        self.frame = Frame(theme, desk, self._places(), is_small=is_small)
        self._pages = {"run": self.run, "orders": self.orders, "history": self.history}
        self._pages |= {"number": self.measure, "serial": self.serial, "pin": self.pin, "settle": self.settle}
        self._pages |= {"machine": self.machine, "setpoint": self.setpoint, "alarms": self.alarms}
        self._pages |= {"sync": self.sync, "centre": self.centre}
        for page in self._pages.values():
            self.frame.pages.addWidget(page)
        self._veil = AwayVeil(theme, desk, self.frame.pages)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.frame)
        self._connect()
        self.go("run")
        self.setFocus()

    @property
    def key(self) -> str:
        """Which page is shown."""
        return next(key for key, page in self._pages.items() if page is self.frame.pages.currentWidget())

    def go(self, key: str) -> None:
        """Show a page; a place of the navigation, or an entry page of Run."""
        page = self._pages[key]
        if page is not self.frame.pages.currentWidget():
            # A pad that goes would pass its focus to any button, which then looks chosen.
            self.setFocus()
        self.frame.pages.setCurrentWidget(page)
        self.frame.navigation.show_place(PLACE_OF.get(key, "run"))
        if key in ("number", "serial", "settle", "centre"):
            page.open()
        self.refresh()

    def go_home(self) -> None:
        """The work, one touch away from everywhere."""
        self.run.show_work()
        self.go("run")

    def refresh(self) -> None:
        """Show what is true now, in the frame and on the page in sight."""
        self.frame.refresh()
        self.frame.pages.currentWidget().refresh()
        self._veil.refresh(can_do_without=self.key == "history")

    def scanned(self, text: str) -> None:
        """A scan goes to the step that expects it, the order it names, or signs somebody in."""
        match route_scan(self._desk.picture, text):
            case ShowOrder(order=order):
                self.orders.choose(order)
                self.go("orders")
            case body:
                self._desk.ask(body, f"scan {text}")

    def broken_scan(self, text: str) -> None:
        """A scan that never ended is said, not guessed."""
        self._desk.tell(self.tr("The scan was cut off: {0}. Scan again.").format(text))

    def switch_theme(self) -> None:
        """Day to night and back."""
        self.theme.switch(DAY if self.theme.tokens.name == NIGHT.name else NIGHT)
        self.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say that the window is gone."""
        super().closeEvent(event)
        self.closed.emit()

    def _places(self) -> tuple[NavPlace, ...]:
        return (
            NavPlace("run", self.tr("Run"), IconName.RUN),
            NavPlace("orders", self.tr("Orders"), IconName.ORDERS),
            NavPlace("history", self.tr("History"), IconName.HISTORY),
            NavPlace("machine", self.tr("Machine"), IconName.SETTINGS),
        )

    def _connect(self) -> None:
        self.frame.navigation.place_chosen.connect(lambda key: self.go_home() if key == "run" else self.go(key))
        self.frame.alarm_line.action_pressed.connect(lambda: self.go(page_of_way(self._desk.picture)))
        self.frame.header.person_pressed.connect(self._show_people)
        self.frame.header.sync_pressed.connect(lambda: self.go("sync"))
        self.run.wanted.connect(self.go)
        self.run.sign_in.pin_wanted.connect(self._ask_pin)
        self.run.sign_in.theme_wanted.connect(self.switch_theme)
        self.orders.work_wanted.connect(self.go_home)
        self.orders.sign_in_wanted.connect(self._show_people)
        for page in (self.measure, self.serial):
            page.left.connect(self.go_home)
        self.machine.number_wanted.connect(self._ask_setpoint)
        self.setpoint.left.connect(lambda: self.go("machine"))
        self.setpoint.proposed.connect(self._propose)
        self.settle.left.connect(self.go_home)
        self.centre.left.connect(lambda: self.go("orders"))
        self.orders.decision_wanted.connect(lambda: self.go("centre"))
        self.frame.footer.question_pressed.connect(lambda: self.go("settle"))
        self.history.questions_wanted.connect(lambda: self.go("settle"))
        self.pin.left.connect(self._show_people)
        self.pin.wanted.connect(lambda: self.go("pin"))
        self._desk.changed.connect(self._follow)
        self._desk.ticked.connect(self.refresh)
        self._desk.succeeded.connect(self._after)

    def _show_people(self) -> None:
        self.run.show_card("sign_in")
        self.go("run")

    def _ask_setpoint(self, target: Target) -> None:
        self.setpoint.ask_for(target)
        self.go("setpoint")

    def _propose(self, text: str) -> None:
        self.machine.propose(text)
        self.go("machine")

    def _ask_pin(self, person: str) -> None:
        self.pin.ask_person(person)
        self.go("pin")

    def _follow(self) -> None:
        """A step that is no longer open closes its pad."""
        if self.key in ("number", "serial", "settle") and not self._pages[self.key].is_open():
            self.go_home()
        self.refresh()

    def _after(self, body: Body) -> None:
        """An order was started or a person came: to the work."""
        if isinstance(body, StartOrder) or self.key == "pin":
            self.go_home()
