"""Where the parts of the Live page lie: views large, plots and log below, steering at the right."""

from collections.abc import Sequence
from typing import NamedTuple

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)


class TopLine(NamedTuple):
    """What is shown, the way back to what is under way, how far the frame is, and the run."""

    title: QLabel
    newest: QPushButton
    progress: QLabel
    run: QLabel


def left_column(
    top: TopLine, middle: Sequence[QWidget], views: QWidget, below: tuple[QWidget, QWidget]
) -> QWidget:
    """Return title, words and views, with plots and log below them.

    Parameters
    ----------
    top
        The first line.
    middle
        Lines between it and the views.
    views
        Takes all the room that is left.
    below
        Plots and log, side by side.
    """
    font = top.title.font()
    font.setBold(True)
    top.title.setFont(font)
    top.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    top.run.setObjectName("quiet")
    top.newest.hide()
    first = QHBoxLayout()
    first.setSpacing(14)
    first.addWidget(top.title, 1)
    for part in top[1:]:
        first.addWidget(part)
    under = QSplitter(Qt.Orientation.Horizontal)
    for widget in below:
        under.addWidget(widget)
    under.setSizes([350, 450])
    down = QSplitter(Qt.Orientation.Vertical)
    down.addWidget(views)
    down.addWidget(under)
    down.setSizes([520, 150])
    down.setStretchFactor(0, 1)
    down.setStretchFactor(1, 0)
    left = QWidget()
    column = QVBoxLayout(left)
    column.setContentsMargins(0, 0, 6, 0)
    column.setSpacing(4)
    column.addLayout(first)
    for widget in middle:
        column.addWidget(widget)
    column.addWidget(down, 1)
    return left


def right_column(widgets: Sequence[object]) -> QWidget:
    """Return the column of map and buttons; hidden where there are none.

    The first one gives way to the others: nothing of the buttons may be cut.
    """
    right = QWidget()
    column = QVBoxLayout(right)
    column.setContentsMargins(6, 0, 0, 0)
    column.setSpacing(8)
    kind = QSizePolicy.Policy
    for place, widget in enumerate(widgets):
        if not isinstance(widget, QWidget):
            continue
        column.addWidget(widget, 0 if place else 1)
        if place:
            widget.setSizePolicy(kind.Preferred, kind.Minimum)
    right.setVisible(bool(widgets))
    return right
