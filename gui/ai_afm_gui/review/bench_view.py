"""The bench of the page Review: tools, the sheet with another one beside it, the panel, answers."""

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ai_afm_gui.look.lamp import Lamp, Level
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.review import layers, words
from ai_afm_gui.review.canvas import Canvas, Sight
from ai_afm_gui.review.centrelines import Centrelines
from ai_afm_gui.review.desk import Crop, Version
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.keys import Action, bindings, key_text
from ai_afm_gui.review.shades import shaded
from ai_afm_gui.review.side_panel import SidePanel
from ai_afm_gui.review.tool_column import ToolColumn, keyed_button

CLOSER = 3.0
"""Screen pixels of an image pixel at which a place is looked at, at least."""


class BenchView(QWidget):
    """Everything that is seen while a crop is corrected.

    Parameters
    ----------
    do
        Called with an `Action` when its button is pressed.
    """

    def __init__(self, do: Callable[[Action], None]) -> None:
        super().__init__()
        keys = {b.action: key_text(b) for b in bindings()}
        self._do, self._words = do, {b.action: b for b in bindings()}
        self.sight = Sight()
        self.canvas, self.beside = Canvas(self.sight), Canvas(self.sight)
        self.tools, self.panel = ToolColumn(keys), SidePanel(keys)
        self.crop: Crop | None = None
        self.channel = 0
        self._tones: Colours | None = None
        self._version = 0
        self._lay_out()
        self._picking()
        self._history()
        for canvas in (self.canvas, self.beside):
            canvas.looked.connect(self._look_alike)
        self.canvas.pointed.connect(self._point)
        self.panel.channel_chosen.connect(self.show_channel)
        self.panel.version_chosen.connect(self.show_version)
        self.panel.opacity_chosen.connect(self._set_opacity)
        self.panel.hints_flipped.connect(lambda: self._do(Action.HINTS))
        self.beside.hide()

    def _lay_out(self) -> None:
        sheets = QHBoxLayout()
        sheets.setSpacing(2)
        sheets.addWidget(self.canvas, 1)
        sheets.addWidget(self.beside, 1)
        self._reading = QLabel()
        self._reading.setObjectName("quiet")
        self._reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._head())
        middle.addLayout(sheets, 1)
        middle.addWidget(self._foot())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tools)
        row.addLayout(middle, 1)
        row.addWidget(self.panel)

    def _head(self) -> QWidget:
        head = QFrame()
        head.setObjectName("panel")
        self._title, self._day = QLabel(), QLabel()
        self._day.setObjectName("quiet")
        self._day.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._day.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lamp = Lamp()
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 7, 12, 7)
        row.addWidget(self._title)
        row.addWidget(self._day, 1)
        row.addWidget(self.lamp)
        self.retry = QPushButton(self.tr("Try again"))
        self.retry.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.retry.hide()
        row.addWidget(self.retry)
        return head

    def _foot(self) -> QWidget:
        foot = QFrame()
        foot.setObjectName("panel")
        column = QVBoxLayout(foot)
        column.setContentsMargins(12, 5, 12, 8)
        column.setSpacing(5)
        column.addWidget(self._reading)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addStretch(1)
        column.addLayout(row)
        row.addWidget(self._button(Action.SKIP, self.tr("Skip")))
        row.addWidget(self._button(Action.UNSURE, self.tr("Unsure")))
        row.addWidget(self._button(Action.REJECT, self.tr("Reject")))
        self.accept = self._button(Action.ACCEPT, self.tr("Accept, next"))
        self.accept.setObjectName("primary")
        row.addWidget(self.accept)
        return foot

    def _picking(self) -> None:
        """Put what picks many lines at once below the tool that picks one."""
        for action, word in (
            (Action.PICK_ALL, self.tr("Pick all")),
            (Action.PICK_ALIKE, self.tr("Pick alike")),
        ):
            self.tools.add_pick(self._keyed(action, word))

    def _history(self) -> None:
        """Put what goes back, forth and on below the tools."""
        self.undo, self.redo, *others = (
            self._keyed(action, word)
            for action, word in (
                (Action.UNDO, self.tr("Undo")),
                (Action.REDO, self.tr("Redo")),
                (Action.DISAGREEMENT, self.tr("Next doubt")),
                (Action.SHEET, self.tr("Keys")),
            )
        )
        for button in (self.undo, self.redo, *others):
            self.tools.add_below(button)

    def _keyed(self, action: Action, word: str) -> QToolButton:
        binding = self._words[action]
        # two keys held and one pressed leave no room for a word
        short = binding.keys[0] if len(binding.keys[0]) <= 6 else ""
        button = keyed_button(word, short)
        button.setToolTip(f"{binding.words} ({key_text(binding)})")
        button.clicked.connect(lambda: self._do(action))
        return button

    def _button(self, action: Action, word: str) -> QPushButton:
        binding = self._words[action]
        short = binding.keys[0] if len(binding.keys[0]) <= 5 else ""
        button = QPushButton(f"{word}  {short}".strip())
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(f"{binding.words} ({key_text(binding)})")
        button.clicked.connect(lambda: self._do(action))
        return button

    def show_crop(self, crop: Crop) -> None:
        """Show another crop."""
        self.crop, window = crop, crop.item.place.window
        self.channel = _best_channel(crop, self.channel)
        self.canvas.show_crop(window, crop.drawing)
        self.panel.show_crop(crop)
        self._title.setText(self.tr("Crop {number}").format(number=crop.item.id))
        self.say("")
        self.show_channel(self.channel)
        self.show_version(min(self._version, len(crop.versions)))
        self.canvas.fit()
        self.show_tool()

    def show_channel(self, number: int) -> None:
        """Show another channel, counted from 0; beyond the last one comes the first."""
        if self.crop is None:
            return
        self.channel = number % len(self.crop.pictures)
        picture = self.crop.pictures[self.channel]
        levels = shaded(picture.name, picture.image, self.crop.item.place.window)
        blank = QColor(self._tones.line if self._tones else "#363d49")
        image = layers.grey_image(levels, blank)
        for canvas in (self.canvas, self.beside):
            canvas.show_image(image)
        self.panel.show_image(image, self.crop)
        self.panel.channel.setCurrentIndex(self.channel)

    def show_version(self, number: int) -> None:
        """Show what another model or person has drawn beside the sheet; 0 shows nothing."""
        if self.crop is None:
            return
        self._version = number if self.crop.versions else 0
        self.panel.version.setCurrentIndex(self._version)
        if self._version:
            version = self.crop.versions[self._version - 1]
            self.beside.show_crop(self.crop.item.place.window, None)
            self.beside.show_others(version.label, Centrelines.of(version.label))
            self.beside.title = self.tr("{who}: for comparison").format(who=version.who)
            self.canvas.title = self.tr("Yours")
        else:
            self.canvas.title = ""
        self.beside.setVisible(bool(self._version))
        self.show_channel(self.channel)

    def next_version(self) -> None:
        """Show the next version, after the last one none."""
        if self.crop is not None:
            self.show_version((self._version + 1) % (len(self.crop.versions) + 1))

    def other_version(self) -> Version | None:
        """Return what is shown beside, `None` without one."""
        return self.crop.versions[self._version - 1] if self.crop and self._version else None

    def look_at(self, place: tuple[float, float] | None, text: str) -> None:
        """Bring a place to the middle and say why; `None` shows none."""
        canvas, camera = self.canvas, self.sight.camera
        canvas.place = place
        if place is not None:
            closer = camera.zoomed(max(CLOSER / camera.scale, 1.0), 0.0, 0.0)
            size = float(canvas.width()), float(canvas.height())
            self.sight.camera, self.sight.fits = closer.centred(place, size), False
        self.say(text)
        canvas.looked.emit()

    def show_tool(self) -> None:
        """Mark tool, class and size, and what can be undone."""
        if self.crop is None:
            return
        drawing: Drawing = self.crop.drawing
        self.tools.show_tool(drawing.tool, drawing.size)
        fills = drawing.tool.value == "fill"
        self.panel.show_class(drawing.fill_code if fills else drawing.code)
        self.panel.hints.setChecked(drawing.picking.shows_hints)
        self.undo.setEnabled(drawing.editor.undos > 0 or drawing.trace is not None)
        self.redo.setEnabled(drawing.editor.redos > 0)
        self.canvas.follow()

    def show_day(self, text: str) -> None:
        """Tell what was done today."""
        if self._day.text() != text:
            self._day.setText(text)
            self._day.setToolTip(text)

    def show_saved(self, pending: int, strokes: int, error: str) -> None:
        """Tell what is on the disk."""
        level = Level.BAD if error else Level.WARN if pending else Level.GOOD
        if self._tones is not None:
            text = words.saved(pending, strokes, error)
            short = text if len(text) < 40 else self.tr("Not saved")
            self.lamp.show_level(level, short, self._tones, text)
        self.retry.setVisible(bool(error))

    def say(self, text: str) -> None:
        """Say something in the line below the sheet."""
        self._reading.setText(text)
        self._reading.setToolTip(text)

    def use_tones(self, tones: Colours) -> None:
        """Take the colours of a theme."""
        self._tones = tones
        for canvas in (self.canvas, self.beside):
            canvas.use_tones(tones)
        self.show_channel(self.channel)

    def _look_alike(self) -> None:
        self.panel.show_opacity(self.sight.opacity)
        for canvas in (self.canvas, self.beside):
            canvas.refresh()

    def _set_opacity(self, opacity: float) -> None:
        self.sight.opacity = opacity
        self._look_alike()

    def _point(self, point: tuple[float, float] | None) -> None:
        if point is not None and self.crop is not None and not self.canvas.place:
            self.say(readings_at(self.crop, self.channel, point))


def readings_at(crop: Crop, channel: int, point: tuple[float, float]) -> str:
    """Return what is known of a pixel."""
    row, column = round(point[0]), round(point[1])
    if not (0 <= row < crop.line.shape[0] and 0 <= column < crop.line.shape[1]):
        return ""
    picture, window = crop.pictures[channel], crop.item.place.window
    value = float(window.of(picture.image)[row, column])
    parts = [
        f"row {row}, pixel {column}",
        f"{picture.name} {words.reading(value, picture.unit)}",
        f"line {100 * float(crop.line[row, column]):.0f} %",
    ]
    return "   ".join(parts)


def _best_channel(crop: Crop, last: int) -> int:
    """Return the channel that was shown last, at first the one that shows walls best."""
    names = [p.name for p in crop.pictures]
    if last:
        return last % len(names)
    for name in ("phase", "amplitude"):
        if name in names:
            return names.index(name)
    return 0
