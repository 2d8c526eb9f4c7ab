"""The map of the piezo range on the Live page: where the run was, is and goes; ask for a region."""

from qtpy.QtCore import QEvent
from qtpy.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ai_afm.types import ScanRegion
from ai_afm_gui.client import Answer, RunState
from ai_afm_gui.context import Context
from ai_afm_gui.look.palette import colours
from ai_afm_gui.steer.canvas import MapCanvas
from ai_afm_gui.steer.canvas_model import Kind
from ai_afm_gui.steer.control import control_of
from ai_afm_gui.steer.editor import rounded
from ai_afm_gui.steer.legend import Legend
from ai_afm_gui.steer.map_model import OVER, MapModel, asked
from ai_afm_gui.steer.preview import wish_args
from ai_afm_gui.steer.thumbnails import Thumbnails


class MapView(QWidget):
    """The map of a run; a drawn rectangle becomes a wish, or forbidden ground.

    Parameters
    ----------
    context
        What the pages share.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._control = context, control_of(context)
        self._model, self._fitted = MapModel(), False
        self._state: RunState | None = None
        self.canvas = MapCanvas(colours(dark=context.dark))
        self._thumbnails = Thumbnails()
        self._legend = Legend(colours(dark=context.dark))
        self._answer, self._good = QLabel(), True
        self._strip = self._made_strip()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._made_tools())
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self._strip)
        layout.addWidget(self._legend)
        self.canvas.edited.connect(self._edited)
        self._control.changed.connect(self._again)
        context.run_changed.connect(self._other_run)
        self._legal = True
        self._edited(None)

    def _made_tools(self) -> QHBoxLayout:
        self._draw = QPushButton(self.tr("Draw a region"))
        self._draw.setCheckable(True)
        self._draw.setToolTip(
            self.tr("Draw a rectangle on the map (Shift: square) and ask the run to scan it")
        )
        self._draw.toggled.connect(self.canvas.draw_next)
        whole = QToolButton()
        whole.setText(self.tr("Range"))
        whole.setToolTip(self.tr("Show all that the scanner can reach"))
        whole.clicked.connect(lambda _: self.canvas.fit())
        frame = QToolButton()
        frame.setText(self.tr("Run"))
        frame.setToolTip(self.tr("Show all that was and will be scanned, and follow it"))
        frame.clicked.connect(self.canvas.follow)
        row = QHBoxLayout()
        row.addWidget(self._draw, 1)
        row.addWidget(whole)
        row.addWidget(frame)
        return row

    def _made_strip(self) -> QFrame:
        strip = QFrame()
        strip.setObjectName("panel")
        self._where, self._effort = QLabel(), QLabel()
        self._effort.setObjectName("quiet")
        for label in (self._where, self._effort, self._answer):
            label.setWordWrap(True)
        self._ask = QPushButton(self.tr("Ask for it"))
        self._ask.setObjectName("primary")
        self._ask.clicked.connect(lambda: self._send("wish"))
        self._forbid = QPushButton(self.tr("Forbid it"))
        self._forbid.clicked.connect(lambda: self._send("forbid"))
        self._stay = QPushButton(self.tr("Stay in it"))
        self._stay.clicked.connect(lambda: self._send("limits"))
        self._discard = QPushButton(self.tr("Discard"))
        self._discard.clicked.connect(self._drop)
        buttons = QGridLayout()
        for place, button in enumerate((self._ask, self._discard, self._forbid, self._stay)):
            buttons.addWidget(button, place // 2, place % 2)
        layout = QVBoxLayout(strip)
        layout.setContentsMargins(8, 6, 8, 8)
        layout.setSpacing(4)
        layout.addWidget(self._where)
        layout.addWidget(self._effort)
        layout.addWidget(self._answer)
        layout.addLayout(buttons)
        return strip

    def show_state(self, state: RunState) -> None:
        """Draw the newest state of the run."""
        if state is self._state:
            return
        self._state = state
        self._control_region_reach()
        self.canvas.show_picture(self._model.picture(state, self._control.known))
        self.canvas.show_images(self._thumbnails.images(state))
        self._legend.show_kinds(tuple(k for k in self.canvas.picture.kinds if k is not Kind.RANGE))
        self._allow()
        if not self._fitted and state.facts.range is not None:
            self._fitted = True
            self.canvas.follow()

    def shut(self) -> None:
        """End what reads images beside the window."""
        self._thumbnails.close()

    def changeEvent(self, event: QEvent | None) -> None:
        """Follow the theme."""
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            tones = colours(dark=self._context.dark)
            self.canvas.use(tones)
            self._legend.use(tones)
            self._colour_answer()
        super().changeEvent(event)

    def _control_region_reach(self) -> None:
        state = self._state
        self.canvas.editor.reach = None if state is None else state.limits.region

    def _again(self) -> None:
        """Draw the same state anew: more is known of the run."""
        state, self._state = self._state, None
        if state is not None:
            self.show_state(state)
            self._edited(self.canvas.editor.region)

    def _other_run(self) -> None:
        self._state, self._model, self._fitted = None, MapModel(), False
        self._drop()

    def _edited(self, region: ScanRegion | None) -> None:
        self._draw.setChecked(self.canvas.editor.drawing)
        self._strip.setVisible(region is not None)
        self._legend.setVisible(region is None)
        self._say("", good=True)
        if region is None or self._state is None:
            self.canvas.show_hand(region)
            return
        meant = asked(rounded(region), self._state, self._control.known)
        self._legal = meant.legal
        self.canvas.show_hand(region, legal=meant.legal)
        self._where.setText(meant.where)
        self._effort.setText(meant.effort)
        self._effort.setVisible(bool(meant.effort))
        if meant.preview is not None and not meant.legal:
            refusal = self.tr("The guard would refuse: {why}").format(why=meant.preview.refusal)
            self._say(refusal, good=False)
        why = self._allow()
        if why and meant.legal:
            self._say(why, good=True)

    def _allow(self) -> str:
        """Enable what can be done; return why nothing can, "" where it can."""
        over = self._state is None or self._state.phase in OVER
        may = self._control.may("wish") and not over
        self._ask.setEnabled(may and self._legal)
        why = ""
        if over:
            why = self.tr("This run is over: nothing can be asked of it.")
        elif not may:
            why = self.tr("Take control first; until then this window only watches.")
        self._ask.setToolTip(why)
        for button, meaning in (
            (self._forbid, self.tr("Nothing touches it from the next move on")),
            (self._stay, self.tr("Nothing leaves it from the next move on")),
        ):
            button.setEnabled(may)
            forever = self.tr("{what}; this run cannot take it back").format(what=meaning)
            button.setToolTip(why or forever)
        return why

    def _send(self, do: str) -> None:
        region = self.canvas.editor.region
        if region is None:
            return
        args = wish_args(rounded(region))
        if self._control.ask(do, {"region": args} if do == "limits" else args, self._heard):
            self._ask.setEnabled(False)
            self._say(self.tr("Asked; the run answers between two lines."), good=True)

    def _heard(self, answer: Answer) -> None:
        if answer.ok:
            self._drop()
            self._context.said.emit(answer.text)
            if answer.do == "forbid":
                self._control.read_again()
            return
        self._allow()
        self._say(self.tr("Refused: {why}").format(why=answer.text), good=False)

    def _drop(self) -> None:
        self.canvas.editor.set(None)
        self.canvas.draw_next(False)
        self._edited(None)

    def _say(self, text: str, *, good: bool) -> None:
        self._good = good
        self._colour_answer()
        self._answer.setText(text)
        self._answer.setVisible(bool(text))

    def _colour_answer(self) -> None:
        tones = colours(dark=self._context.dark)
        self._answer.setStyleSheet(f"color: {tones.text if self._good else tones.bad};")
