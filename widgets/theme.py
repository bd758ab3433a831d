"""Tokens and a profile made Qt: one style sheet, one palette, fonts and colours by meaning."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from resources.assets import FONT_FAMILY, fonts
from resources.themes import Tokens
from widgets.profile import DisplayProfile, TextRole

_TABULAR = QFont.Tag("tnum")

_SHEET = """
QWidget#page, QMainWindow {{ background: {bg}; }}
QLabel {{ background: transparent; color: {ink}; }}
QLabel[tone="second"] {{ color: {second}; }}
QLabel[tone="third"] {{ color: {third}; }}
QFrame[kind="panel"] {{ background: {panel}; border: 1px solid {line}; border-radius: {radius}px; }}
QFrame[kind="raised"] {{ background: {raised}; border: 1px solid {line}; border-radius: {radius}px; }}
QFrame[kind="active"] {{ background: {raised}; border: {bold}px solid {accent}; border-radius: {radius}px; }}
QFrame[kind="entry"] {{ background: {raised}; border: {bold}px solid {second}; border-radius: {radius}px; }}
QFrame[kind="bar"] {{ background: {panel}; border: none; }}
QFrame[kind="bar"][edge="bottom"] {{ border-bottom: 1px solid {line}; }}
QFrame[kind="bar"][edge="top"] {{ border-top: 1px solid {line}; }}
QFrame[kind="bar"][edge="right"] {{ border-right: 1px solid {line}; }}
QFrame[kind="bar"][attention="true"] {{ background: {raised}; }}
QFrame[kind="plain"] {{ background: transparent; border: none; }}
QFrame[kind="rule"] {{ background: {line}; border: none; }}
QScrollArea, QScrollArea > QWidget > QWidget#rows {{ background: transparent; border: none; }}
"""


class Theme(QObject):
    """How everything looks on this panel; handed to every widget. `changed` follows each switch."""

    changed = Signal()

    def __init__(self, tokens: Tokens, profile: DisplayProfile) -> None:
        super().__init__()
        self._tokens = tokens
        self._profile = profile
        self._fonts: dict[TextRole, QFont] = {}

    @property
    def tokens(self) -> Tokens:
        """The colours in use."""
        return self._tokens

    @property
    def profile(self) -> DisplayProfile:
        """The sizes in use."""
        return self._profile

    def apply(self, app: QApplication) -> None:
        """Load the fonts and dress the whole application; call it once, before the first widget is shown."""
        if FONT_FAMILY not in QFontDatabase.families():
            for font in fonts():
                QFontDatabase.addApplicationFontFromData(font)
        self._dress(app)

    def switch(self, tokens: Tokens | None = None, profile: DisplayProfile | None = None) -> None:
        """Change colours, sizes or both while running; every widget follows."""
        self._tokens = tokens or self._tokens
        self._profile = profile or self._profile
        self._fonts.clear()
        self._dress(QApplication.instance())
        self.changed.emit()

    def color(self, name: str) -> QColor:
        """The colour of a token."""
        return QColor(getattr(self._tokens, name))

    def font(self, role: TextRole) -> QFont:
        """The font of a role, with numerals of one width; a copy, made once a profile because layouts ask thousands of times."""
        if role not in self._fonts:
            self._fonts[role] = self._made(role)
        return QFont(self._fonts[role])

    def _made(self, role: TextRole) -> QFont:
        font = QFont(FONT_FAMILY)
        font.setPixelSize(self._profile.font_px(role))
        font.setWeight(QFont.Weight(role.weight))
        font.setFeature(_TABULAR, 1)
        font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
        return font

    def _dress(self, app: QApplication) -> None:
        app.setPalette(self._palette())
        app.setFont(self.font(TextRole.BODY))
        colours = {name: getattr(self._tokens, name) for name in Tokens.__slots__}
        app.setStyleSheet(_SHEET.format(**colours, radius=self._profile.radius, bold=self._profile.line(0.5)))

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, name in (
            (QPalette.ColorRole.Window, "bg"),
            (QPalette.ColorRole.Base, "raised"),
            (QPalette.ColorRole.Button, "raised"),
            (QPalette.ColorRole.WindowText, "ink"),
            (QPalette.ColorRole.Text, "ink"),
            (QPalette.ColorRole.ButtonText, "ink"),
            (QPalette.ColorRole.Highlight, "accent"),
            (QPalette.ColorRole.HighlightedText, "on_accent"),
        ):
            palette.setColor(role, self.color(name))
        return palette


def restyle(widget: QWidget, **properties: object) -> None:
    """Set properties the style sheet keys on, and have the widget dressed anew if one changed."""
    changed = [name for name, value in properties.items() if widget.property(name) != value]
    for name in changed:
        widget.setProperty(name, properties[name])
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        if widget.layout() is not None:
            widget.layout().invalidate()  # a new border leaves another room
        widget.update()
