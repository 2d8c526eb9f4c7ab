"""Requests and measurement conditions as plain JSON values, exact and strict both ways.

Floats survive because JSON text carries Python's shortest exact representation; NaN and infinity
have no place in a request and are refused. A missing or unknown key is refused as well: a stored
request means exactly what it says.
"""

import dataclasses
import json
import math
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any

from ai_afm.errors import BadInput
from ai_afm.types.metadata import Channel, Measurement
from ai_afm.types.proposals import MapRequest
from ai_afm.types.requests import (
    Drive,
    PathRequest,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    Sweep,
    Waveform,
)
from ai_afm.types.writes import Stroke, WriteRequest

TAG = "type"
"""Key that names the class of an encoded value."""

_CLASSES: Mapping[str, type[Any]] = {
    c.__name__: c
    for c in (
        Channel,
        Drive,
        MapRequest,
        Measurement,
        PathRequest,
        ProbeRequest,
        ScanRegion,
        ScanRequest,
        Stroke,
        Sweep,
        Waveform,
        WriteRequest,
    )
}
_HINTS = {cls: typing.get_type_hints(cls) for cls in _CLASSES.values()}
_ADDED: Mapping[str, frozenset[str]] = {"Waveform": frozenset({"compliance"})}
"""Keys that older files lack: there they have the default of their class."""


def encode(value: Any) -> dict[str, Any]:
    """Turn a request, region, channel or measurement into a JSON object.

    Parameters
    ----------
    value
        One of the dataclasses of `ai_afm.types` that describe what is asked or how it is measured.

    Returns
    -------
    dict
        Plain JSON values; the key "type" names the class.

    Raises
    ------
    BadInput
        When the value is of another class, a field does not match its declared type, or a number
        is not finite.

    Examples
    --------
    >>> encode(ScanRegion((0.0, 0.0), (2e-6, 1e-6)))
    {'type': 'ScanRegion', 'center': [0.0, 0.0], 'size': [2e-06, 1e-06], 'angle': 0.0}
    """
    name = type(value).__name__
    if _CLASSES.get(name) is not type(value):
        raise BadInput(f"a {name} cannot be stored; known: {', '.join(sorted(_CLASSES))}")
    fields = {
        key: _encode(getattr(value, key), hint, f"{name}.{key}")
        for key, hint in _HINTS[type(value)].items()
    }
    return {TAG: name} | fields


def decode(stored: Any) -> Any:
    """Turn a JSON object made by `encode` back into the value it was made from.

    Raises
    ------
    BadInput
        When the class is unknown, a key is missing, unknown or of the wrong type, or a number is
        not finite.
    """
    if not isinstance(stored, dict) or not isinstance(stored.get(TAG), str):
        raise BadInput(f"a stored value needs the key {TAG!r} with the name of its class")
    cls = _CLASSES.get(stored[TAG])
    if cls is None:
        raise BadInput(f"unknown class {stored[TAG]!r}; known: {', '.join(sorted(_CLASSES))}")
    return _decode_class(stored, cls, cls.__name__)


def dumps(value: Any) -> str:
    """Return `encode(value)` as JSON text."""
    return json.dumps(encode(value), allow_nan=False, ensure_ascii=False)


def loads(text: str) -> Any:
    """Return the value in JSON text made by `dumps`; the inverse of it."""
    try:
        stored = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"not JSON: {exc}") from exc
    return decode(stored)


def _refuse_constant(text: str) -> float:
    raise BadInput(f"{text} is no number that a request can hold")


