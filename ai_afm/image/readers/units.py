"""Units as vendors write them, in SI: `nm`, `~m`, `Deg`, `kHz` and their like.

A unit that is not in the table is kept as it is written, and so is its number: nothing is guessed.
"""

import math

_PREFIXES = {
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "\N{MICRO SIGN}": 1e-6,
    "\N{GREEK SMALL LETTER MU}": 1e-6,
    # NanoScope and Agilent write so where their font has no micro sign.
    "~": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
}
_BASES = ("m", "V", "A", "Hz", "N", "Pa", "W", "J", "F", "s", "Ohm")
_DEGREE_SIGNS = ("\N{DEGREE SIGN}", "\N{MASCULINE ORDINAL INDICATOR}")
_ANGSTROM = ("\N{LATIN CAPITAL LETTER A WITH RING ABOVE}", "\N{ANGSTROM SIGN}")
_SPECIAL = {
    **dict.fromkeys((*_DEGREE_SIGNS, "deg", "Deg", "degree", "degrees"), (1.0, "deg")),
    **dict.fromkeys(_ANGSTROM, (1e-10, "m")),
    "": (1.0, "arb"),
}
_KNOWN = {
    **{prefix + base: (factor, base) for base in _BASES for prefix, factor in _PREFIXES.items()},
    **_SPECIAL,
}


def to_si(unit: str) -> tuple[float, str]:
    """Return the factor that turns a number in this unit into SI, and the SI unit.

    Degrees stay degrees ("deg"), no unit is "arb", and what is not known stays as it is.

    Examples
    --------
    >>> to_si("nm"), to_si("~m"), to_si("log(Pa)"), to_si("")
    ((1e-09, 'm'), (1e-06, 'm'), (1.0, 'log(Pa)'), (1.0, 'arb'))
    """
    unit = unit.strip()
    return _KNOWN.get(unit, (1.0, unit))


def per_unit(sensitivity: str, unit: str) -> tuple[float, str]:
    """Return factor and SI unit of a number in `unit` times a sensitivity in "a/b".

    Without a slash the sensitivity is a plain number, and the product keeps its unit. Where the
    units do not cancel, the product is "arb".

    Examples
    --------
    >>> per_unit("nm/V", "V"), per_unit("", "mV"), per_unit("nm/V", "A")
    ((1e-09, 'm'), (0.001, 'V'), (1.0, 'arb'))
    """
    factor, base = to_si(unit)
    above, slash, below = sensitivity.strip().partition("/")
    if not slash:
        return (factor, base) if not above else (1.0, "arb")
    below_factor, below_base = to_si(below)
    if below_base != base:
        return 1.0, "arb"
    above_factor, above_base = to_si(above)
    return above_factor * factor / below_factor, above_base


def length(text: str) -> float | None:
    """Return a length such as "600 nm" in metres, `None` where it is none.

    Examples
    --------
    >>> length("15 ~m"), length("600 nm"), length("20 V"), length("wide")
    (1.5e-05, 6e-07, None, None)
    """
    figure, _, unit = text.strip().partition(" ")
    factor, base = to_si(unit)
    try:
        value = float(figure)
    except ValueError:
        return None
    if base != "m" or not math.isfinite(value):
        return None
    # By division the decimals stay exact: 15e-6, not 14.999...e-6.
    return value / round(1 / factor) if factor < 1 else value * factor
