"""Boxes of the steering panel: control that is to be taken, a move that waits, more authority."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from ai_afm.types import Authority
from ai_afm_gui.client import Decision
from ai_afm_gui.steer.hold_button import HoldButton
from ai_afm_gui.steer.words import authority_meaning, authority_word


class _Box(QFrame):
    """A box of the panel, hidden until it has something to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(8, 6, 8, 8)
        self.hide()


class TakeControl(_Box):
    """Says that the window only watches; control is taken by holding a button."""

    taken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.whose = QLabel()
        self.whose.setWordWrap(True)
        self.button = HoldButton(self.tr("Hold to take control"))
        self.button.held.connect(self.taken)
        self.rows.addWidget(self.whose)
        self.rows.addWidget(self.button)

    def show_starter(self, who: str) -> None:
        """Say who began the run."""
        words = self.tr("This window only watches: the run was begun elsewhere, by {who}.")
        self.whose.setText(words.format(who=who))


class Proposal(_Box):
    """A move that waits for a person, with its reason."""

    decided = Signal(str)
    """ "approve" or "decline"."""

    def __init__(self) -> None:
        super().__init__()
        title = QLabel(self.tr("Proposed, and waits for you"))
        title.setStyleSheet("font-weight: 600;")
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self.approve = QPushButton(self.tr("Approve"))
        self.approve.setObjectName("primary")
        self.decline = QPushButton(self.tr("Decline"))
        self.decline.setToolTip(self.tr("The run looks for another move"))
        self._buttons = {"approve": self.approve, "decline": self.decline}
        for do, button in self._buttons.items():
            button.clicked.connect(lambda _, name=do: self.decided.emit(name))
        buttons = QHBoxLayout()
        buttons.addWidget(self.approve, 2)
        buttons.addWidget(self.decline, 1)
        self.rows.addWidget(title)
        self.rows.addWidget(self.reason)
        self.rows.addLayout(buttons)

    def show_move(self, move: Decision | None, may: frozenset[str], *, controlled: bool) -> None:
        """Show the move that waits.

        Parameters
        ----------
        move
            `None` where none waits.
        may
            Commands that can be sent.
        controlled
            Whether this window has control; without, there is nothing to click.
        """
        self.setVisible(move is not None)
        if move is None:
            return
        self.reason.setText(move.reason)
        for do, button in self._buttons.items():
            button.setVisible(controlled)
            button.setEnabled(do in may)


class MoreAuthority(_Box):
    """Asks for a name before a run may do more by itself."""

    confirmed = Signal(str)
    """The name that was typed."""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Type your name"))
        self.allow, cancel = QPushButton(self.tr("Allow it")), QPushButton(self.tr("Cancel"))
        self.allow.clicked.connect(self._confirm)
        self.name.returnPressed.connect(self._confirm)
        self.name.textChanged.connect(lambda text: self.allow.setEnabled(bool(text.strip())))
        cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.allow)
        row.addWidget(cancel)
        self.rows.addWidget(self.words)
        self.rows.addLayout(row)

    def ask(self, wanted: Authority, now: Authority) -> None:
        """Ask who answers for more authority."""
        words = self.tr("{wanted}: {meaning} That is more than {now}; a person answers for it.")
        self.words.setText(
            words.format(
                wanted=authority_word(wanted),
                meaning=authority_meaning(wanted),
                now=authority_word(now),
            )
        )
        self.name.clear()
        self.allow.setEnabled(False)
        self.show()
        self.name.setFocus()

    def _confirm(self) -> None:
        name = self.name.text().strip()
        if name:
            self.confirmed.emit(name)
