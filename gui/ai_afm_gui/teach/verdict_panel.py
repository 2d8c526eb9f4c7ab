"""The gate's verdict: a lamp with its word, why in sentences, and each rule with its number."""

from qtpy.QtCore import Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from ai_afm_gui.look.lamp import Lamp, Level
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.teach.verdict import Verdict


class VerdictPanel(QWidget):
    """Shows a `Verdict`, or why there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.lamp = Lamp(20)
        self._headline, self._why = QLabel(), QLabel()
        self._headline.setStyleSheet("font-size: 16px; font-weight: 600;")
        self._why.setObjectName("quiet")
        for label in (self._headline, self._why):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.rules = QTreeWidget()
        self.rules.setRootIsDecorated(False)
        self.rules.setAlternatingRowColors(True)
        self.rules.setHeaderLabels(
            [
                self.tr("Verdict"),
                self.tr("Rule"),
                self.tr("On"),
                self.tr("Found"),
                self.tr("Limit"),
                self.tr("95 % interval"),
                self.tr("Measured in"),
            ]
        )
        header = self.rules.header()
        assert header is not None
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        # the slice is said in full where the mouse rests; number and limit have to be in sight
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(2, 170)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(self.lamp, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._headline)
        column.addWidget(self._why)
        column.addWidget(self.rules, 100)
        column.addStretch(1)

    @property
    def headline(self) -> str:
        """The sentence beside the lamp."""
        return self._headline.text()

    @property
    def why(self) -> str:
        """The sentences below it."""
        return self._why.text()

    def show_verdict(self, verdict: Verdict | None, tones: Colours) -> None:
        """Show a verdict; `None` where no gate has judged the model."""
        self.rules.clear()
        self.rules.setVisible(verdict is not None)
        if verdict is None:
            self.lamp.show_level(Level.UNKNOWN, self.tr("not judged"), tones)
            self._headline.setText(self.tr("No gate has judged this model in this lab."))
            self._why.setText("")
            return
        word = self.tr("passed") if verdict.passed else self.tr("refused")
        self.lamp.show_level(Level.GOOD if verdict.passed else Level.BAD, word, tones)
        self._headline.setText(verdict.headline)
        self._why.setText("\n".join([*verdict.refusals, verdict.gain]).strip())
        for row in verdict.rows:
            where = "    " * row.depth + row.where
            item = QTreeWidgetItem(
                [row.verdict, row.rule, where, row.value, row.limit, row.interval, row.unit]
            )
            for column in range(self.rules.columnCount()):
                item.setToolTip(column, row.words)
            if row.holds is False:
                item.setForeground(0, QColor(tones.bad))
            elif row.holds is None:
                item.setForeground(0, QColor(tones.warn))
            self.rules.addTopLevelItem(item)
