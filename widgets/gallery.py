"""Every widget in every state: `python -m widgets.gallery [--night] [--small] [--screenshot DIR]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from resources.themes import DAY, NIGHT, Tokens
from widgets.gallery_pages import PAGES
from widgets.profile import PANEL_12, PANEL_21
from widgets.theme import Theme
from widgets.touch_button import TouchButton

PANELS = {False: (PANEL_21, QSize(1920, 1080)), True: (PANEL_12, QSize(1280, 800))}
"""Profile and pixels of the two audited panels, by whether it is the small one."""


class Gallery(QWidget):
    """One page at a time, with a key for each and one for day and night."""

    def __init__(self, theme: Theme, *, small: bool) -> None:
        super().__init__()
        self._theme = theme
        pages = QStackedWidget()
        keys = QHBoxLayout()
        keys.setSpacing(theme.profile.gap)
        for name, make in PAGES.items():
            at = pages.addWidget(make(theme, small))
            key = TouchButton(theme, name)
            key.clicked.connect(lambda _checked=False, at=at: pages.setCurrentIndex(at))
            keys.addWidget(key)
        switch = TouchButton(theme, self.tr("day or night"))
        switch.clicked.connect(self.switch)
        keys.addWidget(switch)
        column = QVBoxLayout(self)
        column.addWidget(pages, 1)
        column.addLayout(keys)

    def switch(self) -> None:
        """Change between day and night."""
        self._theme.switch(NIGHT if self._theme.tokens is DAY else DAY)


def take_pictures(app: QApplication, folder: Path) -> None:
    """Save a PNG of every page on both panels, day and night."""
    folder.mkdir(parents=True, exist_ok=True)
    for small, (profile, size) in PANELS.items():
        for tokens in (DAY, NIGHT):
            theme = Theme(tokens, profile)
            theme.apply(app)
            for name, make in PAGES.items():
                page = make(theme, small)
                page.setFixedSize(size)
                page.grab().save(str(folder / f"{name}-{tokens.name}-{size.width()}.png"))


def main(arguments: list[str] | None = None) -> int:
    """Show the gallery, or save its pictures."""
    parser = argparse.ArgumentParser(prog="widgets.gallery", description=__doc__)
    parser.add_argument("--night", action="store_true", help="begin with the night theme")
    parser.add_argument("--small", action="store_true", help="a 12.1 inch panel instead of a 21.5 inch one")
    parser.add_argument("--screenshot", type=Path, metavar="DIR", help="save every page as PNG and end")
    chosen = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if chosen.screenshot:
        take_pictures(app, chosen.screenshot)
        return 0
    profile, size = PANELS[chosen.small]
    tokens: Tokens = NIGHT if chosen.night else DAY
    theme = Theme(tokens, profile)
    theme.apply(app)
    gallery = Gallery(theme, small=chosen.small)
    gallery.resize(size)
    gallery.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
