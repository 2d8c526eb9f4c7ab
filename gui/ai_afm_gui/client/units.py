"""Numbers as people read them: four digits at most, an SI prefix, a unit."""

import math

_PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}


def si(value: float, unit: str, digits: int = 3) -> str:
    """Write a number with an SI prefix.

    Examples
    --------
    >>> si(1.234e-6, "m"), si(-0.035, "V"), si(0.0, "V"), si(999.7e-9, "m"), si(float("nan"), "V")
    ('1.23 µm', '-35 mV', '0 V', '1 µm', 'no value')
    """
    if not math.isfinite(value):
        return "no value"
    exponent, factor = prefix(value, digits)
    return f"{_plain(value / factor, digits)} {_PREFIXES[exponent]}{unit}".strip()


def prefix(value: float, digits: int = 3) -> tuple[int, float]:
    """Return the power of ten of the SI prefix for a number, and its factor."""
    if value == 0 or not math.isfinite(value):
        return 0, 1.0
    rounded = float(f"{abs(value):.{digits - 1}e}")
    exponent = 3 * math.floor(math.log10(rounded) / 3)
    exponent = min(max(exponent, min(_PREFIXES)), max(_PREFIXES))
    return exponent, 10.0**exponent


def prefixed(unit: str, exponent: int) -> str:
    """Return a unit with the prefix of a power of ten.

    Examples
    --------
    >>> prefixed("m", -9)
    'nm'
    """
    return f"{_PREFIXES[exponent]}{unit}"


def metres(value: float) -> str:
    """Write a length.

    Examples
    --------
    >>> metres(5e-7)
    '500 nm'
    """
    return si(value, "m")


def number(value: float, unit: str, digits: int = 3) -> str:
    """Write a number with an SI prefix below one only, as for seconds.

    Examples
    --------
    >>> number(0.032, "s"), number(1234.0, "s")
    ('32 ms', '1234 s')
    """
    return f"{value:.0f} {unit}" if abs(value) >= 1000 else si(value, unit, digits)


def duration(seconds: float) -> str:
    """Write a time that something will take.

    Examples
    --------
    >>> duration(42), duration(512), duration(7260)
    ('42 s', '8 min 32 s', '2 h 01 min')
    """
    whole = round(max(seconds, 0.0))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return f"{float(text):.0f}" if "e" in text else text
