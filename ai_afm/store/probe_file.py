"""A point measurement as a file: all cycles and raw complex samples, with request and fit."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ai_afm.errors import BadInput, StoreError
from ai_afm.image import safe_hdf5
from ai_afm.store import small_hdf5
from ai_afm.types import Measurement, ProbeRequest, Spectrum
from ai_afm.types.codec import dumps, loads

FORMAT = "ai-afm probe"
FORMAT_VERSION = 1
_UNITS = {"height": "m", "deflection": "m", "force": "N", "frequency": "Hz", "current": "A"}
_ARRAYS = {
    "time": ("<f8", "s"),
    "bias": ("<f4", "V"),
    "write_bias": ("<f4", "V"),
    "on_field": ("u1", ""),
    "cycle": ("<i4", ""),
}


@dataclass(frozen=True, slots=True)
class StoredProbe:
    """A probe as it lies on the disk: its number in the run, and what was measured."""

    path: Path
    number: int
    spectrum: Spectrum


def write_probe(path: Path, number: int, spectrum: Spectrum) -> None:
    """Store a finished point measurement durably; the file appears whole or not at all.

    Parameters
    ----------
    path
        Where; must not exist.
    number
        Number of the probe in its run, from 1.
    spectrum
        What was measured.

    Raises
    ------
    StoreError
        When the file exists, the arrays differ in length, or the disk refuses.
    """
    if path.exists():
        raise StoreError(f"{path} exists already; a probe is never overwritten")
    lengths = {len(a) for a in (*_arrays(spectrum).values(), *spectrum.extra.values())}
    if lengths != {len(spectrum.response)} or len(spectrum.response) == 0:
        raise StoreError(f"probe {number}: arrays of different lengths {sorted(lengths)}, or empty")
    small_hdf5.write(path, FORMAT, FORMAT_VERSION, lambda file: _fill(file, number, spectrum))


def _arrays(spectrum: Spectrum) -> dict[str, Any]:
    return {name: getattr(spectrum, name) for name in _ARRAYS}


def _fill(file: h5py.File, number: int, spectrum: Spectrum) -> None:
    entry = file["entry"]
    request = spectrum.request
    entry.attrs.update({"probe": number, "title": f"probe {number}, {request.kind.value}"})
    entry.attrs.update({"position_m": request.position, "default": "samples"})
    small_hdf5.put_text(file, "request", dumps(request))
    small_hdf5.put_text(file, "measurement", dumps(spectrum.measurement))
    small_hdf5.put_text(file, "fit", json.dumps([[k, _finite(v)] for k, v in spectrum.fit]))
    small_hdf5.put_text(file, "response_unit", spectrum.response_unit)
    small_hdf5.put_text(file, "stopped", spectrum.stopped)
    samples = entry.create_group("samples")
    samples.attrs.update({"NX_class": "NXdata", "signal": "amplitude", "axes": ["time"]})
    samples.attrs.update({"time_indices": 0, "title": f"{request.kind.value} {number}"})
    for name, values in _arrays(spectrum).items():
        kind, unit = _ARRAYS[name]
        samples.create_dataset(name, data=np.asarray(values, kind)).attrs["units"] = unit
    response = samples.create_dataset("response", data=np.asarray(spectrum.response, "<c8"))
    response.attrs["units"] = spectrum.response_unit
    # Viewers draw no complex numbers, so the default signal is the magnitude; readers ignore it.
    magnitude = samples.create_dataset("amplitude", data=np.abs(spectrum.response).astype("<f4"))
    magnitude.attrs.update({"units": spectrum.response_unit, "long_name": "amplitude"})
    extra = entry.create_group("extra")
    for name, values in spectrum.extra.items():
        stored = extra.create_dataset(name, data=np.asarray(values, "<f4"))
        stored.attrs["units"] = _UNITS.get(name, "unknown")


def _finite(value: float) -> float | None:
    """Return a number that JSON knows; a fit that failed is NaN, which is stored as null."""
    return float(value) if math.isfinite(value) else None


def read_probe(path: Path) -> StoredProbe:
    """Read a point measurement back.

    Raises
    ------
    BadInput
        When it is no sound probe file of ours.
    """
    with safe_hdf5.opened(path) as file:
        safe_hdf5.require_format(file, FORMAT, FORMAT_VERSION)
        request = loads(safe_hdf5.text(file, "/entry/request"))
        measurement = loads(safe_hdf5.text(file, "/entry/measurement"))
        if not isinstance(request, ProbeRequest) or not isinstance(measurement, Measurement):
            raise BadInput(f"{path}: request or measurement is of the wrong class")
        names = ("response", *_ARRAYS)
        arrays = {n: _column(file, f"/entry/samples/{n}") for n in names}
        extra = {
            n: _column(file, f"/entry/extra/{n}") for n in safe_hdf5.find(file, "/entry/extra")
        }
        if {len(a) for a in (*arrays.values(), *extra.values())} != {len(arrays["time"])}:
            raise BadInput(f"{path}: arrays of different lengths")
        fit = json.loads(safe_hdf5.text(file, "/entry/fit"))
        spectrum = Spectrum(
            request=request,
            time=arrays["time"].astype(np.float64),
            bias=arrays["bias"].astype(np.float32),
            response=arrays["response"].astype(np.complex64),
            on_field=arrays["on_field"].astype(np.bool_),
            cycle=arrays["cycle"].astype(np.int32),
            write_bias=arrays["write_bias"].astype(np.float32),
            response_unit=safe_hdf5.text(file, "/entry/response_unit"),
            measurement=measurement,
            extra={n: a.astype(np.float32) for n, a in extra.items()},
            fit=tuple((str(k), float("nan") if v is None else float(v)) for k, v in fit),
            stopped=_stopped(file),
        )
        return StoredProbe(path, safe_hdf5.integer(file, "/entry", "probe"), spectrum)


def _stopped(file: h5py.File) -> str:
    """Return why a probe ended early; files of older versions do not say."""
    entry = safe_hdf5.find(file, "/entry")
    if "stopped" not in entry:
        return ""
    return safe_hdf5.text(file, "/entry/stopped")


def _column(file: h5py.File, name: str) -> Any:
    stored = safe_hdf5.dataset(file, name)
    if len(stored.shape) != 1:
        raise BadInput(f"{file.filename}: {name} has shape {stored.shape}, not one axis")
    return stored[()]
