"""The row of lamps: what each is called, a shape and colour, and a word."""

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QGridLayout, QLabel

from ai_afm_gui.client.values import Lamp as LampState
from ai_afm_gui.look.lamp import Lamp, Level
from ai_afm_gui.look.tones import Colours


class LampsRow(QFrame):
    """Shows the lamps of a run; who rests on one reads the whole sentence and since when."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._labels: list[QLabel] = []
        self._lamps: list[Lamp] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 4, 10, 4)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(0)

    def show_lamps(self, lamps: Sequence[LampState], tones: Colours) -> None:
        """Show the lamps of a state."""
        for place, lamp in enumerate(self._lamps):
            there = place < len(lamps)
            lamp.setVisible(there)
            self._labels[place].setVisible(there)
        while len(self._lamps) < len(lamps):
            self._add()
        shown = zip(self._labels, self._lamps, lamps, strict=False)
        for label, lamp, state in shown:
            if label.text() != state.label:
                label.setText(state.label)
            more = state.text
            if state.since is not None:
                since = f"{state.since.astimezone():%H:%M:%S}"
                more = self.tr("{sentence} (since {time})").format(sentence=more, time=since)
            lamp.show_level(Level(state.level.value), state.word, tones, more)
            if lamp.toolTip() != more:
                lamp.setToolTip(more)

    def _add(self) -> None:
        column = len(self._lamps)
        label, lamp = QLabel(), Lamp(13)
        label.setObjectName("quiet")
        self._grid.addWidget(label, 0, column, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(lamp, 1, column, Qt.AlignmentFlag.AlignLeft)
        self._grid.setColumnStretch(column, 1)
        self._labels.append(label)
        self._lamps.append(lamp)