def _encode(value: Any, hint: Any, where: str) -> Any:
    """Encode one field; the declared type decides, so that what is written can be read back."""
    if _is_union(hint):
        return None if value is None else _encode(value, _some(hint), where)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, tuple):
            raise BadInput(f"{where} is a {type(value).__name__}, not a tuple")
        hints = _item_hints(hint, len(value), where)
        return [_encode(v, h, where) for v, h in zip(value, hints, strict=True)]
    if dataclasses.is_dataclass(hint):
        if type(value) is not hint:
            raise BadInput(f"{where} is a {type(value).__name__}, not a {_name(hint)}")
        return _encode_sweep(value, where) if isinstance(value, Sweep) else encode(value)
    if issubclass(hint, Enum):
        if not isinstance(value, hint):
            raise BadInput(f"{where} is {value!r}, not a {_name(hint)}")
        return value.value
    return _scalar(value, hint, where)


def _decode(stored: Any, hint: Any, where: str) -> Any:
    if _is_union(hint):
        return None if stored is None else _decode(stored, _some(hint), where)
    if typing.get_origin(hint) is tuple:
        if not isinstance(stored, list):
            raise BadInput(f"{where} is {stored!r}, not a list")
        hints = _item_hints(hint, len(stored), where)
        return tuple(_decode(s, h, where) for s, h in zip(stored, hints, strict=True))
    if hint is Sweep:
        return _decode_sweep(stored, where)
    if dataclasses.is_dataclass(hint):
        return _decode_class(stored, typing.cast(type, hint), where)
    if issubclass(hint, Enum):
        try:
            return hint(stored)
        except ValueError as exc:
            raise BadInput(f"{where}: {exc}") from exc
    return _scalar(stored, hint, where)


def _encode_sweep(sweep: Sweep, where: str) -> list[float | int]:
    """Encode a sweep of a path as [x0, y0, x1, y1, speed, pixels]: a path has thousands of them."""
    places = (sweep.start, sweep.end)
    if not all(isinstance(place, tuple) and len(place) == 2 for place in places):
        raise BadInput(f"{where}: the ends of a sweep are two numbers each")
    floats = [_scalar(v, float, where) for v in (*sweep.start, *sweep.end, sweep.speed)]
    return [*floats, _scalar(sweep.pixels, int, where)]


def _decode_sweep(stored: Any, where: str) -> Sweep:
    if not isinstance(stored, list) or len(stored) != 6:
        raise BadInput(f"{where} is no sweep [x0, y0, x1, y1, speed, pixels]")
    x0, y0, x1, y1, speed = (_scalar(v, float, where) for v in stored[:5])
    return Sweep((x0, y0), (x1, y1), speed, _scalar(stored[5], int, where))


def _decode_class(stored: Any, cls: type, where: str) -> Any:
    if not isinstance(stored, dict) or stored.get(TAG) != cls.__name__:
        raise BadInput(f"{where} is not a stored {cls.__name__}")
    hints = _HINTS[cls]
    lacking = _ADDED.get(cls.__name__, frozenset()) - set(stored)
    wrong = sorted(set(stored) - {TAG} ^ set(hints) - lacking)
    if wrong:
        raise BadInput(f"{where}: key {wrong[0]!r} is missing or unknown")
    known = {key: hint for key, hint in hints.items() if key not in lacking}
    return cls(**{key: _decode(stored[key], hint, f"{where}.{key}") for key, hint in known.items()})


def _scalar(value: Any, hint: type, where: str) -> Any:
    """Check a bool, int, float or str; a NumPy number counts as the number that it equals."""
    value = value.item() if hasattr(value, "item") else value
    if hint is float and type(value) is int and abs(value) < 2**53:
        value = float(value)
    if type(value) is not hint:
        raise BadInput(f"{where} is {value!r}, not of type {_name(hint)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{where} is {value}, not a finite number")
    return value


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def _some(hint: Any) -> Any:
    return next(h for h in typing.get_args(hint) if h is not type(None))


def _item_hints(hint: Any, count: int, where: str) -> tuple[Any, ...]:
    args = typing.get_args(hint)
    if len(args) == 2 and args[1] is Ellipsis:
        return (args[0],) * count
    if len(args) != count:
        raise BadInput(f"{where} has {count} items instead of {len(args)}")
    return args


def _name(hint: Any) -> str:
    return str(getattr(hint, "__name__", hint))
