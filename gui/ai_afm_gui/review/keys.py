"""The keys of the page Review: one table that binds them and makes the sheet shown on `?`."""

from dataclasses import dataclass
from enum import StrEnum

from ai_afm_gui.words import translate


class Action(StrEnum):
    """What a key does."""

    SELECT = "select"
    BRUSH = "brush"
    ERASER = "eraser"
    WIRE = "wire"
    BRIDGE = "bridge"
    CUT = "cut"
    FILL = "fill"
    CLASS_1 = "class 1"
    CLASS_2 = "class 2"
    CLASS_3 = "class 3"
    CLASS_4 = "class 4"
    CLASS_5 = "class 5"
    CLASS_UNKNOWN = "class unknown"
    SMALLER = "smaller"
    LARGER = "larger"
    PEEK = "peek"
    OVERLAY = "overlay"
    OPACITY = "opacity"
    CHANNEL = "channel"
    COMPARE = "compare"
    DISAGREEMENT = "disagreement"
    PICK_ALL = "pick all"
    PICK_ALIKE = "pick alike"
    HINTS = "hints"
    DELETE = "delete"
    ACCEPT = "accept"
    REJECT = "reject"
    UNSURE = "unsure"
    SKIP = "skip"
    UNDO = "undo"
    REDO = "redo"
    FINISH = "finish"
    ESCAPE = "escape"
    FIT = "fit"
    SHEET = "sheet"


class Group(StrEnum):
    """Heading of the sheet."""

    DRAW = "draw"
    CLASSES = "classes"
    LOOK = "look"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Binding:
    """A key and what it does.

    Parameters
    ----------
    action
        What.
    keys
        As `QKeySequence` reads them; "Shift+Wheel" and keys that are held are no shortcuts.
    words
        For the sheet, English; translated where it is shown.
    group
        Heading.
    held
        Whether it lasts as long as the key is held, or is bound to the wheel.
    """

    action: Action
    keys: tuple[str, ...]
    words: str
    group: Group
    held: bool = False


