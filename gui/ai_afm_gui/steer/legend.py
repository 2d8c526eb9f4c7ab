"""Words beside the colours and patterns of a map."""

from qtpy.QtCore import QCoreApplication, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from ai_afm_gui.look.palette import Colours
from ai_afm_gui.steer.canvas_model import Kind
from ai_afm_gui.steer.painting import style_of

SWATCH = 16
ROW = 20
GAP = 12


def word(kind: Kind) -> str:
    """Return the word for what an outline on a map is."""
    words = {
        Kind.RANGE: QCoreApplication.translate("Map", "scanner range"),
        Kind.ALLOWED: QCoreApplication.translate("Map", "limits"),
        Kind.IMAGE: QCoreApplication.translate("Map", "image only"),
        Kind.BIAS: QCoreApplication.translate("Map", "bias allowed"),
        Kind.SACRIFICIAL: QCoreApplication.translate("Map", "sacrificial"),
        Kind.FORBIDDEN: QCoreApplication.translate("Map", "forbidden"),
        Kind.DONE: QCoreApplication.translate("Map", "scanned"),
        Kind.NOW: QCoreApplication.translate("Map", "under way"),
        Kind.NEXT: QCoreApplication.translate("Map", "planned"),
        Kind.WISH: QCoreApplication.translate("Map", "wished"),
        Kind.REFUSED: QCoreApplication.translate("Map", "refused"),
        Kind.PROBE: QCoreApplication.translate("Map", "probe"),
    }
    return words[kind]


class Legend(QWidget):
    """Swatches with words, as many in a row as there is room for.

    Parameters
    ----------
    colours
        Of the theme.
    """

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self._kinds: tuple[Kind, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_kinds(self, kinds: tuple[Kind, ...]) -> None:
        """Tell of other kinds."""
        if kinds != self._kinds:
            self._kinds = kinds
            self.updateGeometry()
            self.update()

    def use(self, colours: Colours) -> None:
        """Paint in the colours of another theme."""
        self._colours = colours
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Tell that a narrow legend needs more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all rows."""
        return self._rows(width) * ROW

    def sizeHint(self) -> QSize:
        """Return the size at the present width."""
        width = max(self.width(), 120)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return the least size: all rows are always seen."""
        return QSize(120, self.heightForWidth(max(self.width(), 120)))

    def resizeEvent(self, _event: QResizeEvent | None) -> None:
        """Ask for another height."""
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """Paint swatch and word of each kind."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for kind, x, y in self._places(self.width()):
            box = QRectF(x + 1, y + 4, SWATCH - 2, ROW - 8)
            style = style_of(kind, self._colours)
            painter.setPen(style.pen())
            painter.setBrush(style.brush())
            if kind is Kind.PROBE:
                painter.drawLine(box.topLeft(), box.bottomRight())
                painter.drawLine(box.topRight(), box.bottomLeft())
            else:
                painter.drawRect(box)
            painter.setPen(QPen(QColor(self._colours.quiet)))
            words = QRectF(x + SWATCH + 4, y, self.width(), ROW)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, word(kind))
        painter.end()

    def _rows(self, width: int) -> int:
        places = self._places(width)
        return 1 + places[-1][2] // ROW if places else 1

    def _places(self, width: int) -> list[tuple[Kind, int, int]]:
        places: list[tuple[Kind, int, int]] = []
        x = y = 0
        for kind in self._kinds:
            need = SWATCH + 4 + self.fontMetrics().horizontalAdvance(word(kind))
            if x and x + need > width:
                x, y = 0, y + ROW
            places.append((kind, x, y))
            x += need + GAP
        return places
