"""The key sheet, made of the table that binds the keys."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from ai_afm_gui.review.keys import Group, bindings, key_text
from ai_afm_gui.words import translate


class KeySheet(QDialog):
    """All keys of the page, in groups."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout()
        grid.setHorizontalSpacing(36)
        grid.setVerticalSpacing(18)
        for n, group in enumerate(Group):
            grid.addLayout(_of_group(group), n // 2, n % 2, Qt.AlignmentFlag.AlignTop)
        mouse = QLabel(self.tr("Wheel: zoom.  Middle button, or Space and drag: move the image."))
        mouse.setObjectName("quiet")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 14)
        column.setSpacing(16)
        column.addLayout(grid)
        column.addWidget(mouse)
        column.addWidget(buttons)


def group_word(group: Group) -> str:
    """Return the heading of a group."""
    return {
        Group.DRAW: translate("ReviewKeys", "Draw"),
        Group.CLASSES: translate("ReviewKeys", "Class and size"),
        Group.LOOK: translate("ReviewKeys", "Look"),
        Group.ANSWER: translate("ReviewKeys", "Answer"),
    }[group]


def _of_group(group: Group) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(3)
    grid.setColumnMinimumWidth(0, 132)
    grid.setColumnStretch(1, 1)
    heading = QLabel(group_word(group))
    heading.setObjectName("title")
    font = heading.font()
    font.setBold(True)
    heading.setFont(font)
    grid.addWidget(heading, 0, 0, 1, 2)
    for n, binding in enumerate((b for b in bindings() if b.group is group), start=1):
        key = QLabel(key_text(binding))
        grid.addWidget(key, n, 0)
        words = QLabel(binding.words)
        words.setObjectName("quiet")
        grid.addWidget(words, n, 1)
    return grid
