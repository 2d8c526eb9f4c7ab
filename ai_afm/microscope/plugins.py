"""Finding adapters by name and opening them, guarded.

An adapter is a factory `(options, clock) -> Microscope`. The built-in ones are named here; others
come as entry points of the group `ai_afm.microscopes`. A factory whose attribute
`faster_than_real_time` is true (a simulation) may run on a clock that is not the wall's; a real
instrument may not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeAlias, cast

from ai_afm.config import ConsentSettings, InstrumentSettings, LimitSettings
from ai_afm.errors import ConfigError
from ai_afm.microscope.base import Microscope
from ai_afm.microscope.dose import DoseMap
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.microscope.simulated.clock import AcceleratedClock, Clock, InstantClock, RealClock

Factory: TypeAlias = Callable[[Mapping[str, object], Clock], Microscope]
GROUP = "ai_afm.microscopes"
BUILT_IN = {
    "simulated": "ai_afm.microscope.simulated.afm:open_simulated",
    "replay": "ai_afm.microscope.replay:open_replay",
}


@dataclass(frozen=True, slots=True)
class Plugin:
    """An adapter that was found.

    Parameters
    ----------
    name
        As it is called in `instrument.kind`.
    target
        `module:factory`.
    package
        Distribution that brings it.
    broken
        Why it cannot be used, `None` when it can.
    """

    name: str
    target: str
    package: str
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier part of the run has done: dose of the sample, instrument time spent (s)."""

    dose: DoseMap | None = None
    spent: float = 0.0


def list_plugins() -> tuple[Plugin, ...]:
    """Return all adapters by name, the broken ones with the reason; nothing is opened."""
    found = [
        Plugin(name, target, "ai-afm", _why_broken(_built_in(name)))
        for name, target in BUILT_IN.items()
    ]
    for entry in entry_points(group=GROUP):
        if entry.value == BUILT_IN.get(entry.name):
            continue
        taken = f"the name {entry.name!r} is taken" if entry.name in BUILT_IN else None
        package = entry.dist.name if entry.dist is not None else "unknown"
        found.append(Plugin(entry.name, entry.value, package, taken or _why_broken(entry)))
    return tuple(sorted(found, key=lambda plugin: plugin.name))


def open_microscope(
    instrument: InstrumentSettings,
    limits: LimitSettings,
    consent: ConsentSettings,
    budget_s: float,
    earlier: Earlier | None = None,
) -> GuardedMicroscope:
    """Open a microscope; it comes guarded, and there is no other way to get one.

    Parameters
    ----------
    instrument, limits, consent
        The tables of the configuration.
    budget_s
        Instrument time that the whole run may take, s.
    earlier
        What an earlier part of the run has done.

    Raises
    ------
    ConfigError
        When the adapter is unknown or broken, its options are wrong, a real instrument is asked to
        run on another clock than the wall's, or its feedback mode has no known safe order.
    """
    factory = _load(instrument.kind)
    simulation = instrument.kind in BUILT_IN or getattr(factory, "faster_than_real_time", False)
    if instrument.clock != "real" and simulation is not True:
        raise ConfigError(
            f"instrument.clock = {instrument.clock!r}, but {instrument.kind!r} is a real"
            ' instrument; set it to "real"'
        )
    before = earlier or Earlier()
    clock = open_clock(instrument, before.spent)
    microscope = factory(instrument.options, clock)
    # When the guard refuses to begin, the adapter is left as it is: closing it would lift the tip
    # in an order that nobody has checked.
    allowed = limits.limits(microscope.capabilities.scanner_range, budget_s)
    return GuardedMicroscope(microscope, allowed, consent.consent, clock, before.dose, before.spent)


def open_clock(instrument: InstrumentSettings, start: float = 0.0) -> Clock:
    """Return the clock that the configuration asks for, at `start` s."""
    match instrument.clock:
        case "instant":
            return InstantClock(start)
        case "accelerated":
            return AcceleratedClock(instrument.acceleration, start)
        case _:
            return RealClock(start)


def _load(name: str) -> Factory:
    entry = _find(name)
    reason = _why_broken(entry)
    if reason is not None:
        raise ConfigError(f"the adapter {name!r} ({entry.value}) cannot be used: {reason}")
    return cast(Factory, entry.load())


def _find(name: str) -> EntryPoint:
    if name in BUILT_IN:
        return _built_in(name)
    others = [entry for entry in entry_points(group=GROUP) if entry.name not in BUILT_IN]
    for entry in others:
        if entry.name == name:
            return entry
    known = ", ".join(sorted({*BUILT_IN, *(entry.name for entry in others)}))
    raise ConfigError(f"instrument.kind = {name!r} is unknown; known adapters: {known}")


def _built_in(name: str) -> EntryPoint:
    return EntryPoint(name, BUILT_IN[name], GROUP)


def _why_broken(entry: EntryPoint) -> str | None:
    try:
        factory: Any = entry.load()
    # Whatever a third party's module does on import, the others must stay usable.
    except Exception as exc:
        return f"{type(exc).__name__}: {exc}"
    return None if callable(factory) else f"{entry.value} is not a factory"
