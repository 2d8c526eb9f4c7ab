"""Words for what a run is and may, in the language of the person."""

from qtpy.QtCore import QCoreApplication

from ai_afm.types import Authority
from ai_afm_gui.client import Phase


def phase_word(phase: Phase) -> str:
    """Return the word for where a run stands."""
    return {
        Phase.STARTING: QCoreApplication.translate("Steer", "Starting"),
        Phase.RUNNING: QCoreApplication.translate("Steer", "Running"),
        Phase.PAUSED: QCoreApplication.translate("Steer", "Paused"),
        Phase.WAITING: QCoreApplication.translate("Steer", "Waits for a person"),
        Phase.ENDED: QCoreApplication.translate("Steer", "Ended"),
        Phase.BROKEN: QCoreApplication.translate("Steer", "Broken off"),
        Phase.UNSURE: QCoreApplication.translate("Steer", "Does not answer"),
    }[phase]


def authority_word(authority: Authority) -> str:
    """Return the name of an authority."""
    return {
        Authority.WATCH: QCoreApplication.translate("Steer", "Watch"),
        Authority.ADVISE: QCoreApplication.translate("Steer", "Advise"),
        Authority.SUPERVISED: QCoreApplication.translate("Steer", "Supervised"),
        Authority.UNATTENDED: QCoreApplication.translate("Steer", "Unattended"),
    }[authority]


def authority_meaning(authority: Authority) -> str:
    """Return what an authority lets a run do."""
    return {
        Authority.WATCH: QCoreApplication.translate("Steer", "Nothing moves by itself."),
        Authority.ADVISE: QCoreApplication.translate("Steer", "Each move waits for a click."),
        Authority.SUPERVISED: QCoreApplication.translate(
            "Steer", "It moves by itself; a fault waits for a person."
        ),
        Authority.UNATTENDED: QCoreApplication.translate(
            "Steer", "It moves by itself, also after a fault."
        ),
    }[authority]


def limit_word(key: str) -> str:
    """Return the name of a limit."""
    return {
        "max_tip_speed_um_per_s": QCoreApplication.translate("Steer", "Tip speed"),
        "max_line_rate_hz": QCoreApplication.translate("Steer", "Line rate"),
        "max_bias_v": QCoreApplication.translate("Steer", "Bias on the tip"),
        "max_drive_v": QCoreApplication.translate("Steer", "AC drive"),
        "max_indentation_nn": QCoreApplication.translate("Steer", "Load of a force curve"),
        "max_current_na": QCoreApplication.translate("Steer", "Current through the tip"),
        "max_passes": QCoreApplication.translate("Steer", "Passes over a 100 nm cell"),
        "max_dose_v_s": QCoreApplication.translate("Steer", "Volt seconds in a 100 nm cell"),
        "max_travel_um": QCoreApplication.translate("Steer", "Distance of one move"),
    }[key]
