"""Page one of the wizard: what is looked at, by whom, with which instrument."""

from typing import Any

from qtpy.QtCore import QCoreApplication

from ai_afm.microscope.simulated.spec import WORLD_KINDS
from ai_afm_gui.steer.setup.editors import (
    ChoiceEditor,
    LinesEditor,
    NumberEditor,
    TextEditor,
    WholeEditor,
)
from ai_afm_gui.steer.setup.form import Form
from ai_afm_gui.steer.setup.plan import OPTIONS

KINDS = ("simulated", "replay")
WORLD = "instrument.options.world"


class SamplePage(Form):
    """Sample, person, instrument."""

    def __init__(self, kinds: tuple[str, ...] = KINDS) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self.heading(translate("Wizard", "Sample and person"))
        self.add(
            [
                TextEditor("run.sample", translate("Wizard", "Sample")),
                TextEditor("run.operator", translate("Wizard", "Responsible person")),
                WholeEditor("run.seed", translate("Wizard", "Seed of all chance")),
            ]
        )
        self.heading(translate("Wizard", "Instrument"))
        clocks = [
            ("real", translate("Wizard", "real time")),
            ("accelerated", translate("Wizard", "accelerated (twin only)")),
            ("instant", translate("Wizard", "as fast as it computes (twin only)")),
        ]
        self.acceleration = NumberEditor(
            "instrument.acceleration", translate("Wizard", "Acceleration"), "x"
        )
        self.world = ChoiceEditor(
            WORLD,
            translate("Wizard", "World of the twin"),
            [(world, world.replace("_", " ")) for world in WORLD_KINDS],
        )
        names = {
            "simulated": translate("Wizard", "digital twin"),
            "replay": translate("Wizard", "replay of a stored scan"),
        }
        self.add(
            [
                ChoiceEditor(
                    "instrument.kind",
                    translate("Wizard", "Adapter"),
                    [(kind, names.get(kind, kind)) for kind in kinds],
                ),
                ChoiceEditor("instrument.clock", translate("Wizard", "Clock"), clocks),
                self.acceleration,
                self.world,
                LinesEditor(
                    OPTIONS,
                    translate("Wizard", "Options of the adapter"),
                    'world = "film"\nseed = 3',
                ),
            ]
        )

    def show_for(self, kind: Any, clock: Any) -> None:
        """Show what belongs to an adapter and its clock."""
        self.world.setVisible(kind == "simulated")
        self.acceleration.setVisible(clock == "accelerated")
