"""Controllers by name: the two built in, and those of other packages."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TypeAlias

from ai_afm.config import RunConfig
from ai_afm.control.base import Controller
from ai_afm.control.raster import RasterController
from ai_afm.control.sequence import SequenceController
from ai_afm.control.targets import TargetsController
from ai_afm.errors import ConfigError
from ai_afm.microscope.base import Capabilities

GROUP = "ai_afm.controllers"

Factory: TypeAlias = Callable[[RunConfig, Capabilities], Controller]
"""What an entry point must name: takes the configuration and what the instrument can do."""

BUILT_IN: dict[str, Factory] = {
    "targets": TargetsController,
    "raster": RasterController,
    "sequence": SequenceController,
}


@dataclass(frozen=True, slots=True)
class ControllerPlugin:
    """A controller that can be named in a configuration; `problem` says why it cannot be used."""

    name: str
    source: str
    factory: Factory | None
    problem: str | None = None


def list_controllers() -> tuple[ControllerPlugin, ...]:
    """Return all controllers, those that cannot be loaded included; built-in names win."""
    found = [ControllerPlugin(name, "ai-afm", factory) for name, factory in BUILT_IN.items()]
    for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name, e.value)):
        if entry.name in {p.name for p in found}:
            problem = f"the name {entry.name!r} is taken already"
            found.append(ControllerPlugin(entry.name, entry.value, None, problem))
            continue
        try:
            factory = entry.load()
        # a third party's module may fail in any way while it is imported
        except Exception as exc:
            problem = f"{type(exc).__name__}: {exc}"
            found.append(ControllerPlugin(entry.name, entry.value, None, problem))
            continue
        found.append(ControllerPlugin(entry.name, entry.value, factory))
    return tuple(found)


def open_controller(name: str, config: RunConfig, instrument: Capabilities) -> Controller:
    """Return a controller by its name.

    Parameters
    ----------
    name
        "targets", "raster", or what a plug-in is called.
    config
        Of the run.
    instrument
        What it can do, and how long that takes.

    Raises
    ------
    ConfigError
        When there is no such controller, or its plug-in cannot be loaded.
    """
    known = list_controllers()
    for plugin in known:
        if plugin.name == name and plugin.factory is not None:
            return plugin.factory(config, instrument)
    for plugin in known:
        if plugin.name == name:
            raise ConfigError(
                f"the controller {name!r} ({plugin.source}) cannot be loaded: {plugin.problem}"
            )
    names = ", ".join(sorted(p.name for p in known if p.factory is not None))
    raise ConfigError(f"no controller {name!r}; known: {names}")
