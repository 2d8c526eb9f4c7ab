"""The tools, one below the other, each with its key."""

from collections.abc import Mapping

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ai_afm_gui.review.hand import Hand
from ai_afm_gui.review.keys import Action
from ai_afm_gui.words import translate

ACTIONS = {
    Hand.WIRE: Action.WIRE,
    Hand.BRUSH: Action.BRUSH,
    Hand.ERASER: Action.ERASER,
    Hand.BRIDGE: Action.BRIDGE,
    Hand.CUT: Action.CUT,
    Hand.FILL: Action.FILL,
    Hand.SELECT: Action.SELECT,
}
"""Tools from top to bottom, and what their keys are bound to."""


def tool_word(hand: Hand) -> str:
    """Return what a tool is called."""
    return {
        Hand.WIRE: translate("ReviewTools", "Trace wall"),
        Hand.BRUSH: translate("ReviewTools", "Brush"),
        Hand.ERASER: translate("ReviewTools", "Eraser"),
        Hand.BRIDGE: translate("ReviewTools", "Bridge gap"),
        Hand.CUT: translate("ReviewTools", "Cut"),
        Hand.FILL: translate("ReviewTools", "Fill"),
        Hand.SELECT: translate("ReviewTools", "Pick lines"),
    }[hand]


def tool_hint(hand: Hand) -> str:
    """Return how a tool is used, in one sentence."""
    return {
        Hand.WIRE: translate(
            "ReviewTools", "Click along the wall; double-click or Enter ends, Shift goes straight."
        ),
        Hand.BRUSH: translate(
            "ReviewTools", "Drag to draw; Shift+click goes straight on from the last point."
        ),
        Hand.ERASER: translate("ReviewTools", "Drag over what is wrong."),
        Hand.BRIDGE: translate(
            "ReviewTools", "Click into a gap, or drag from one line to the other."
        ),
        Hand.CUT: translate("ReviewTools", "Click on a line, or drag across it."),
        Hand.FILL: translate(
            "ReviewTools", "Click into an area to say that nobody can tell what is there."
        ),
        Hand.SELECT: translate(
            "ReviewTools", "Click a line or draw around some; then a class key, or Delete."
        ),
    }[hand]


class ToolColumn(QFrame):
    """Buttons of the tools."""

    chosen = Signal(object)
    """A `Hand`."""
    resized = Signal(int)
    """Steps by which the brush grows."""

    def __init__(self, keys: Mapping[Action, str]) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFixedWidth(156)
        self._group = QButtonGroup(self)
        self._buttons: dict[Hand, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(5)
        for hand, action in ACTIONS.items():
            button = keyed_button(tool_word(hand), keys[action])
            button.setCheckable(True)
            button.setToolTip(tool_hint(hand))
            button.clicked.connect(lambda _=False, h=hand: self.chosen.emit(h))
            self._group.addButton(button)
            self._buttons[hand] = button
            column.addWidget(button)
        self._picks = QVBoxLayout()
        self._picks.setContentsMargins(14, 0, 0, 0)
        self._picks.setSpacing(5)
        column.addLayout(self._picks)
        column.addSpacing(8)
        column.addLayout(self._size_row(keys))
        self.hint = QLabel()
        self.hint.setObjectName("quiet")
        self.hint.setWordWrap(True)
        column.addWidget(self.hint)
        column.addStretch(1)
        self._below = QVBoxLayout()
        self._below.setSpacing(5)
        column.addLayout(self._below)

    def _size_row(self, keys: Mapping[Action, str]) -> QGridLayout:
        row = QGridLayout()
        row.setSpacing(4)
        self._size = QLabel()
        row.addWidget(self._size, 0, 0, 1, 2)
        for n, (action, steps) in enumerate(((Action.SMALLER, -1), (Action.LARGER, 1))):
            button = QToolButton()
            button.setText(keys[action])
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setToolTip(self.tr("Smaller brush") if steps < 0 else self.tr("Larger brush"))
            button.clicked.connect(lambda _=False, s=steps: self.resized.emit(s))
            row.addWidget(button, 1, n)
        return row

    def add_pick(self, button: QToolButton) -> None:
        """Put a button below the tool that picks, set in."""
        button.setMinimumHeight(28)
        self._picks.addWidget(button)

    def add_below(self, button: QToolButton) -> None:
        """Put a button at the lower end."""
        self._below.addWidget(button)

    def show_tool(self, hand: Hand, size: int) -> None:
        """Mark a tool."""
        self._buttons[hand].setChecked(True)
        self.hint.setText(tool_hint(hand))
        self._size.setText(self.tr("Width {size} px").format(size=size))


def keyed_button(text: str, key: str) -> QToolButton:
    """Return a button with its word at the left and its key at the right."""
    button = QToolButton()
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setMinimumHeight(33)
    button.setAccessibleName(text)
    row = QGridLayout(button)
    row.setContentsMargins(10, 0, 10, 0)
    word, sign = label_in(button, text), label_in(button, key)
    sign.setObjectName("quiet")
    row.addWidget(word, 0, 0)
    row.addWidget(sign, 0, 1, Qt.AlignmentFlag.AlignRight)
    row.setColumnStretch(0, 1)
    return button


def label_in(parent: QWidget, text: str) -> QLabel:
    """Return a label that lets clicks through to what it lies on."""
    label = QLabel(text, parent)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return label
