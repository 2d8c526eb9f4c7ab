"""Give the whole program the look of a theme, at the start and while it runs."""

from qtpy.QtGui import QColor, QPalette
from qtpy.QtWidgets import QApplication

from ai_afm_gui.look.sheet import style_sheet
from ai_afm_gui.look.tones import colours

FONT_PIXELS = 14
"""Of ordinary text; Qt scales it with the screen."""


def use_theme(app: QApplication, *, dark: bool) -> None:
    """Set style, font, palette and style sheet; widgets are told by `PaletteChange` events."""
    style = app.style()
    if style is None or style.objectName().lower() != "fusion":
        app.setStyle("Fusion")
    font = app.font()
    if font.pixelSize() != FONT_PIXELS:
        font.setPixelSize(FONT_PIXELS)
        app.setFont(font)
    app.setPalette(palette(dark=dark))
    app.setStyleSheet(style_sheet(colours(dark=dark)))


def palette(*, dark: bool) -> QPalette:
    """Return Qt's palette of a theme; `setColorScheme` does nothing where there is no desktop."""
    c, made = colours(dark=dark), QPalette()
    roles = {
        QPalette.ColorRole.Window: c.window,
        QPalette.ColorRole.WindowText: c.text,
        QPalette.ColorRole.Base: c.field,
        QPalette.ColorRole.AlternateBase: c.panel,
        QPalette.ColorRole.Text: c.text,
        QPalette.ColorRole.PlaceholderText: c.quiet,
        QPalette.ColorRole.Button: c.panel,
        QPalette.ColorRole.ButtonText: c.text,
        QPalette.ColorRole.ToolTipBase: c.panel,
        QPalette.ColorRole.ToolTipText: c.text,
        QPalette.ColorRole.Highlight: c.accent,
        QPalette.ColorRole.HighlightedText: c.on_accent,
        QPalette.ColorRole.Link: c.accent,
        QPalette.ColorRole.Mid: c.line,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.quiet))
    return made
