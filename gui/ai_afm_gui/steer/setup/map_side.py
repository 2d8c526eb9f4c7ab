"""The map beside the pages of the wizard: consent as it is painted, and what is planned."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ai_afm.errors import ConfigError
from ai_afm.types import ScanRegion
from ai_afm_gui.look.palette import Colours
from ai_afm_gui.steer.canvas import MapCanvas
from ai_afm_gui.steer.canvas_model import Kind
from ai_afm_gui.steer.legend import Legend
from ai_afm_gui.steer.setup.draft import Draft
from ai_afm_gui.steer.setup.dry import DryRun, picture


class MapSide(QWidget):
    """The canvas with its legend and two ways to look at it."""

    edited = Signal(object)
    """The rectangle under the hand, a `ScanRegion` or None."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.canvas, self._legend = MapCanvas(colours), Legend(colours)
        self.canvas.edited.connect(self.edited)
        self._looked = False
        whole, plan = QToolButton(), QToolButton()
        whole.setText(self.tr("Whole range"))
        whole.clicked.connect(lambda _: self.canvas.fit())
        plan.setText(self.tr("Plan"))
        plan.setToolTip(self.tr("Show what is planned and painted as large as it goes"))
        plan.clicked.connect(self.show_near)
        tools = QHBoxLayout()
        tools.addStretch(1)
        tools.addWidget(whole)
        tools.addWidget(plan)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(tools)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self._legend)

    @property
    def drawing(self) -> bool:
        """Whether the next drag draws a new rectangle."""
        return self.canvas.editor.drawing

    def use(self, colours: Colours) -> None:
        """Paint in the colours of another theme."""
        self.canvas.use(colours)
        self._legend.use(colours)

    def look_anew(self) -> None:
        """Fit the map to the next plan."""
        self._looked = False

    def show_plan(self, draft: Draft, dry: DryRun | None) -> None:
        """Show consent and planned frames, as far as they are known and right."""
        try:
            config = draft.config()
        except ConfigError:
            return
        if dry is not None:
            self.canvas.editor.reach = dry.allowed
        self.canvas.show_picture(picture(dry, config))
        self._legend.show_kinds(self.canvas.picture.kinds)
        if dry is not None and not self._looked:
            self._looked = True
            self.show_near()

    def show_near(self) -> None:
        """Show what is planned and painted as large as it goes."""
        shapes = (*self.canvas.picture.ground, *self.canvas.picture.coming)
        near = [s for s in shapes if s.kind not in (Kind.RANGE, Kind.ALLOWED)]
        self.canvas.fit_shapes(near or list(shapes))

    def show_hand(self, region: ScanRegion | None) -> None:
        """Put a rectangle under the hand."""
        self.canvas.draw_next(False)
        self.canvas.show_hand(region)

    def draw_next(self) -> None:
        """Have the next drag draw a rectangle."""
        self.canvas.show_hand(None)
        self.canvas.draw_next()
        self.canvas.setFocus()
