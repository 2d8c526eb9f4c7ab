"""One view of a frame: its picture, and above it what is shown and how; for other pages, too."""

import math
from collections.abc import Callable
from dataclasses import replace

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QAction, QActionGroup, QResizeEvent
from qtpy.QtWidgets import QBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from ai_afm.types import Direction, Frame
from ai_afm_gui.live.canvas import Canvas, Shown
from ai_afm_gui.live.channels import (
    Choice,
    Levelling,
    Map,
    Scale,
    first_choices,
    kept_choice,
    scale_of,
    shown_channels,
    usual,
)
from ai_afm_gui.live.maps import tables
from ai_afm_gui.live.picture import Picture
from ai_afm_gui.live.range_dialog import RangeDialog
from ai_afm_gui.live.strokes import LineLayers
from ai_afm_gui.live.viewport import Pair
from ai_afm_gui.look.tones import Colours

FLAT = (
    "QToolButton { padding: 1px 14px 1px 0; border: none; background: transparent;"
    " text-align: left; }"
)
"""The buttons above a view are words; a row of boxes would take the eye from the image."""

BESIDE, SIDE = 210, 130
"""Pixels by which a view is wider than high where its words stand beside it; their width."""


class ChannelView(QWidget):
    """A channel of a frame, live or old.

    Give it a frame with `show_frame`, call `pull` whenever there may be new rows, and lay lines
    over it with `show_over`. What a person chooses here stays for the frames that come.

    Parameters
    ----------
    tones
        Colours of the theme.
    place
        Which of the first choices it shows at first (0: height, 1: amplitude, 2: phase, ...).
    layers
        Shared with other views of the same frame; `None` for a view that stands alone.
    """

    chosen = Signal(object)
    """The `Choice` that a person has made."""

    def __init__(self, tones: Colours, place: int = 0, layers: LineLayers | None = None) -> None:
        super().__init__()
        self._tables = tables()
        self._place = place
        self._frame: Frame | None = None
        self._picture: Picture | None = None
        self._choice: Choice | None = None
        self._wanted: Choice | None = None
        self.canvas = Canvas(tones, layers)
        self._channel, self._look = QToolButton(), QToolButton()
        for button in (self._channel, self._look):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setMenu(QMenu(button))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setStyleSheet(FLAT)
        self._fill(self._channel, self._fill_channels)
        self._fill(self._look, self._fill_look)
        self._value = QLabel()
        self._value.setObjectName("quiet")
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self.show_frame(None)

    @property
    def choice(self) -> Choice | None:
        """What is shown, `None` without a frame."""
        return self._choice

    @property
    def wanted(self) -> Choice | None:
        """What a person has chosen, `None` where nobody has."""
        return self._wanted

    @property
    def picture(self) -> Picture | None:
        """The picture, `None` without a frame."""
        return self._picture

    def show_frame(self, frame: Frame | None) -> None:
        """Show another frame; what was chosen is kept where it has such a channel."""
        self._frame = frame
        self._choice = None if frame is None else self._choice_for(frame)
        self._begin()

    def choose(self, choice: Choice) -> None:
        """Show a channel in a certain way, now and for the frames that come."""
        self._wanted = choice
        if self._frame is not None:
            self._choice = self._choice_for(self._frame)
        self._begin()

    def pull(self) -> bool:
        """Show the rows that have arrived since; return whether there were any."""
        picture = self._picture
        if picture is None or not picture.update():
            return False
        self.canvas.show_scale(self._scale())
        self.canvas.update()
        return True

    def show_over(self, shown: Shown) -> None:
        """Lay lines, marks and a cut over the picture."""
        self.canvas.show_over(shown)

    def point_at(self, place: Pair | None) -> None:
        """Tell the value at a place of the frame (nm); `None` for none."""
        picture = self._picture
        if place is None or picture is None or self._choice is None:
            self._value.clear()
            return
        lines, pixels = picture.pixels.shape
        width, height = (s * 1e9 for s in picture.frame.region.size)
        column = math.floor((place[0] / width + 0.5) * pixels)
        row = math.floor((place[1] / height + 0.5) * lines)
        if not (0 <= row < lines and 0 <= column < pixels):
            self._value.clear()
            return
        value = float(picture.frame.data[self._choice.channel, self._choice.direction][row, column])
        unit = picture.unit
        scale = scale_of(unit, abs(value))
        text = self.tr("not scanned") if math.isnan(value) else f"{scale.text(value)} {scale.unit}"
        self._value.setText(text)

    def recolour(self, tones: Colours) -> None:
        """Use the colours of another theme."""
        self.canvas.tones = tones
        self.canvas.update()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put the words beside the picture where it is wide enough, else above it."""
        beside = self.width() >= self.height() + BESIDE
        way = QBoxLayout.Direction
        self._all.setDirection(way.LeftToRight if beside else way.TopToBottom)
        self._head.setDirection(way.TopToBottom if beside else way.LeftToRight)
        self._words.setFixedWidth(SIDE if beside else self.width())
        left = Qt.AlignmentFlag.AlignLeft if beside else Qt.AlignmentFlag.AlignRight
        self._value.setAlignment(left | Qt.AlignmentFlag.AlignTop)

    def _lay_out(self) -> None:
        self._words = QWidget()
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._words)
        self._head.setContentsMargins(0, 0, 0, 0)
        self._head.setSpacing(4)
        for button in (self._channel, self._look):
            self._head.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._head.addWidget(self._value, 1)
        self._all = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._all.setContentsMargins(0, 0, 0, 0)
        self._all.setSpacing(1)
        self._all.addWidget(self._words)
        self._all.addWidget(self.canvas, 1)

    def _choice_for(self, frame: Frame) -> Choice | None:
        kept = None if self._wanted is None else kept_choice(self._wanted, frame)
        first = first_choices(frame)
        return kept or (first[min(self._place, len(first) - 1)] if first else None)

    def _begin(self) -> None:
        """Make the picture of what is chosen now."""
        frame, choice = self._frame, self._choice
        if frame is None or choice is None:
            self._picture = None
        else:
            self._picture = Picture(frame, choice, self._tables)
            self._picture.update()
        table = self._tables[choice.map if choice else Map.VIRIDIS]
        self.canvas.words = self.tr("No image")
        self.canvas.show_picture(self._picture, self._scale(), table)
        self._say()

    def _scale(self) -> Scale:
        picture = self._picture
        limits = None if picture is None else picture.limits
        largest = 1.0 if limits is None else max(abs(limits[0]), abs(limits[1]))
        return scale_of("" if picture is None else picture.unit, largest)

    def _say(self) -> None:
        choice = self._choice
        there = choice is not None
        self._channel.setVisible(there)
        self._look.setVisible(there)
        if choice is None:
            return
        self._channel.setText(f"{choice.channel.replace('_', ' ')}, {self._way(choice.direction)}")
        said = {
            Levelling.NONE: self.tr("as recorded"),
            Levelling.PLANE: self.tr("plane taken off"),
            Levelling.ROWS: self.tr("row median taken off"),
        }[choice.levelling]
        held = self.tr("range held") if choice.fixed is not None else ""
        self._look.setText(", ".join(part for part in (said, held) if part))
        self._look.setToolTip(self.tr("For display only: what is stored stays as it is"))

    def _way(self, direction: Direction) -> str:
        return self.tr("trace") if direction is Direction.TRACE else self.tr("retrace")

    def _fill(self, button: QToolButton, fill: Callable[[QMenu], None]) -> None:
        menu = button.menu()
        assert menu is not None

        def refill() -> None:
            menu.clear()
            fill(menu)

        menu.aboutToShow.connect(refill)

    def _fill_channels(self, menu: QMenu) -> None:
        frame, choice = self._frame, self._choice
        if frame is None or choice is None:
            return
        group = QActionGroup(menu)
        for name, direction in shown_channels(frame):
            same = name == choice.channel
            wanted = replace(choice, direction=direction) if same else usual(frame, name, direction)
            text = f"{name.replace('_', ' ')}, {self._way(direction)}"
            self._offer(menu, group, text, wanted)

    def _fill_look(self, menu: QMenu) -> None:
        choice, picture = self._choice, self._picture
        if choice is None or picture is None:
            return
        levels = {
            Levelling.NONE: self.tr("As recorded"),
            Levelling.PLANE: self.tr("Take a plane off"),
            Levelling.ROWS: self.tr("Take the median of each row off"),
        }
        group = QActionGroup(menu)
        for level, text in levels.items():
            self._offer(menu, group, text, replace(choice, levelling=level))
        menu.addSeparator()
        names = {
            Map.VIRIDIS: self.tr("Viridis"),
            Map.CIVIDIS: self.tr("Cividis"),
            Map.GREY: self.tr("Grey"),
            Map.CYCLIC: self.tr("Cyclic, for angles"),
        }
        colours = QActionGroup(menu)
        for which, text in names.items():
            self._offer(menu, colours, text, replace(choice, map=which))
        menu.addSeparator()
        ranges = QActionGroup(menu)
        self._offer(menu, ranges, self.tr("Robust range (2 to 98 %)"), replace(choice, fixed=None))
        held = choice.fixed or picture.limits
        if held is not None:
            self._offer(menu, ranges, self.tr("Hold this range"), replace(choice, fixed=held))
        action = menu.addAction(self.tr("Set the range..."))
        if action is not None:
            action.triggered.connect(self._ask_range)

    def _offer(self, menu: QMenu, group: QActionGroup, text: str, choice: Choice) -> None:
        action = QAction(text, menu)
        action.setCheckable(True)
        action.setChecked(choice == self._choice)
        action.triggered.connect(lambda _checked=False: self._choose(choice))
        group.addAction(action)
        menu.addAction(action)

    def _choose(self, choice: Choice) -> None:
        self.choose(choice)
        self.chosen.emit(choice)

    def _ask_range(self) -> None:
        choice, picture = self._choice, self._picture
        if choice is None or picture is None or picture.limits is None:
            return
        dialog = RangeDialog(picture.limits, self._scale(), self)
        if dialog.exec():
            self._choose(replace(choice, fixed=dialog.limits))
