"""The one button: acts on release inside, answers a press at once, says why when it will not act."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Property, QElapsedTimer, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from resources.assets import IconName
from widgets.button_look import ButtonLook, draw_frame
from widgets.icon import draw_icon
from widgets.painted_text import PaintedText, text_width, word_width, wrapped_height
from widgets.press_guard import BOUNCE_MS, DOUBLE_PRESS_MS, PressGuard
from widgets.profile import TextRole
from widgets.theme import Theme


class ButtonKind(StrEnum):
    """What a button is for, which gives its size and its fill. There is no red one."""

    PRIMARY = "primary"
    NORMAL = "normal"
    LARGE = "large"
    KEY = "key"
    COUNT = "count"
    """The main action where it is touched once a part: as large as there is room."""


_ROLES = {
    ButtonKind.PRIMARY: TextRole.TITLE,
    ButtonKind.NORMAL: TextRole.ACTION,
    ButtonKind.LARGE: TextRole.ACTION,
    ButtonKind.KEY: TextRole.KEY,
    ButtonKind.COUNT: TextRole.DISPLAY,
}


class TouchButton(QAbstractButton):
    """A button for gloves. `clicked` is a press that counts; `refused` carries the reason of one that does not."""

    refused = Signal(str)

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        kind: ButtonKind = ButtonKind.NORMAL,
        *,
        icon: IconName | None = None,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind = kind
        self._icon = icon
        self._name = name
        self._reason = ""
        self._heights: dict[int, int] = {}
        self._guard = PressGuard(BOUNCE_MS if kind is ButtonKind.KEY else DOUBLE_PRESS_MS)
        self._clock = QElapsedTimer()
        self._clock.start()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_text(text)
        theme.changed.connect(self.updateGeometry)

    @property
    def kind(self) -> ButtonKind:
        """What it is for."""
        return self._kind

    def show_text(self, text: str) -> None:
        """Change what is written on it."""
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(self._name or text)
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        """What is written on it."""
        return self.text().replace("&&", "&")

    def set_reason(self, reason: str) -> None:
        """Close the button and say why under its text; an empty reason opens it."""
        if reason == self._reason:
            return
        self._reason = reason
        self.setAccessibleDescription(reason)
        self.updateGeometry()
        self.update()

    def _disabled_reason(self) -> str:
        return self._reason

    disabledReason = Property(str, _disabled_reason)

    def is_open(self) -> bool:
        """Whether a press would act."""
        return self.isEnabled() and not self._reason

    def least_side(self) -> int:
        """Least width and height of its kind in pixels (UI.md C01)."""
        profile = self._theme.profile
        match self._kind:
            case ButtonKind.PRIMARY | ButtonKind.COUNT:
                return profile.primary
            case ButtonKind.KEY:
                return profile.key
            case ButtonKind.LARGE:
                return profile.mm(17)
            case _:
                return profile.other

    def look(self) -> ButtonLook:
        """How it looks now."""
        return ButtonLook(
            primary=self._is_main(),
            open=self.is_open(),
            down=self.isDown(),
            focused=self.hasFocus(),
            selected=self.isChecked(),
        )

    def sizeHint(self) -> QSize:
        """One line where it fits, never below its kind's size."""
        width = max(text_width(self._font(), self.words()), text_width(self._reason_font(), self._reason))
        width = self._padding() * 2 + min(width, self._theme.profile.mm(70)) + self._icon_room()
        width = max(int(width) + 1, self.least_side())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """The longest word, never below its kind's size."""
        width = max(word_width(self._font(), self.words()), word_width(self._reason_font(), self._reason))
        width = max(int(width) + self._padding() * 2 + self._icon_room() + 1, self.least_side())
        return QSize(width, self.least_side())

    def heightForWidth(self, width: int) -> int:
        """The height that shows text and reason whole at `width`; kept until one of them changes, layouts ask often."""
        height = self._heights.get(width)
        if height is None:
            height = self._heights[width] = self._height_at(width)
        return height

    def updateGeometry(self) -> None:
        """What is written on it, or its size, changed."""
        self._heights.clear()
        super().updateGeometry()

    def _height_at(self, width: int) -> int:
        room = width - 2 * self._padding() - self._icon_room()
        texts = wrapped_height(self._font(), self.words(), room) + wrapped_height(self._reason_font(), self._reason, room)
        height = texts + self._icon_above()
        return max(self.least_side(), int(height) + self._padding())

    def painted_texts(self) -> list[PaintedText]:
        """Its text and, when closed, the reason under it."""
        colour = self._ink()
        place = QRectF(self.rect()).adjusted(self._padding() + self._icon_room(), 0, -self._padding(), 0)
        font, small = self._font(), self._reason_font()
        height = wrapped_height(font, self.words(), place.width())
        below = wrapped_height(small, self._reason, place.width())
        top = place.center().y() - (height + below - self._icon_above()) / 2
        texts = [PaintedText(self.words(), QRectF(place.x(), top, place.width(), height), font, colour)]
        if self._reason:
            spot = QRectF(place.x(), top + height, place.width(), below)
            texts.append(PaintedText(self._reason, spot, small, self._theme.color("second")))
        return [text for text in texts if text.text]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame, icon and texts."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_frame(painter, QRectF(self.rect()), self.look(), self._theme)
        if self._icon:
            draw_icon(painter, self._icon, self._ink(), self._icon_place())
        for text in self.painted_texts():
            text.draw(painter)
        painter.end()

    def hitButton(self, position: QPoint) -> bool:
        """Inside is the whole rectangle."""
        return self.rect().contains(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Act on a release inside, once, or say why not."""
        if self.isDown() and self.hitButton(event.position().toPoint()) and not self._may_act():
            self.setDown(False)
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter press it; a held key presses once."""
        if event.key() not in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif not event.isAutoRepeat() and self._may_act():
            self.click()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Nothing: a key acts when it goes down."""
        event.ignore()

    def _is_main(self) -> bool:
        return self._kind in (ButtonKind.PRIMARY, ButtonKind.COUNT)

    def _may_act(self) -> bool:
        if self._reason:
            self.refused.emit(self._reason)
            return False
        return self._guard.admits(self._clock.elapsed())

    def _font(self) -> QFont:
        return self._theme.font(_ROLES[self._kind])

    def _reason_font(self) -> QFont:
        return self._theme.font(TextRole.LABEL)

    def _padding(self) -> int:
        return self._theme.profile.mm(2 if self._kind is ButtonKind.KEY else 3)

    def _icon_room(self) -> int:
        if not self._icon or not self.words():
            return 0
        return self._icon_side() + self._theme.profile.mm(1.5)

    def _icon_side(self) -> int:
        return round(self._theme.profile.font_px(_ROLES[self._kind]) * 1.25)

    def _icon_above(self) -> int:
        """Room of an icon that stands over the reason, because there is no word to stand beside."""
        return self._icon_side() if self._icon and self._reason and not self.words() else 0

    def _icon_place(self) -> QRectF:
        side = self._icon_side()
        if not self.words():
            middle = QRectF(self.rect()).center()
            top = self.painted_texts()[0].rect.top() - side if self._icon_above() else middle.y() - side / 2
            return QRectF(middle.x() - side / 2, top, side, side)
        widest = max((min(text.needed().width(), text.rect.width()) for text in self.painted_texts()), default=0.0)
        centre = self.painted_texts()[0].rect.center()
        return QRectF(centre.x() - widest / 2 - self._icon_room(), centre.y() - side / 2, side, side)

    def _ink(self) -> QColor:
        if not self.is_open():
            return self._theme.color("second")
        return self._theme.color("on_accent" if self._is_main() else "ink")
