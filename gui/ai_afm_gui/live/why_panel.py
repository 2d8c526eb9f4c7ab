"""Why the run is where it is, in words, with what its score is made of."""

from html import escape

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QSizePolicy

from ai_afm_gui.live.presenter import Why
from ai_afm_gui.look.tones import Colours


class WhyPanel(QLabel):
    """A heading, the reason in the controller's words, and its parts; two lines high."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._shown: tuple[Why, Colours] | None = None

    def show_why(self, why: Why, tones: Colours) -> None:
        """Show another reason; all of it is in the tool tip, too."""
        if (why, tones) == self._shown:
            return
        self._shown = why, tones
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 4)
        reason = escape(why.reason).replace("\n", "<br>")
        text = f"<b>{escape(why.heading)}:</b> {reason}"
        if why.parts:
            parts = ", ".join(f"{name} {value}" for name, value in why.parts)
            text += f" <span style='color: {tones.quiet}'>({escape(parts)})</span>"
        self.setText(text)
        more = "<br>".join(escape(f"{name}: {value}") for name, value in why.more)
        self.setToolTip(f"{text}<br>{more}")
