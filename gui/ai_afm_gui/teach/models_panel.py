"""The models of a lab in their line of descent, and the two ways: on, and back."""

from collections.abc import Iterable

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor, QFont
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from ai_afm.flywheel.model_records import ModelState
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.teach.lab_books import Books
from ai_afm_gui.teach.model_lines import ModelLine
from ai_afm_gui.teach.named import state_word
from ai_afm_gui.teach.promotion import promotion, way_back
from ai_afm_gui.teach.verdict import Branch, tree_of

_SPEC = Qt.ItemDataRole.UserRole


class ModelsPanel(QFrame):
    """Lists models; what is chosen can be promoted, and the active one can be left again."""

    chosen = Signal(str)
    """Name of the model that is looked at."""
    promote_wanted = Signal(str, str)
    """Model and reason."""
    rollback_wanted = Signal(str)
    """Reason."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._title = QLabel(self.tr("Models"))
        self._title.setObjectName("title")
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([self.tr("Model"), self.tr("State"), self.tr("F1")])
        self.tree.setIndentation(12)
        header = self.tree.header()
        assert header is not None
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.currentItemChanged.connect(self._choose)
        self.reason = QComboBox()
        self.reason.setEditable(True)
        self.reason.setToolTip(self.tr("Why, in words; it is kept with the change"))
        editor = self.reason.lineEdit()
        assert editor is not None
        editor.setPlaceholderText(self.tr("Why? Choose or type a reason"))
        self.reason.addItems(
            [
                self.tr("better on our own material"),
                self.tr("finds nothing on this sample"),
                self.tr("draws lines where there are none"),
                self.tr("names walls wrongly"),
            ]
        )
        self.reason.setCurrentIndex(-1)
        self.reason.editTextChanged.connect(lambda _text: self._refresh())
        self.live = QCheckBox(self.tr("In live runs, too"))
        self.live.setToolTip(self.tr("Without it a promoted model is used from the next run on"))
        self.promote = QPushButton()
        self.promote.clicked.connect(self._promote)
        self.rollback = QPushButton(self.tr("Roll back"))
        self.rollback.clicked.connect(lambda: self.rollback_wanted.emit(self._why()))
        self._note, self._answer = QLabel(), QLabel()
        self._note.setObjectName("quiet")
        for label in (self._note, self._answer):
            label.setWordWrap(True)
        self._books: Books | None = None
        self._busy = False
        self._lay_out()
        self._refresh()

    @property
    def model(self) -> str:
        """Name of the model that is looked at, empty for none."""
        item = self.tree.currentItem()
        return "" if item is None else str(item.data(0, _SPEC))

    @property
    def note(self) -> str:
        """Why nothing can be done with the model, or what will happen."""
        return self._note.text()

    @property
    def answer(self) -> str:
        """What came of the last change."""
        return self._answer.text()

    def show_books(self, books: Books, tones: Colours, model: str) -> None:
        """Show the models of a lab, and look at one of them."""
        self._books = books
        self.tree.blockSignals(True)
        self.tree.clear()
        for branch in tree_of({m.model: m.parents for m in books.models}):
            self.tree.addTopLevelItem(self._item(branch, books, tones))
        self.tree.expandAll()
        wanted = model or books.active
        found = [i for i in _all_items(self.tree) if i.data(0, _SPEC) == wanted]
        if found:
            self.tree.setCurrentItem(found[0])
        self.tree.blockSignals(False)
        self._refresh()

    def show_busy(self, busy: bool) -> None:
        """Say whether a change is under way, so that no second one is begun."""
        if busy != self._busy:
            self._busy = busy
            self._refresh()

    def say(self, words: str) -> None:
        """Show what came of a change."""
        self._answer.setText(words)

    def _item(self, branch: Branch, books: Books, tones: Colours) -> QTreeWidgetItem:
        line = books.model(branch.model)
        assert line is not None
        state = self.tr("broken") if line.fault else _state(line, self.tr("ships"))
        f1 = "" if line.f1 is None else f"{line.f1:.3f}"
        item = QTreeWidgetItem([branch.model, state, f1])
        item.setData(0, _SPEC, branch.model)
        item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        where = self.tr("measured by the gate on the lab's simulated golden crops")
        told = self.tr("as its card tells; not comparable with other models")
        item.setToolTip(0, line.fault or line.data)
        item.setToolTip(
            2, self.tr("F1 of any line at 2 px, ") + (where if line.from_gate else told)
        )
        if not line.from_gate:
            item.setForeground(2, QColor(tones.quiet))
        if line.fault:
            item.setForeground(1, QColor(tones.bad))
        elif line.active:
            item.setForeground(1, QColor(tones.good))
            font = QFont()
            font.setBold(True)
            item.setFont(0, font)
        item.addChildren([self._item(child, books, tones) for child in branch.children])
        return item

    def _choose(self) -> None:
        self._refresh()
        if self.model:
            self.chosen.emit(self.model)

    def _promote(self) -> None:
        self.promote_wanted.emit(self.model, self._why())

    def _why(self) -> str:
        return self.reason.currentText().strip()

    def _refresh(self) -> None:
        books = self._books
        if books is None:
            self.promote.setVisible(False)
            self.rollback.setEnabled(False)
            return
        step, (back, no_way) = promotion(books, self.model), way_back(books)
        reasoned = bool(self._why())
        self.promote.setVisible(bool(step.action))
        self.live.setVisible(bool(step.action))
        self.promote.setText(step.action)
        self.promote.setEnabled(not step.why_not and reasoned and not self._busy)
        self.rollback.setEnabled(bool(back) and reasoned and not self._busy)
        self.rollback.setToolTip(no_way or self.tr("Back to {model}").format(model=back))
        notes = [step.why_not] if step.why_not else []
        if not reasoned and (back or (step.action and not step.why_not)):
            notes.append(self.tr("A change needs a reason."))
        self._note.setText(" ".join(notes))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.promote)
        buttons.addWidget(self.live)
        buttons.addStretch(1)
        buttons.addWidget(self.rollback)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        for widget in (self._title, self.tree, self._note, self.reason):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addWidget(self._answer)
        column.setStretchFactor(self.tree, 1)


def _state(line: ModelLine, ships: str) -> str:
    if line.state is not None:
        return state_word(line.state)
    return state_word(ModelState.ACTIVE) if line.active else ships


def _all_items(tree: QTreeWidget) -> Iterable[QTreeWidgetItem]:
    waiting = [tree.topLevelItem(k) for k in range(tree.topLevelItemCount())]
    while waiting:
        item = waiting.pop(0)
        if item is not None:
            yield item
            waiting += [item.child(k) for k in range(item.childCount())]
