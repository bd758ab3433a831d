"""Sizes come from the panel, colours from one file, and both hold their figures."""

import pytest
from PySide6.QtGui import QFontMetricsF

from resources.assets import IconName, icon_svg
from resources.themes import DAY, GRAPHIC_PAIRS, NIGHT, TEXT_PAIRS, Tokens, contrast
from widgets.icon import icon_pixmap
from widgets.label import Label
from widgets.profile import PANEL_12, PANEL_21, DisplayProfile, TextRole
from widgets.pseudo import PseudoTranslator, lengthened


@pytest.mark.parametrize("tokens", [DAY, NIGHT], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_stands_out_seven_to_one(tokens: Tokens, text, ground):
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 7


@pytest.mark.parametrize("tokens", [DAY, NIGHT], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize(("mark", "ground"), GRAPHIC_PAIRS)
def test_graphics_stand_out_three_to_one(tokens: Tokens, mark, ground):
    assert contrast(getattr(tokens, mark), getattr(tokens, ground)) >= 3


def test_sizes_are_those_of_the_panels_in_the_requirements():
    assert (PANEL_21.primary, PANEL_12.primary) == (89, 109)
    assert PANEL_12.key == 99
    assert PANEL_12.other == 74
    assert PANEL_12.gap == 15


@pytest.mark.parametrize("profile", [PANEL_12, PANEL_21, DisplayProfile(5.88, 700), DisplayProfile(4.91, 700, 1.25)])
@pytest.mark.parametrize("role", list(TextRole))
def test_capitals_are_as_high_as_their_role_asks(theme, profile, role):
    theme.switch(profile=profile)
    capital = QFontMetricsF(theme.font(role)).capHeight()
    assert capital >= profile.cap_px(role) - 0.1
    assert capital >= 4.7 * 0.7 * profile.px_per_mm - 0.3


def test_a_label_keeps_the_font_of_its_role_through_every_switch(qtbot, theme):
    label = Label(theme, "0.032", TextRole.DISPLAY)
    qtbot.addWidget(label)
    label.grab()
    theme.switch(NIGHT)
    label.show_tone("third")
    label.grab()
    assert label.font().pixelSize() == theme.profile.font_px(TextRole.DISPLAY)
    theme.switch(profile=PANEL_21)
    assert label.font().pixelSize() == PANEL_21.font_px(TextRole.DISPLAY)


def test_numerals_are_of_one_width(theme):
    metrics = QFontMetricsF(theme.font(TextRole.VALUE))
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0000")


@pytest.mark.parametrize("name", list(IconName))
def test_every_icon_draws_in_the_colour_asked(qapp, name):
    assert b"#123A63" in icon_svg(name, "#123A63")
    picture = icon_pixmap(name, "#123A63", 48).toImage()
    assert any(picture.pixelColor(x, y).name() == "#123a63" for x in range(48) for y in range(48))


def test_the_pseudo_language_is_forty_percent_longer_and_keeps_places():
    assert len(lengthened("Finish order")) >= 16
    assert "{0}" in lengthened("unit {0}, good")
    assert PseudoTranslator().translate("any", "Run") == "Rüñéé"
