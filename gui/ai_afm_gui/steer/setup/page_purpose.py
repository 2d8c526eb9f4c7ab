"""Page two of the wizard: what is to be found out, and how the tip's time is spent on it."""

from typing import Any

from qtpy.QtCore import QCoreApplication, Signal
from qtpy.QtWidgets import QButtonGroup, QLabel, QRadioButton

from ai_afm_gui.client.units import duration
from ai_afm_gui.steer.setup.dry import DryRun
from ai_afm_gui.steer.setup.editors import (
    ChoiceEditor,
    Editor,
    ListEditor,
    NumberEditor,
    WholeEditor,
)
from ai_afm_gui.steer.setup.form import Form
from ai_afm_gui.steer.setup.purpose import MEASURED, Purpose, predicted


class PurposePage(Form):
    """What a run is for, and the numbers that go with it."""

    chosen = Signal(object)
    """A `Purpose`."""

    def __init__(self) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self.heading(translate("Wizard", "What is to be found out?"))
        self._group = QButtonGroup(self)
        self._buttons: dict[Purpose, QRadioButton] = {}
        for purpose, words in {
            Purpose.LOOK: translate(
                "Wizard", "Images: walls and boundaries, closer at the best places"
            ),
            Purpose.PROBE: translate("Wizard", "Hysteresis loops at walls and beside them"),
            Purpose.AREA: translate("Wizard", "Every wall of an area, finely, in less time"),
            Purpose.QUESTION: translate(
                "Wizard", "A question with an answer that is fixed beforehand"
            ),
            Purpose.FILE: translate("Wizard", "As the file says (its plan is not edited here)"),
        }.items():
            button = QRadioButton(words)
            self._group.addButton(button)
            button.clicked.connect(lambda _, p=purpose: self.chosen.emit(p))
            self._buttons[purpose] = button
            self.put(button)
        self._parts: dict[Purpose, list[Editor]] = {
            Purpose.LOOK: self._targets(),
            Purpose.PROBE: self._probe(),
            Purpose.AREA: self._area(),
            Purpose.QUESTION: self._question(),
        }
        self._titles = {
            Purpose.LOOK: translate("Wizard", "Closer frames"),
            Purpose.PROBE: translate("Wizard", "Probes"),
            Purpose.AREA: translate("Wizard", "Area"),
            Purpose.QUESTION: translate("Wizard", "Question"),
        }
        self._headings: dict[Purpose, QLabel] = {}
        for purpose in (Purpose.AREA, Purpose.QUESTION, Purpose.LOOK, Purpose.PROBE):
            self._headings[purpose] = self.heading(self._titles[purpose])
            self.add(self._parts[purpose])
            if purpose is Purpose.AREA:
                self.saving = self.note("")

    def show_purpose(self, purpose: Purpose) -> None:
        """Show what belongs to a purpose."""
        self._buttons[purpose].setChecked(True)
        self._buttons[Purpose.FILE].setVisible(purpose is Purpose.FILE)
        shown = {
            Purpose.LOOK: (Purpose.LOOK,),
            Purpose.PROBE: (Purpose.LOOK, Purpose.PROBE),
            Purpose.AREA: (Purpose.AREA, Purpose.LOOK),
            Purpose.QUESTION: (Purpose.QUESTION, Purpose.PROBE),
            Purpose.FILE: (),
        }[purpose]
        for part, editors in self._parts.items():
            self._headings[part].setVisible(part in shown)
            for editor in editors:
                editor.setVisible(part in shown)
        self.saving.setVisible(purpose is Purpose.AREA)

    def show_saving(self, policy: Any, dry: DryRun | None) -> None:
        """Say what a policy is likely to save."""
        translate = QCoreApplication.translate
        if dry is None or policy not in MEASURED:
            self.saving.setText(
                translate("Wizard", "What it saves is told when the plan has been checked.")
            )
            return
        seconds, saved = predicted(str(policy), dry.raster)
        if not saved:
            text = translate("Wizard", "The full raster takes {raster}; nothing is saved.")
            self.saving.setText(text.format(raster=duration(dry.raster)))
            return
        text = translate(
            "Wizard",
            "Likely {time} instead of the raster's {raster}: {saved:.0f} % saved. That is the mean "
            "measured on twin samples with walls on 1 to 8 % of the area; with more walls less is "
            "saved. After its first look the run predicts its own.",
        )
        self.saving.setText(
            text.format(time=duration(seconds), raster=duration(dry.raster), saved=100 * saved)
        )

    def _targets(self) -> list[Editor]:
        translate = QCoreApplication.translate
        return [
            WholeEditor("targets.count", translate("Wizard", "Places looked at closely")),
            ListEditor(
                "targets.ladder_nm",
                translate("Wizard", "Sizes of the closer frames, nm"),
                translate("Wizard", "1/4 and 1/10 of the first look"),
            ),
            WholeEditor("targets.lines", translate("Wizard", "Lines"), ""),
            WholeEditor("targets.pixels", translate("Wizard", "Pixels"), ""),
            NumberEditor("targets.line_rate_hz", translate("Wizard", "Line rate"), "Hz"),
        ]

    def _probe(self) -> list[Editor]:
        translate = QCoreApplication.translate
        return [
            NumberEditor("probe.amplitude_v", translate("Wizard", "Largest bias of a loop"), "V"),
            WholeEditor("probe.cycles", translate("Wizard", "Cycles")),
            WholeEditor("probe.steps", translate("Wizard", "Bias steps a cycle")),
            NumberEditor("probe.on_ms", translate("Wizard", "Time on field at a step"), "ms"),
            NumberEditor("probe.drive_v", translate("Wizard", "AC drive that reads it"), "V"),
            WholeEditor("probe.per_target", translate("Wizard", "Sites on the wall of a place")),
            NumberEditor("probe.budget_min", translate("Wizard", "Time for all probes"), "min"),
        ]

    def _area(self) -> list[Editor]:
        translate = QCoreApplication.translate
        words = {
            "targets": translate("Wizard", "predict, then follow or raster"),
            "follow": translate("Wizard", "follow the walls, whatever it costs"),
            "variable-speed": translate("Wizard", "every line, slow at walls only"),
            "sparse-refine": translate("Wizard", "every 8th line, then strips"),
            "uncertainty": translate("Wizard", "where the model is least sure"),
            "raster": translate("Wizard", "full raster"),
        }
        return [
            ChoiceEditor("area.policy", translate("Wizard", "Policy"), list(words.items())),
            WholeEditor("area.lines", translate("Wizard", "Lines of the full raster")),
            WholeEditor("area.pixels", translate("Wizard", "Pixels of the full raster")),
            NumberEditor(
                "area.line_rate_hz", translate("Wizard", "Line rate of the full raster"), "Hz"
            ),
        ]

    def _question(self) -> list[Editor]:
        translate = QCoreApplication.translate
        arms = [
            ("wall", translate("Wizard", "at walls")),
            ("bulk", translate("Wizard", "in the bulk")),
            ("domain A", translate("Wizard", "in domain A")),
            ("domain B", translate("Wizard", "in domain B")),
        ]
        what = [
            ("nucleation bias", translate("Wizard", "nucleation bias")),
            ("half-switching bias", translate("Wizard", "half-switching bias")),
        ]
        return [
            ChoiceEditor("question.on", translate("Wizard", "Differs the"), what),
            ChoiceEditor("question.compare", translate("Wizard", "measured"), arms),
            ChoiceEditor("question.with", translate("Wizard", "from that"), arms),
            NumberEditor("question.effect", translate("Wizard", "by at least"), "V"),
            NumberEditor("question.alpha", translate("Wizard", "Chance of a false yes")),
            WholeEditor("question.units", translate("Wizard", "Wall segments at most")),
        ]
