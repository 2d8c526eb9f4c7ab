"""Page five of the wizard: what the run may not pass, and how far it goes by itself."""

from qtpy.QtCore import QCoreApplication

from ai_afm.types import Authority
from ai_afm_gui.steer.limits import ROWS
from ai_afm_gui.steer.setup.editors import ChoiceEditor, NumberEditor, PairEditor
from ai_afm_gui.steer.setup.form import Form
from ai_afm_gui.steer.words import authority_meaning, authority_word, limit_word


class LimitsPage(Form):
    """Time, authority, limits."""

    def __init__(self) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self.heading(translate("Wizard", "Budget and authority"))
        self.authority = ChoiceEditor(
            "run.authority",
            translate("Wizard", "Authority"),
            [(a.value, authority_word(a)) for a in Authority],
        )
        self.add(
            [
                NumberEditor(
                    "run.budget_min", translate("Wizard", "Instrument time at most"), "min"
                ),
                self.authority,
            ]
        )
        self._meaning = self.note("")
        self.heading(translate("Wizard", "Limits"))
        self.note(
            translate(
                "Wizard",
                "What passes a limit is refused, never cut down. While the run goes on, limits can "
                "be narrowed; nobody widens them then. Wider ones than before need your name on "
                "the last page.",
            )
        )
        self.add(NumberEditor(f"limits.{row.key}", limit_word(row.key), row.unit) for row in ROWS)
        self.add([PairEditor("limits.setpoint_v", translate("Wizard", "Setpoint (from, to)"), "V")])

    def show_authority(self, value: object) -> None:
        """Say what an authority means."""
        known = [a for a in Authority if a.value == str(value)]
        self._meaning.setText(authority_meaning(known[0]) if known else "")
