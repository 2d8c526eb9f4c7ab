"""Words of closed sets that a run writes, in the language of the window. No Qt.

What is in none of these sets, from a newer version say, is shown as it was written; sentences that
a run has written are its own and stay as they are.
"""

from ai_afm.control.candidates import Kind
from ai_afm.types import Authority, ProbeKind, Role
from ai_afm_gui.words import translate


def outcome_word(outcome: str) -> str:
    """Return how a run has ended.

    Examples
    --------
    >>> outcome_word("budget"), outcome_word("something new")
    ('budget', 'something new')
    """
    return {
        "done": translate("Named", "done"),
        "stopped": translate("Named", "stopped"),
        "budget": translate("Named", "budget"),
        "fault": translate("Named", "fault"),
        "refused": translate("Named", "refused"),
        "interrupted": translate("Named", "interrupted"),
        "safety stop": translate("Named", "safety stop"),
        "live": translate("Named", "live"),
        "broken off": translate("Named", "broken off"),
    }.get(outcome, outcome)


def ending_words(outcome: str) -> str:
    """Return how a run has ended, and its message: "done: all is probed"; empty stays empty."""
    word, colon, message = outcome.partition(":")
    return f"{outcome_word(word)}{colon}{message}"


def place_words(kind: Kind) -> str:
    """Return how a place that may be looked at is called."""
    return {
        Kind.WALL_JUNCTION: translate("Named", "the junction of walls"),
        Kind.WALL_MEETS_BOUNDARY: translate(
            "Named", "the point where a wall meets a grain boundary"
        ),
        Kind.NEEDLE_TIP: translate(
            "Named", "the free end of a wall (a needle tip, unless the wall goes on unseen)"
        ),
        Kind.LONG_WALL: translate("Named", "the straightest stretch of a long wall"),
        Kind.GRAIN_JUNCTION: translate("Named", "the junction of grain boundaries"),
        Kind.UNCERTAIN: translate("Named", "a spot where the model is not sure"),
        Kind.BENT_WALL: translate("Named", "a strong bend of a wall"),
        Kind.CHARGED_WALL: translate(
            "Named", "a stretch of wall across the polar axis (charged, if the axis is right)"
        ),
        Kind.RARE_ORIENTATION: translate("Named", "a wall in a rare direction"),
        Kind.NOVEL_WALL: translate("Named", "a wall unlike the others"),
    }[kind]


def role_word(role: Role) -> str:
    """Return what a frame, path or probe is for."""
    return {
        Role.OVERVIEW: translate("Named", "overview"),
        Role.ZOOM: translate("Named", "zoom"),
        Role.FOLLOW: translate("Named", "follow"),
        Role.RASTER: translate("Named", "raster"),
        Role.AREA: translate("Named", "area"),
        Role.MAP: translate("Named", "map"),
        Role.SEQUENCE: translate("Named", "sequence"),
        Role.WISH: translate("Named", "wish"),
        Role.CHECK: translate("Named", "check"),
        Role.BEFORE: translate("Named", "before"),
        Role.AFTER: translate("Named", "after"),
        Role.WALL: translate("Named", "wall"),
        Role.BULK: translate("Named", "bulk"),
        Role.REFERENCE: translate("Named", "reference"),
    }[role]


def probe_word(kind: ProbeKind) -> str:
    """Return the name of a point measurement."""
    return {
        ProbeKind.HYSTERESIS_LOOP: translate("Named", "hysteresis loop"),
        ProbeKind.RELAXATION: translate("Named", "relaxation"),
        ProbeKind.FORCE_CURVE: translate("Named", "force curve"),
        ProbeKind.CURRENT_VOLTAGE: translate("Named", "current-voltage curve"),
    }[kind]


def thing_word(kind: str) -> str:
    """Return what is made at the instrument: a scan, a path, ..."""
    return {
        "scan": translate("Named", "scan"),
        "path": translate("Named", "path"),
        "map": translate("Named", "map"),
        "probe": translate("Named", "probe"),
        "write": translate("Named", "write"),
    }.get(kind, kind)


def authority_name(authority: Authority) -> str:
    """Return the name of an authority, as it stands in a sentence."""
    return {
        Authority.WATCH: translate("Named", "watch"),
        Authority.ADVISE: translate("Named", "advise"),
        Authority.SUPERVISED: translate("Named", "supervised"),
        Authority.UNATTENDED: translate("Named", "unattended"),
    }[authority]


def command_word(do: str) -> str:
    """Return what a person has told a run to do."""
    return {
        "pause": translate("Named", "pause"),
        "resume": translate("Named", "go on"),
        "stop": translate("Named", "stop"),
        "park": translate("Named", "park"),
        "withdraw": translate("Named", "withdraw"),
        "approve": translate("Named", "approve"),
        "decline": translate("Named", "decline"),
        "authority": translate("Named", "authority"),
        "limits": translate("Named", "limits"),
        "forbid": translate("Named", "forbid"),
        "wish": translate("Named", "wish"),
        "model": translate("Named", "model"),
    }.get(do, do)
