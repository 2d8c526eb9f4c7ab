"""Page three of the wizard: the first look, and what is recorded."""

from qtpy.QtCore import QCoreApplication, Signal
from qtpy.QtWidgets import QCheckBox, QPushButton, QVBoxLayout, QWidget

from ai_afm_gui.steer.setup.editors import NumberEditor, PairEditor, WholeEditor
from ai_afm_gui.steer.setup.form import Form

CHANNELS = "imaging.channels"


class ImagingPage(Form):
    """Where is looked first, how finely, and which channels are kept."""

    draw = Signal()
    """The region of the first look is to be drawn on the map."""

    def __init__(self) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self.heading(translate("Wizard", "First look"))
        everything = translate("Wizard", "all")
        self.add(
            [
                PairEditor(
                    "overview.size_nm", translate("Wizard", "Size (fast, slow)"), "nm", everything
                ),
                PairEditor("overview.center_nm", translate("Wizard", "Centre (x, y)"), "nm"),
                NumberEditor(
                    "overview.angle_deg", translate("Wizard", "Angle of the fast axis"), "deg"
                ),
            ]
        )
        button = QPushButton(translate("Wizard", "Draw it on the map"))
        button.clicked.connect(self.draw)
        self.put(button)
        self.add(
            [
                WholeEditor("overview.lines", translate("Wizard", "Lines")),
                WholeEditor("overview.pixels", translate("Wizard", "Pixels")),
                NumberEditor("overview.line_rate_hz", translate("Wizard", "Line rate"), "Hz"),
            ]
        )
        self.heading(translate("Wizard", "All frames"))
        own = translate("Wizard", "as set")
        self.add(
            [
                NumberEditor("imaging.drive_v", translate("Wizard", "AC drive"), "V", own),
                NumberEditor("imaging.setpoint_v", translate("Wizard", "Setpoint"), "V", own),
            ]
        )
        self.heading(translate("Wizard", "Channels"))
        self._boxes: dict[str, QCheckBox] = {}
        self._where = QWidget()
        QVBoxLayout(self._where).setContentsMargins(0, 0, 0, 0)
        self.put(self._where)
        self._note = self.note(
            translate(
                "Wizard", "They are listed when the instrument has been asked (check of the plan)."
            )
        )

    def show_channels(self, known: tuple[str, ...], chosen: object) -> None:
        """Show the channels of the instrument; none chosen means all."""
        layout = self._where.layout()
        if layout is None:
            return
        kept = [str(c) for c in chosen] if isinstance(chosen, list | tuple) else None
        names = tuple(dict.fromkeys((*(known or self._boxes), *(kept or ()))))
        if names != tuple(self._boxes):
            for box in self._boxes.values():
                box.deleteLater()
            self._boxes = {name: QCheckBox(name) for name in names}
            for box in self._boxes.values():
                layout.addWidget(box)
                box.clicked.connect(self._ticked)
        for name, box in self._boxes.items():
            box.setChecked(kept is None or name in kept)
        self._note.setVisible(not self._boxes)

    def _ticked(self) -> None:
        ticked = [name for name, box in self._boxes.items() if box.isChecked()]
        self.changed.emit(CHANNELS, None if len(ticked) == len(self._boxes) else ticked)
