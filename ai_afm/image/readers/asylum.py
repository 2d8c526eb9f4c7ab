"""What an Asylum Research header (wave note, or the attributes that a converter made of it) tells.

The wave itself carries one unit, metres, for all its channels, so units follow the channel's name,
and the user inputs' from the header.
"""

import math
from collections.abc import Mapping

from ai_afm.image.channels import parse_name
from ai_afm.image.readers.base import NAN, finite_or_none, number
from ai_afm.types import UNKNOWN, Measurement, Mode, Point, SlowDirection

_UNITS = {
    "height": "m",
    "amplitude": "m",
    "deflection": "m",
    "phase": "deg",
    "frequency": "Hz",
    "current": "A",
    "potential": "V",
    "lateral": "V",
}
# In the files at hand "ImagingMode:PFM Mode" and the older "ImagingMode: 3" name the same panel.
_PFM = {"PFM Mode", "3"}
_MODES = {
    "AC Mode": Mode.TAPPING,
    "Contact": Mode.CONTACT,
    "Contact Mode": Mode.CONTACT,
    "PFM Mode": Mode.PFM_SINGLE_FREQUENCY,
    "3": Mode.PFM_SINGLE_FREQUENCY,
}


def parse_note(note: str) -> dict[str, str]:
    r"""Return the `key: value` lines of a wave note; of a repeated key the first, the image's own.

    Examples
    --------
    >>> parse_note("ScanSize: 5e-06\rImagingMode:PFM Mode\r")
    {'ScanSize': '5e-06', 'ImagingMode': 'PFM Mode'}
    """
    header: dict[str, str] = {}
    for line in note.replace("\r", "\n").splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip():
            header.setdefault(key.strip(), value.strip())
    return header


def channel_unit(name: str, header: Mapping[str, str]) -> str:
    """Return the SI unit of a channel ("deg" for a phase), "arb" where nothing tells it."""
    quantity = parse_name(name).quantity.removeprefix("nap_")
    if quantity.startswith("user_in_"):
        return header.get(f"UserIn{quantity.removeprefix('user_in_')}Unit", "V") or "V"
    return _UNITS.get(quantity, "arb")


def measurement(header: Mapping[str, str]) -> Measurement:
    """Return the conditions of the measurement, the whole header verbatim in `extra`.

    The header's time has no zone, so `started` stays unknown; its load is that of another setpoint
    unit than the one in use, so `load` does too.
    """
    mode = _MODES.get(header.get("ImagingMode", ""), Mode.UNKNOWN)
    frequencies = [finite_or_none(header.get("DriveFrequency"))]
    if header.get("ImagingMode") in _PFM and number(header.get("DFRTOn"), 0.0) == 1:
        mode = Mode.PFM_DART
        frequencies.append(finite_or_none(header.get("DriveFrequency1")))
    tapping = mode is Mode.TAPPING
    return Measurement(
        mode=mode,
        instrument=f"Asylum Research {header.get('MicroscopeModel', '')}".strip(),
        software=f"Asylum Research {header.get('Version', '')}".strip(),
        drive_amplitude=finite_or_none(header.get("DriveAmplitude")),
        drive_frequencies=tuple(f for f in frequencies if f is not None),
        # The lock-in reads the vertical deflection unless the fast input was switched to another
        # signal.
        signal="vertical" if header.get("InFast", "").startswith("ACDefl") else UNKNOWN,
        setpoint=finite_or_none(
            header.get("AmplitudeSetpointVolts" if tapping else "DeflectionSetpointVolts")
        ),
        setpoint_unit="V",
        line_rate=finite_or_none(header.get("ScanRate")),
        tip_serial=header.get("TipSerialNumber") or UNKNOWN,
        extra=(
            *header.items(),
            ("scan angle", "taken as counter-clockwise; not checked on an instrument"),
        ),
    )


def placement(header: Mapping[str, str]) -> tuple[Point, float, SlowDirection, float]:
    """Return centre (m), angle (rad), slow direction and line rate (Hz, NaN where unknown)."""
    center = (number(header.get("XOffset"), 0.0), number(header.get("YOffset"), 0.0))
    angle = math.radians(number(header.get("ScanAngle"), 0.0))
    down = number(header.get("ScanDown"), 1.0) != 0
    rate = number(header.get("ScanRate"))
    return (
        center,
        angle,
        SlowDirection.DOWN if down else SlowDirection.UP,
        rate if rate > 0 else NAN,
    )
