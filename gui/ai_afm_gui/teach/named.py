"""Words of closed sets that a gate and a lab write, in the language of the window. No Qt.

What is in none of these sets, from a newer version say, is shown as it was written.
"""

from ai_afm.flywheel.model_records import ModelState
from ai_afm_gui.words import translate


def state_word(state: ModelState) -> str:
    """Return what a model may do in a lab."""
    return {
        ModelState.CANDIDATE: translate("Named", "candidate"),
        ModelState.SHADOW: translate("Named", "shadow"),
        ModelState.ACTIVE: translate("Named", "active"),
        ModelState.RETIRED: translate("Named", "retired"),
    }[state]


def rule_word(rule: str) -> str:
    """Return the name of a rule of the gate."""
    return {
        "golden slice": translate("Named", "golden slice"),
        "calibration": translate("Named", "calibration"),
        "topology": translate("Named", "topology"),
        "centreline": translate("Named", "centreline"),
        "nothing drawn": translate("Named", "nothing drawn"),
        "empty-mask model": translate("Named", "empty-mask model"),
        "lines on nothing": translate("Named", "lines on nothing"),
        "flipped labels": translate("Named", "flipped labels"),
        "own material": translate("Named", "own material"),
        "labels": translate("Named", "labels"),
        "finite": translate("Named", "finite"),
        "saw the golden set": translate("Named", "saw the golden set"),
    }.get(rule, rule)


def unit_word(unit: str) -> str:
    """Return in what a rule of the gate measures."""
    return {
        "answers": translate("Named", "answers"),
        "corrections": translate("Named", "corrections"),
        "probability": translate("Named", "probability"),
        "part of the active model's": translate("Named", "part of the active model's"),
        "share of corrections": translate("Named", "share of corrections"),
        "share of crops": translate("Named", "share of crops"),
        "share of empty crops": translate("Named", "share of empty crops"),
        "share of drawn line pixels": translate("Named", "share of drawn line pixels"),
    }.get(unit, unit)
