"""Numbers as a reader wants them: with an SI prefix and a unit, or "not measured"."""

import math
from typing import Final

NOT_MEASURED: Final = "not measured"
_SPACE = "\u00a0"  # a number and its unit stay on one line
_PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
_SCALED = frozenset({"m", "V", "s", "Hz", "A", "N", "Ω", "m V", "V s", "m/s"})


def prefix_of(size: float, unit: str) -> tuple[float, str]:
    """Return the factor to divide by, and the unit with its prefix, for numbers of about `size`.

    Units that take no prefix (arbitrary ones, ratios) keep the factor 1.

    Examples
    --------
    >>> prefix_of(3e-9, "m")
    (1e-09, 'nm')
    >>> prefix_of(3e-9, "arb")
    (1.0, 'arb. u.')
    """
    if unit == "arb":
        return 1.0, "arb. u."
    if unit not in _SCALED or size == 0 or not math.isfinite(size):
        return 1.0, unit
    power = 3 * math.floor(math.log10(abs(size) * (1 + 1e-6)) / 3)
    power = min(max(power, min(_PREFIXES)), max(_PREFIXES))
    return 10.0**power, _PREFIXES[power] + unit.replace(" ", _SPACE)


def quantity(value: float | None, unit: str = "", digits: int = 3) -> str:
    r"""Write a value with its unit; `None`, NaN and infinity are "not measured".

    Parameters
    ----------
    value
        In the SI unit `unit`.
    unit
        SI unit, "arb", or nothing.
    digits
        Significant digits.

    Examples
    --------
    >>> quantity(-1.2345e-7, "m").replace("\u00a0", " ")
    '−123 nm'
    >>> quantity(float("nan"), "V")
    'not measured'
    """
    if value is None or not math.isfinite(value):
        return NOT_MEASURED
    # 999.9 nm rounds to 1000 nm: the prefix is chosen for what will be written
    factor, text = prefix_of(_rounded(value, digits), unit)
    return f"{number(value / factor, digits)}{_SPACE if text else ''}{text}"


def number(value: float | None, digits: int = 3) -> str:
    """Write a plain number with so many significant digits.

    Examples
    --------
    >>> number(-0.01234), number(1234.5), number(2.0)
    ('−0.0123', '1230', '2.00')
    """
    if value is None or not math.isfinite(value):
        return NOT_MEASURED
    rounded = _rounded(value, digits)
    if rounded == 0:
        return "0"
    power = math.floor(math.log10(abs(rounded)))
    if not -4 < power < 6:
        return f"{rounded:.{digits - 1}e}".replace("-", "−")
    return f"{rounded:.{max(digits - 1 - power, 0)}f}".replace("-", "−")


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits - 1}e}")


def volts(value: float | None) -> str:
    r"""Write a bias in volts to a hundredth: biases are compared with one another.

    Examples
    --------
    >>> volts(-0.0096).replace("\u00a0", " ")
    '−0.01 V'
    """
    if value is None or not math.isfinite(value):
        return NOT_MEASURED
    return f"{value:.2f}{_SPACE}V".replace("-", "−")


def density(value: float | None) -> str:
    r"""Write a length per area (1/m) per micrometre: a length in µm on each µm².

    Examples
    --------
    >>> density(3.0963e6).replace("\u00a0", " ")
    '3.10 µm/µm²'
    """
    if value is None:
        return NOT_MEASURED
    return f"{number(value * 1e-6)}{_SPACE}µm/µm²"


def share(value: float | None) -> str:
    """Write a share as per cent."""
    return NOT_MEASURED if value is None else f"{100 * value:.1f}{_SPACE}%"


def duration(seconds: float | None) -> str:
    r"""Write a time span.

    Examples
    --------
    >>> [duration(s).replace("\u00a0", " ") for s in (3.915, 192.1, 12800.0)]
    ['3.9 s', '3 min 12 s', '3 h 33 min']
    """
    if seconds is None or not math.isfinite(seconds):
        return NOT_MEASURED
    if seconds < 59.95:
        return f"{seconds:.1f}{_SPACE}s"
    if seconds < 3599.5:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes}{_SPACE}min {rest}{_SPACE}s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}{_SPACE}h {minutes}{_SPACE}min"


def place(x: float, y: float) -> str:
    """Write a position (m) in the sample frame, in micrometres."""
    texts = [f"{v * 1e6:.3f}".replace("-", "−") for v in (x, y)]
    return f"({texts[0]}, {texts[1]}){_SPACE}µm"


def extent(size: tuple[float, float]) -> str:
    """Write the size (m) of a frame: one number for a square."""
    width, height = size
    if math.isclose(width, height, rel_tol=1e-3):
        return quantity(width, "m")
    return f"{quantity(width, 'm')} × {quantity(height, 'm')}"
