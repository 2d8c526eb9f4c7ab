"""Icons, themes, lamps: everything is there in both themes, and can be read."""

from collections import Counter

import pytest
from qtpy.QtGui import QColor

from ai_afm_gui.look.icons import FOLDER, pixmap
from ai_afm_gui.look.lamp import Lamp, Level
from ai_afm_gui.look.sheet import STOP, style_sheet
from ai_afm_gui.look.tones import DARK, LIGHT
from ai_afm_gui.shell.pages import PAGES

THEMES = pytest.mark.parametrize("tones", [DARK, LIGHT], ids=["dark", "light"])

ICONS = sorted(file.stem for file in FOLDER.glob("*.svg"))


def brightness(colour):
    """Return the relative luminance of WCAG 2."""
    parts = [getattr(QColor(colour), part)() for part in ("redF", "greenF", "blueF")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Return the contrast ratio of WCAG 2."""
    bright, dim = sorted((brightness(one), brightness(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@THEMES
@pytest.mark.parametrize("ink", ["text", "quiet", "good", "warn", "bad"])
@pytest.mark.parametrize("ground", ["window", "panel"])
def test_every_ink_can_be_read_on_every_ground(tones, ink, ground):
    least = 4.5 if ink in {"text", "quiet"} else 3.0
    assert contrast(getattr(tones, ink), getattr(tones, ground)) >= least


@THEMES
def test_words_on_coloured_buttons_can_be_read(tones):
    assert contrast(tones.on_accent, tones.accent) >= 4.5
    assert contrast("#ffffff", STOP) >= 4.5


@THEMES
def test_the_style_sheet_has_no_open_place(tones):
    text = style_sheet(tones)
    assert text.count("{") == text.count("}")
    assert "{{" not in text


def test_every_page_and_lamp_has_an_icon():
    needed = {place.name for place in PAGES} | {level.value for level in Level}
    assert needed <= set(ICONS)


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_draws_something_in_its_colour(name, qapp):
    image = pixmap(name, "#336699", 48).toImage()
    places = [(x, y) for x in range(48) for y in range(48)]
    colours = [image.pixelColor(*at) for at in places]
    drawn = Counter(c.name() for c in colours if c.alpha() == 255)
    wanted = "#8a93a0" if name.startswith("fixed") else "#336699"
    assert drawn[wanted] > 40


def test_a_lamp_has_a_shape_and_a_word(qtbot):
    lamp = Lamp()
    qtbot.addWidget(lamp)
    lamp.show_level(Level.WARN, "drift 3 nm/min", DARK, "more than 2 nm/min")
    assert (lamp.word, lamp.toolTip()) == ("drift 3 nm/min", "more than 2 nm/min")
