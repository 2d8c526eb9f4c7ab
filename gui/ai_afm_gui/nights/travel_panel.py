"""Time travel: the image, the prediction, the decision and the model as they were at a moment."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from ai_afm.errors import AfmError
from ai_afm.image.scan_layout import read_scan
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import Frame
from ai_afm_gui.live.canvas import Shown
from ai_afm_gui.live.overlay import Line
from ai_afm_gui.live.view import ChannelView
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.nights.book import Book, Shot
from ai_afm_gui.nights.latest import Latest
from ai_afm_gui.nights.moments import Moment, frame_at, lines_at, moment, words_of
from ai_afm_gui.nights.morning import read_lines

STEPS = 10_000
"""Positions of the slider over the time of a run."""


@dataclass(frozen=True, slots=True, eq=False)
class Then:
    """A frame as it was, with the lines that were seen in it."""

    key: tuple[str, int, int, int]
    frame: Frame | None
    lines: tuple[Line, ...]


class Past:
    """Reads frames for moments, in a thread; the last frame is kept, for the slider moves on it."""

    def __init__(self, folder: Path) -> None:
        self._run = RunFolder(folder)
        self._kept: tuple[Shot, Frame, tuple[Line, ...]] | None = None

    def read(self, now: Moment) -> Then:
        """Return the frame of a moment."""
        shot = now.shot
        if shot is None or shot.kind == "path":
            return Then(key_of(now), None, ())
        if self._kept is None or self._kept[0] != shot:
            files = {"scan": self._run.scan_file, "map": self._run.map_file}
            try:
                frame = read_scan(files[shot.kind](shot.number)).frame
            except (AfmError, OSError):
                return Then(key_of(now), None, ())
            self._kept = shot, frame, read_lines(self._run, shot)
        _, frame, lines = self._kept
        return Then(key_of(now), frame_at(frame, now.rows), lines_at(lines, frame, now.predicted))


def key_of(now: Moment) -> tuple[str, int, int, int]:
    """Return what tells the image of a moment from that of another."""
    shot = now.shot
    if shot is None:
        return "", 0, 0, 0
    return shot.kind, shot.number, now.rows, now.predicted


class TravelPanel(QWidget):
    """A slider over the time of a run.

    Parameters
    ----------
    tones
        Colours of the theme.
    """

    def __init__(self, tones: Colours) -> None:
        super().__init__()
        self.view = ChannelView(tones)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(STEPS // 50)
        self.slider.valueChanged.connect(lambda _value: self._go())
        self.earlier = QPushButton(self.tr("Decision before"))
        self.later = QPushButton(self.tr("Decision after"))
        self.earlier.clicked.connect(lambda: self.step(-1))
        self.later.clicked.connect(lambda: self.step(1))
        self.words = {
            name: QLabel() for name in ("when", "frame", "prediction", "decision", "model")
        }
        for label in self.words.values():
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._reads: Latest[Then] = Latest("past")
        self._past: Past | None = None
        self._book: Book | None = None
        self._shown: tuple[str, int, int, int] | None = None
        self.now: Moment | None = None
        self._lay_out()

    def recolour(self, tones: Colours) -> None:
        """Take over the colours of a theme."""
        self.view.recolour(tones)

    def show_book(self, book: Book | None) -> None:
        """Travel in another run, or in one that has gone on."""
        other = book is None or self._book is None or book.folder != self._book.folder
        self._book = book
        if book is None:
            self._past, self.now, self._shown = None, None, None
            self.view.show_frame(None)
            return
        if other:
            self._past, self._shown = Past(book.folder), None
            self.slider.setValue(STEPS)
        self._go()

    def tick(self) -> None:
        """Show what was read since."""
        then = self._reads.take()
        if then is None or then.key == self._shown:
            return
        self._shown = then.key
        self.view.show_frame(then.frame)
        self.view.show_over(Shown(lines=then.lines))

    def step(self, by: int) -> None:
        """Go to the moment of the next decision, or of the one before."""
        book, now = self._book, self.now
        if book is None or now is None or book.began is None or book.last is None:
            return
        # a little after a decision, so that what it has begun is there
        times = [d.time for d in book.decisions]
        ahead = [t for t in times if t > now.time + 1e-3]
        behind = [t for t in times if t < now.time - self._moment_of_one(book) - 1e-3]
        found = ahead[:1] if by > 0 else behind[-1:]
        if found:
            share = (found[0] - book.began) / max(book.last - book.began, 1e-9)
            self.slider.setValue(min(int(share * STEPS) + 1, STEPS))

    def shut(self) -> None:
        """End the thread."""
        self._reads.close()

    def _moment_of_one(self, book: Book) -> float:
        assert book.began is not None
        assert book.last is not None
        return (book.last - book.began) / STEPS

    def _go(self) -> None:
        book, past = self._book, self._past
        if book is None or past is None or book.began is None or book.last is None:
            return
        share = self.slider.value() / STEPS
        self.now = moment(book, book.began + share * (book.last - book.began))
        for name, text in words_of(book, self.now).items():
            self.words[name].setText(text)
        if key_of(self.now) != self._shown:
            self._reads.ask(partial(past.read, self.now))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignTop)
        form.setVerticalSpacing(10)
        names = {
            "when": self.tr("When"),
            "frame": self.tr("Frame"),
            "prediction": self.tr("Prediction"),
            "decision": self.tr("Decision"),
            "model": self.tr("Model"),
        }
        for name, label in self.words.items():
            head = QLabel(names[name])
            head.setObjectName("quiet")
            form.addRow(head, label)
        right = QVBoxLayout()
        right.addLayout(form)
        right.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self.view, 3)
        middle.addLayout(right, 2)
        bottom = QHBoxLayout()
        bottom.addWidget(self.earlier)
        bottom.addWidget(self.slider, 1)
        bottom.addWidget(self.later)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.addLayout(middle, 1)
        column.addLayout(bottom)
