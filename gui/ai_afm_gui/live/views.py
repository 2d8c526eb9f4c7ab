"""The four views of one frame: they move together, and share lines, marks and a cut."""

from collections.abc import Callable

from qtpy.QtCore import Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QGridLayout, QWidget

from ai_afm.types import ClassCode, Frame
from ai_afm_gui.client.state import Seen, View
from ai_afm_gui.live import presenter
from ai_afm_gui.live.canvas import Shown
from ai_afm_gui.live.channels import Choice
from ai_afm_gui.live.overlay import Cut, Line, crossings, cut
from ai_afm_gui.live.picture import Pixels, Tint, veil
from ai_afm_gui.live.strokes import LineLayers, Mark
from ai_afm_gui.live.tracer import Tracer
from ai_afm_gui.live.view import ChannelView
from ai_afm_gui.live.viewport import Pair, Viewport
from ai_afm_gui.look.tones import DARK, Colours

COUNT = 4
PATH = "path"
"""Kind of a view whose rows are sweeps, wherever they lie: nothing is measured on it."""


class FourViews(QWidget):
    """Shows a `View` in four channels.

    Parameters
    ----------
    tones
        Colours of the theme.
    tracer
        Draws the lines, in a thread of its own.
    """

    cut_moved = Signal()
    """Another cut is to be shown."""
    picked = Signal()
    """A person has chosen the view that scope and cut belong to, or what it shows."""

    def __init__(self, tones: Colours, tracer: Tracer) -> None:
        super().__init__()
        self._tones, self._tracer = tones, tracer
        layers = LineLayers()
        self.views = tuple(ChannelView(tones, place, layers) for place in range(COUNT))
        self.with_lines, self.with_veil, self.with_cut = True, False, False
        self._view: View | None = None
        self._frame: Frame | None = None
        self._ends: tuple[Pair, Pair] | None = None
        self._veil: tuple[Seen, Colours, Pixels] | None = None
        self._over: tuple[object, ...] | None = None
        self._picked = 0
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for place, view in enumerate(self.views):
            grid.addWidget(view, place // 2, place % 2)
            view.canvas.moved.connect(self._follow)
            view.canvas.pointed.connect(self._point)
            view.canvas.cut_moved.connect(self._move_cut)
            view.canvas.pressed.connect(self._picker(place))
            view.chosen.connect(self._picker(place))
        for side in range(2):
            grid.setRowStretch(side, 1)
            grid.setColumnStretch(side, 1)
        self._mark_picked()

    @property
    def active(self) -> ChannelView:
        """The view that scope and cut belong to."""
        return self.views[self._picked]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that are known of the frame, whether they are shown or not."""
        view = self._view
        if view is None or view.kind == PATH:
            return ()
        traced = self._tracer.lines(view.seen, view.frame.region)
        return () if traced is None else traced.lines

    @property
    def classes(self) -> frozenset[ClassCode]:
        """The classes of the lines that are shown."""
        return frozenset(line.code for line in self.lines) if self.with_lines else frozenset()

    @property
    def complete(self) -> bool:
        """Whether every line of the frame is there."""
        picture = self.active.picture
        return picture is None or picture.complete

    def show_view(self, view: View | None) -> None:
        """Show the newest state of a frame."""
        frame = None if view is None else view.frame
        if frame is not self._frame:
            self._frame = frame
            for each in self.views:
                each.show_frame(frame)
                each.canvas.measured = view is None or view.kind != PATH
        self._view = view
        for each in self.views:
            each.pull()
        self.refresh()

    def refresh(self) -> None:
        """Lay over the images what is switched on, where that is something else than before."""
        lines = self.lines if self.with_lines else ()
        marks, laid = presenter.marks(self._view), self._laid()
        ends = self._cut_ends()
        over = (lines, laid, marks, ends, self._tones)
        before = self._over
        same = before is not None and before[0] is lines and before[1] is laid
        if same and before is not None and before[2:] == over[2:]:
            return
        self._over = over
        shown = Shown(lines, laid, tuple(map(self._mark, marks)), ends, self._crossed(ends))
        for each in self.views:
            each.show_over(shown)
        if before is None or (before[0] is not lines or before[3] != ends):
            self.cut_moved.emit()

    def cut(self) -> tuple[Cut, str, Choice] | None:
        """Return the values along the cut in the active view, their unit, and what is shown."""
        picture, ends = self.active.picture, self._cut_ends()
        if picture is None or ends is None:
            return None
        choice = picture.choice
        image = picture.frame.data[choice.channel, choice.direction]
        return cut(image, self._size(), ends, self.lines), picture.unit, choice

    def recolour(self, tones: Colours) -> None:
        """Use the colours of another theme."""
        self._tones = tones
        for view in self.views:
            view.recolour(tones)

    def fit(self) -> None:
        """Show the whole frame in each view."""
        self.active.canvas.fit()

    def _size(self) -> Pair:
        width, height = (1.0, 1.0) if self._frame is None else self._frame.region.size
        return width * 1e9, height * 1e9

    def _cut_ends(self) -> tuple[Pair, Pair] | None:
        nothing = self._view is None or self._view.kind == PATH
        if nothing or not self.with_cut or self._frame is None:
            return None
        return self._ends or presenter.first_cut(self._size())

    def _crossed(self, ends: tuple[Pair, Pair] | None) -> tuple[Pair, ...]:
        """Return where the cut crosses lines, nm."""
        if ends is None:
            return ()
        (ua, wa), (ub, wb) = ends
        length = max(((ub - ua) ** 2 + (wb - wa) ** 2) ** 0.5, 1e-9)
        shares = [c.at * 1e9 / length for c in crossings(ends, self.lines)]
        return tuple((ua + (ub - ua) * s, wa + (wb - wa) * s) for s in shares)

    def _laid(self) -> Pixels | None:
        """Return the colour of doubt over the image, worked out once for each segmentation."""
        seen = None if self._view is None else self._view.seen
        if not self.with_veil or seen is None:
            return None
        if self._veil is None or self._veil[0] is not seen or self._veil[1] != self._tones:
            red, green, blue, _ = QColor(self._tones.bad).getRgb()
            tint = Tint(red or 0, green or 0, blue or 0)
            self._veil = seen, self._tones, veil(seen.segmentation.uncertainty, tint)
        return self._veil[2]

    def _mark(self, mark: presenter.RowMark) -> Mark:
        colour = QColor(DARK.accent if mark.tip else "#f5f6f8")  # they lie on images
        return Mark(mark.w, mark.word, colour, dashed=not mark.tip)

    def _follow(self, port: Viewport) -> None:
        for view in self.views:
            view.canvas.look_at(port)

    def _point(self, place: Pair | None) -> None:
        for view in self.views:
            view.point_at(place)

    def _move_cut(self, ends: tuple[Pair, Pair]) -> None:
        self._ends = ends
        self.refresh()

    def _picker(self, place: int) -> Callable[..., None]:
        def pick(*_: object) -> None:
            self._picked = place
            self._mark_picked()
            self.picked.emit()

        return pick

    def _mark_picked(self) -> None:
        for place, view in enumerate(self.views):
            picked = place == self._picked
            if view.canvas.picked != picked:
                view.canvas.picked = picked
                view.canvas.update()
