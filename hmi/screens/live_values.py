"""The main machine's live values as tiles; what is old is hatched with its age and why."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.value import badge_word, present_value
from hmi.station.topics import MachineView, ValueSpec
from widgets.display import DisplayValue, Quality
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.value_tile import ValueTile

MOST_TILES = 3
_BESIDE, _STACKED = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class LiveValueRow(QWidget):
    """Up to three values side by side or stacked, in the order of the settings."""

    def __init__(
        self,
        theme: Theme,
        desk: Desk,
        *,
        role: TextRole = TextRole.VALUE,
        is_stacked: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._desk = desk
        self._role = role
        self._specs: tuple[ValueSpec, ...] = ()
        self._shown: list[DisplayValue | None] = []
        self.tiles: list[ValueTile] = []
        self._row = QBoxLayout(_STACKED if is_stacked else _BESIDE, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.profile.gap)

    def refresh(self) -> None:
        """Show the values as they may be believed now."""
        machine = self._desk.picture.main_machine
        if machine is None:
            return
        if machine.values[:MOST_TILES] != self._specs:
            self._make_tiles(machine.values[:MOST_TILES])
        now = self._desk.now().mono
        for at, spec in enumerate(self._specs):
            self._show(at, machine, spec, now)

    def _show(self, at: int, machine: MachineView, spec: ValueSpec, now: int) -> None:
        value = self._desk.values.get((machine.id, spec.tag))
        shown = present_value(self._desk.picture, machine, spec, value, now)
        if shown != self._shown[at]:
            self._shown[at] = shown
            self.tiles[at].show_value(shown, badge_word(spec, value) if shown.quality is Quality.LIVE else "")

    def _make_tiles(self, specs: tuple[ValueSpec, ...]) -> None:
        self._specs = specs
        for tile in self.tiles:
            self._row.removeWidget(tile)
            tile.deleteLater()
        self.tiles = [ValueTile(self._theme, spec.title or spec.tag, role=self._role) for spec in specs]
        self._shown = [None] * len(specs)
        for spec, tile in zip(specs, self.tiles, strict=True):
            tile.setObjectName(f"value_{spec.tag}")
            # The reason of an old value has its place kept, so that nothing moves when it comes.
            tile.setMinimumHeight(tile.sizeHint().height() + self._theme.profile.font_px(TextRole.LABEL) * 27 // 10)
            self._row.addWidget(tile, 1)
