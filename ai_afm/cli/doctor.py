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
from ai_afm.microscope.plugins import list_plugins
from ai_afm.segment.model_file import list_models

PACKAGES = ("numpy", "scipy", "scikit-image", "opencv-python-headless", "torch", "h5py", "pydantic")


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
    report: dict[str, Any] = {
        "ai_afm": __version__,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "disk_free_gb": round(free / 1e9, 1),
        "models": [m.spec for m in models],
        "microscopes": [_plugin(p.name, p.broken) for p in list_plugins()],
        "controllers": [_plugin(c.name, c.problem) for c in list_controllers()],
        "problems": problems,
    }
    say(report, json)
    if problems:
        raise typer.Exit(3)


def _plugin(name: str, fault: str | None) -> str:
    return name if fault is None else f"{name} (broken: {fault})"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
