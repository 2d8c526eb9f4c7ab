"""`ai-afm doctor`: is this computer fit to run a microscope?"""

import importlib.util
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer

from ai_afm import __version__
from ai_afm.cli.output import say
from ai_afm.control.plugins import list_controllers
from ai_afm.errors import BadInput
from ai_afm.microscope.plugins import list_plugins
from ai_afm.segment.model_file import list_models

PACKAGES = ("numpy", "scipy", "scikit-image", "opencv-python-headless", "torch", "h5py", "pydantic")
ENGINES = ("onnxruntime", "openvino")
"""Engines of the extra `[fast]`; both need `onnx` for the network's graph."""


def doctor(
    path: Annotated[Path, typer.Option(help="Where runs will be stored.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Look at versions, disk, models and plug-ins; exit 3 when something is in the way."""
    free = shutil.disk_usage(path).free
    models = list_models()
    problems = [f"{name} is not installed" for name in PACKAGES if _version(name) is None]
    problems += [f"model {m.spec}: {m.fault}" for m in models if m.fault]
    if not any(m.active and not m.fault for m in models):
        problems.append("no usable active model")
    if free < 5e9:
        problems.append(
            f"only {free / 1e9:.1f} GB free where runs will be stored; a night wants 5 GB"
        )
    if importlib.util.find_spec("cv2") is None:
        problems.append("cv2 cannot be imported")
    dtype = _dtype(problems)
    report: dict[str, Any] = {
        "ai_afm": __version__,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "number_format": dtype,
        "engines": ["torch", *_engines()],
        "disk_free_gb": round(free / 1e9, 1),
        "models": [m.spec for m in models],
        "microscopes": [_plugin(p.name, p.broken) for p in list_plugins()],
        "controllers": [_plugin(c.name, c.problem) for c in list_controllers()],
        "problems": problems,
    }
    say(report, json)
    if problems:
        raise typer.Exit(3)


def _dtype(problems: list[str]) -> str | None:
    """Return the number format that the network runs in; what is in its way is added."""
    if _version("torch") is None:
        return None
    from ai_afm.segment.runtime import choose_dtype, dtype_name

    try:
        return dtype_name(choose_dtype())
    except BadInput as exc:
        problems.append(f"{exc} (AI_AFM_DTYPE)")
        return None


def _engines() -> list[str]:
    """Return the engines beside torch that can be used, with their versions."""
    if _version("onnx") is None:
        return []
    found = [(name, _version(name)) for name in ENGINES]
    return [f"{name} {number}" for name, number in found if number is not None]


def _plugin(name: str, fault: str | None) -> str:
    return name if fault is None else f"{name} (broken: {fault})"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
