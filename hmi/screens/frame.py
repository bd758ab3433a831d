"""The fixed frame: header, alarm line, navigation, numbers and timeline. Only the page inside changes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QStackedWidget, QWidget

from hmi.presenters.alarm_line import present_alarms, present_calm
from hmi.presenters.alarms import present_way
from hmi.presenters.desk import Desk
from hmi.presenters.header import HeaderView, present_header
from hmi.screens.footer import MOST_COUNTS, Footer
from widgets.alarm_line import AlarmLine
from widgets.display import AlarmText, NavPlace
from widgets.header import Header
from widgets.nav_bar import NavBar, NavButton
from widgets.theme import Theme


class Frame(QWidget):
    """Header and alarm line over everything; `pages` is the room inside."""

    def __init__(
        self, theme: Theme, desk: Desk, places: Sequence[NavPlace], *, is_small: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._theme = theme
        self._desk = desk
        self._is_small = is_small
        self._places = tuple(places)
        self._header_shown: HeaderView | None = None
        self._line_shown: tuple[AlarmText | None, str] = (None, "")
        self._way_shown = ""
        self.header = Header(theme, self)
        self.alarm_line = AlarmLine(theme, self)
        self.navigation = NavBar(theme, places, self)
        self.pages = QStackedWidget(self)
        # A page never pushes the frame: what does not fit is the page's own fault, found by the audit.
        self.pages.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.footer = Footer(theme, desk, counts=2 if is_small else MOST_COUNTS, parent=self)
        self._name_parts()
        self._lay_out()

    def refresh(self) -> None:
        """Show what is true now; what looks the same is left alone."""
        now = self._desk.now()
        header = present_header(self._desk.picture, now)
        if header != self._header_shown:
            self._show_header(header)
        line = present_alarms(self._desk.picture, now), present_calm(self._desk.picture)
        if line != self._line_shown:
            self._line_shown = line
            self.alarm_line.show_alarm(*line)
        way = present_way(self._desk.picture)
        if way != self._way_shown:
            self._way_shown = way
            self.alarm_line.show_action(way)
        self.footer.refresh()
        self._show_places()

    def _show_places(self) -> None:
        """A place without a feature in this configuration is not shown."""
        station = self._desk.picture.station
        has_orders = station is None or station.has_orders or station.has_centre
        self.findChild(NavButton, "nav_orders").setVisible(has_orders)
        self.findChild(NavButton, "nav_machine").setVisible(bool(self._desk.picture.setpoints.machines))

    def _show_header(self, view: HeaderView) -> None:
        self._header_shown = view
        names = (view.number, view.order_brief) if self._is_small else (view.station, view.place)
        self.header.show_station(*names)
        self.header.show_state(view.state)
        self.header.show_order(view.order)
        self.header.show_link(view.link)
        self.header.show_sync(view.sync)
        self.header.show_person(view.person_brief if self._is_small else view.person)
        self.header.show_time(view.clock)

    def _name_parts(self) -> None:
        self.header.setObjectName("header")
        self.header.person.setObjectName("person")
        self.header.sync.setObjectName("sync")
        self.alarm_line.setObjectName("alarm_line")
        self.navigation.setObjectName("navigation")
        buttons = self.navigation.findChildren(NavButton)
        for place, button in zip(self._places, buttons, strict=True):
            button.setObjectName(f"nav_{place.key}")

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.header, 0, 0, 1, 2)
        grid.addWidget(self.alarm_line, 1, 0, 1, 2)
        grid.addWidget(self.navigation, 2, 0, 2, 1)
        grid.addWidget(self.pages, 2, 1)
        grid.addWidget(self.footer, 3, 1)
        grid.setRowStretch(2, 1)
        grid.setColumnStretch(1, 1)
