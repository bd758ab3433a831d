"""The files that ride with Lineside, by name: fonts and icons."""

from __future__ import annotations

from enum import StrEnum
from importlib import resources


class IconName(StrEnum):
    """Every icon there is; its value is the file's name in `resources/icons`."""

    RUN = "run"
    ORDERS = "orders"
    STOPS = "stops"
    HELP = "help"
    MORE = "more"
    HISTORY = "history"
    SETTINGS = "settings"
    PERSON = "person"
    BADGE = "badge"
    CLOUD = "cloud"
    CLOUD_OFF = "cloud-off"
    CLOUD_UP = "cloud-up"
    LINK = "link"
    LINK_OFF = "link-off"
    LOCK = "lock"
    BACKSPACE = "backspace"
    SCAN = "scan"
    CHART = "chart"
    CHECK = "check"
    CROSS = "cross"
    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    GAUGE = "gauge"
    PICTURE = "picture"


FONT_FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")
FONT_FAMILY = "Inter"


def icon_svg(name: IconName, colour: str) -> bytes:
    """The drawing of an icon, its lines in `colour` (`#RRGGBB`)."""
    drawing = resources.files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    return drawing.replace("#000000", colour).encode()


def fonts() -> tuple[bytes, ...]:
    """The font files the screen is set in, whole."""
    folder = resources.files("resources").joinpath("fonts")
    return tuple(folder.joinpath(name).read_bytes() for name in FONT_FILES)
