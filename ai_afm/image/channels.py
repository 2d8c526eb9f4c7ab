"""From the messy channel names of files to the canonical ones: one rule for all formats.

The rule
--------
1. A name is cut into words at capitals, digits, blanks and punctuation; a unit in brackets at its
   end is taken off: ``Phase1Retracece`` -> phase, 1, retracece; ``Z (m)`` -> z.
2. Words that begin with *trac* or *retrac*, and *fwd, forward, bwd, backward*, are the direction.
   Without such a word it is the direction that the file itself gives, else trace.
3. A leading *nap* (a pass at lift height) or *lateral* before a response stays part of the name
   (``nap_amplitude``, ``lateral_phase``): these are other quantities than the amplitude of the main
   pass.
4. The words that are left name the quantity (table `_QUANTITIES`) and a preference: a servo's
   height before a height sensor's. Names that the table does not know are kept, in lower case with
   underscores.
5. Where several channels are the same quantity, they are ordered by preference, then by the number
   in the name (none first), then by their place in the file. The first gets the plain name, the
   others ``_2``, ``_3``, ...: `Amplitude1` is ``amplitude``, `Amplitude2` is ``amplitude_2``. Trace
   and retrace of a channel always get the same name.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

import numpy as np

from ai_afm.types import UNKNOWN, Direction, FloatImage, Frame

# Words -> (canonical name, preference). A lower preference wins the plain name.
_QUANTITIES: dict[str, tuple[str, int]] = {
    "height": ("height", 0),
    "topography": ("height", 0),
    "topo": ("height", 0),
    "z height": ("height", 0),
    "z": ("height", 0),
    "measured height": ("height", 1),
    "z axis": ("height", 1),
    "z sensor": ("height", 2),
    "height sensor": ("height", 2),
    "height measured": ("height", 1),
    "amplitude": ("amplitude", 0),
    "ampl": ("amplitude", 0),
    "amp": ("amplitude", 0),
    "magnitude": ("amplitude", 0),
    "pfm amplitude": ("amplitude", 0),
    "phase": ("phase", 0),
    "pfm phase": ("phase", 0),
    "frequency": ("frequency", 0),
    "frequency shift": ("frequency", 0),
    "freq": ("frequency", 0),
    "resonance frequency": ("frequency", 0),
    "quality": ("quality", 0),
    "quality factor": ("quality", 0),
    "q": ("quality", 0),
    "q factor": ("quality", 0),
    "deflection": ("deflection", 0),
    "defl": ("deflection", 0),
    "vertical deflection": ("deflection", 0),
    "deflection error": ("error", 0),
    "amplitude error": ("error", 0),
    "error": ("error", 0),
    "error signal": ("error", 0),
    "lateral": ("lateral", 0),
    "lateral deflection": ("lateral", 0),
    "friction": ("lateral", 0),
    "torsion": ("lateral", 0),
    "current": ("current", 0),
    "iprobe": ("current", 0),
    "i probe": ("current", 0),
    "potential": ("potential", 0),
    "surface potential": ("potential", 0),
    "kpfm": ("potential", 0),
    "cpd": ("potential", 0),
    "dissipation": ("dissipation", 0),
    "excitation": ("excitation", 0),
    "adhesion": ("adhesion", 0),
    "stiffness": ("stiffness", 0),
    "modulus": ("modulus", 0),
}
_WORD = re.compile(r"[A-Z]+(?![a-zµ])|[A-Za-zµ][a-zµ]*|\d+")
_TRAILING_UNIT = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_FORWARD = {"fwd", "forward", "forwards", "fw"}
_BACKWARD = {"bwd", "backward", "backwards", "bw", "reverse"}
_RESPONSES = {"amplitude", "phase"}
_Key: TypeAlias = tuple[int, int, int, str]  # preference, number in the name, place, quantity
_DEGREES = {"deg", "degree", "degrees", "°"}
# A phase of one turn and a bit of offset stays below this; anything beyond was given in degrees.
LARGEST_PHASE_RAD = 7.0


@dataclass(frozen=True, slots=True)
class ParsedName:
    """What a channel's name says by itself: quantity, preference, number, direction and unit.

    `base` is the name without its direction: trace and retrace of one channel share it.
    """

    quantity: str
    preference: int
    number: int
    direction: Direction | None
    unit: str | None
    base: str


@dataclass(frozen=True, slots=True)
class MappedChannel:
    """A channel of a file with its canonical name and direction."""

    original_name: str
    name: str
    direction: Direction


def parse_name(original: str) -> ParsedName:
    """Read a channel's name by the rule of this module.

    Examples
    --------
    >>> p = parse_name("Phase1Retracece")
    >>> p.quantity, p.number, p.direction.value
    ('phase', 1, 'retrace')
    >>> parse_name("Z (m)").quantity, parse_name("Z (m)").unit
    ('height', 'm')
    >>> parse_name("NapAmplitudeTrace").quantity
    'nap_amplitude'
    """
    text, unit = original, None
    found = _TRAILING_UNIT.search(text)
    if found and _direction_of(found.group(1).lower()) is None:
        text, unit = text[: found.start()], found.group(1)
    words, direction = [], None
    for word in (w.lower() for w in _WORD.findall(text)):
        said = _direction_of(word)
        if said is None:
            words.append(word)
        direction = said or direction
    base = " ".join(words)
    prefix = ""
    if len(words) > 1 and words[0] == "nap":
        prefix, words = "nap_", words[1:]
    if len(words) > 1 and words[0] == "lateral":
        rest = " ".join(w for w in words[1:] if not w.isdigit())
        if _QUANTITIES.get(rest, ("", 0))[0] in _RESPONSES:
            prefix, words = prefix + "lateral_", words[1:]
    numbers = [int(w) for w in words if w.isdigit()]
    key = " ".join(w for w in words if not w.isdigit())
    if key in _QUANTITIES:
        name, preference = _QUANTITIES[key]
        return ParsedName(
            prefix + name, preference, numbers[0] if numbers else 0, direction, unit, base
        )
    slug = prefix + ("_".join(words) or "channel")
    return ParsedName(slug, 0, 0, direction, unit, base)


def _direction_of(word: str) -> Direction | None:
    if word.startswith("retrac") or word in _BACKWARD:
        return Direction.RETRACE
    if word == "trace" or word in _FORWARD:
        return Direction.TRACE
    return None


def map_channels(
    names: Sequence[str], directions: Sequence[Direction | None] | None = None
) -> tuple[MappedChannel, ...]:
    """Give the channels of one file their canonical names.

    Parameters
    ----------
    names
        As the file has them, in its order.
    directions
        What the file says about each, `None` where it says nothing.

    Returns
    -------
    tuple of MappedChannel
        In the order of `names`; no (name, direction) occurs twice.

    Examples
    --------
    >>> [c.name for c in map_channels(["ZSensor", "Height", "Amplitude2", "Amplitude1"])]
    ['height_2', 'height', 'amplitude_2', 'amplitude']
    """
    directions = directions if directions is not None else [None] * len(names)
    parsed = [parse_name(name) for name in names]
    ways = [
        said or p.direction or Direction.TRACE for said, p in zip(directions, parsed, strict=True)
    ]
    # The same base name twice in one direction is two channels: count its occurrences.
    seen: dict[tuple[str, Direction], int] = {}
    keys: list[_Key] = []
    place: dict[tuple[str, int], int] = {}
    for index, (p, way) in enumerate(zip(parsed, ways, strict=True)):
        occurrence = seen.get((p.base, way), 0)
        seen[p.base, way] = occurrence + 1
        first = place.setdefault((p.base, occurrence), index)
        keys.append((p.preference, p.number, first, p.quantity))
    canonical = _number(keys)
    return tuple(
        MappedChannel(original, canonical[key], way)
        for key, original, way in zip(keys, names, ways, strict=True)
    )


def _number(keys: Sequence[_Key]) -> dict[_Key, str]:
    """Give each key a name of its own: the quantity for the first, quantity_2, ... for others."""
    names: dict[_Key, str] = {}
    for key in sorted(set(keys)):
        names.setdefault(min(k for k in keys if k[3] == key[3]), key[3])
    used = set(names.values())
    for key in sorted(set(keys) - set(names)):
        # A name that the table does not know may look like a numbered one: skip what is taken.
        names[key] = next(n for n in (f"{key[3]}_{i}" for i in count(2)) if n not in used)
        used.add(names[key])
    return names


def describe_mapping(frame: Frame) -> tuple[str, ...]:
    """Return one line for people per channel: canonical name, unit, original name and directions.

    Examples
    --------
    A line reads ``amplitude [m] <- Amplitude1Retrace (retrace)``.
    """
    lines = []
    for channel in frame.channels:
        ways = [d.value for d in Direction if frame.get(channel.name, d) is not None]
        original = channel.original_name
        source = channel.name if original == UNKNOWN else original
        lines.append(f"{channel.name} [{channel.unit}] <- {source} ({', '.join(ways)})")
    return tuple(lines)


def pick(frame: Frame, name: str, preferred: Direction = Direction.TRACE) -> FloatImage | None:
    """Return a channel in the preferred direction, else in the other one, else `None`.

    Many files hold the retrace only. (lines, pixels) float32, NaN where nothing was scanned.
    """
    image = frame.get(name, preferred)
    if image is not None:
        return image
    other = Direction.RETRACE if preferred is Direction.TRACE else Direction.TRACE
    return frame.get(name, other)


def is_phase(name: str) -> bool:
    """Tell whether a canonical name is a phase (``phase``, ``phase_2``, ``nap_phase``)."""
    return re.fullmatch(r"(nap_)?(lateral_)?phase(_?\d+)?", name) is not None


def phase_in_radians(phase: FloatImage, unit: str) -> tuple[FloatImage, str]:
    """Return a phase in rad, and its unit.

    Degrees are recognised by the unit or, since units of phases are often wrong in files, by a
    value beyond `LARGEST_PHASE_RAD`. A phase in volts or amperes (an uncalibrated output) is left
    as it is.

    Parameters
    ----------
    phase
        (lines, pixels), NaN where nothing was scanned.
    unit
        As the file says.

    Returns
    -------
    phase, unit
        float32; "rad", or the unit that was given.
    """
    if unit in {"V", "A"}:
        return phase, unit
    finite = phase[np.isfinite(phase)]
    largest = float(np.abs(finite).max()) if finite.size else 0.0
    if unit in _DEGREES or largest > LARGEST_PHASE_RAD:
        return (phase * np.float32(math.pi / 180.0)).astype(np.float32), "rad"
    return phase, "rad"