def bindings() -> tuple[Binding, ...]:
    """Return all of them, in the language of the window; each key once, each action once."""
    return (
        Binding(
            Action.WIRE, ("W",), translate("ReviewKeys", "Trace a wall: click along it"), Group.DRAW
        ),
        Binding(
            Action.BRUSH,
            ("B",),
            translate("ReviewKeys", "Brush; Shift+click draws straight on"),
            Group.DRAW,
        ),
        Binding(Action.ERASER, ("E",), translate("ReviewKeys", "Eraser"), Group.DRAW),
        Binding(
            Action.BRIDGE,
            ("G",),
            translate("ReviewKeys", "Bridge a gap: click into it"),
            Group.DRAW,
        ),
        Binding(
            Action.CUT,
            ("X",),
            translate("ReviewKeys", "Cut a line: click or drag across"),
            Group.DRAW,
        ),
        Binding(
            Action.FILL, ("F",), translate("ReviewKeys", "Fill an area up to its lines"), Group.DRAW
        ),
        Binding(
            Action.SELECT,
            ("V",),
            translate("ReviewKeys", "Pick lines: click, or draw a lasso"),
            Group.DRAW,
        ),
        Binding(
            Action.PICK_ALL, ("Ctrl+A",), translate("ReviewKeys", "Pick all lines"), Group.DRAW
        ),
        Binding(
            Action.PICK_ALIKE,
            ("A",),
            translate("ReviewKeys", "Pick all lines of the same class"),
            Group.DRAW,
        ),
        Binding(
            Action.DELETE,
            ("Del", "Backspace"),
            translate("ReviewKeys", "Delete picked lines; last anchor"),
            Group.DRAW,
        ),
        Binding(
            Action.FINISH,
            ("Return", "Enter"),
            translate("ReviewKeys", "Finish the trace; draw picked hints"),
            Group.DRAW,
        ),
        Binding(Action.ESCAPE, ("Esc",), translate("ReviewKeys", "End what has begun"), Group.DRAW),
        Binding(Action.UNDO, ("Ctrl+Z",), translate("ReviewKeys", "Undo a stroke"), Group.DRAW),
        Binding(
            Action.REDO, ("Ctrl+Shift+Z",), translate("ReviewKeys", "Redo a stroke"), Group.DRAW
        ),
        Binding(
            Action.CLASS_1, ("1",), translate("ReviewKeys", "Wall, type not told"), Group.CLASSES
        ),
        Binding(Action.CLASS_2, ("2",), translate("ReviewKeys", "180 deg wall"), Group.CLASSES),
        Binding(
            Action.CLASS_3, ("3",), translate("ReviewKeys", "Ferroelastic wall"), Group.CLASSES
        ),
        Binding(Action.CLASS_4, ("4",), translate("ReviewKeys", "Grain boundary"), Group.CLASSES),
        Binding(Action.CLASS_5, ("5",), translate("ReviewKeys", "Topography edge"), Group.CLASSES),
        Binding(
            Action.CLASS_UNKNOWN, ("0",), translate("ReviewKeys", "Nobody can tell"), Group.CLASSES
        ),
        Binding(Action.SMALLER, ("[",), translate("ReviewKeys", "Smaller brush"), Group.CLASSES),
        Binding(Action.LARGER, ("]",), translate("ReviewKeys", "Larger brush"), Group.CLASSES),
        Binding(
            Action.PEEK,
            ("Z",),
            translate("ReviewKeys", "Hold: the image alone"),
            Group.LOOK,
            held=True,
        ),
        Binding(Action.OVERLAY, ("O",), translate("ReviewKeys", "Lines on or off"), Group.LOOK),
        Binding(
            Action.OPACITY,
            ("Shift+Wheel",),
            translate("ReviewKeys", "Opacity of the lines"),
            Group.LOOK,
            held=True,
        ),
        Binding(
            Action.HINTS,
            ("H",),
            translate("ReviewKeys", "Hints: what the model half sees"),
            Group.LOOK,
        ),
        Binding(Action.CHANNEL, ("C",), translate("ReviewKeys", "Next channel"), Group.LOOK),
        Binding(
            Action.COMPARE,
            ("M",),
            translate("ReviewKeys", "Beside it: other model or person"),
            Group.LOOK,
        ),
        Binding(Action.FIT, ("Home",), translate("ReviewKeys", "Whole crop"), Group.LOOK),
        Binding(
            Action.DISAGREEMENT, ("D",), translate("ReviewKeys", "Next disagreement"), Group.LOOK
        ),
        Binding(
            Action.ACCEPT, ("Space",), translate("ReviewKeys", "Accept and next"), Group.ANSWER
        ),
        Binding(
            Action.REJECT,
            ("R",),
            translate("ReviewKeys", "Reject: a bad image, for nobody"),
            Group.ANSWER,
        ),
        Binding(
            Action.UNSURE,
            ("U",),
            translate("ReviewKeys", "Unsure: leave it to others"),
            Group.ANSWER,
        ),
        Binding(Action.SKIP, ("S",), translate("ReviewKeys", "Skip: ask me later"), Group.ANSWER),
        Binding(Action.SHEET, ("?",), translate("ReviewKeys", "This sheet"), Group.ANSWER),
    )


CLASS_ACTIONS = {
    Action.CLASS_1: 1,
    Action.CLASS_2: 2,
    Action.CLASS_3: 3,
    Action.CLASS_4: 4,
    Action.CLASS_5: 5,
    Action.CLASS_UNKNOWN: 255,
}
"""Class code of each class key."""


def key_text(binding: Binding) -> str:
    """Return the keys of a binding as they are written on keyboards.

    Examples
    --------
    >>> [key_text(b) for b in bindings() if b.action in (Action.BRUSH, Action.DELETE)]
    ['B', 'Del or Backspace']
    """
    return (
        translate("ReviewKeys", "{one} or {other}").format(
            one=binding.keys[0], other=binding.keys[1]
        )
        if len(binding.keys) > 1
        else binding.keys[0]
    )
