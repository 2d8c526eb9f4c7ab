"""Walls against bulk: the biases of all loops side by side, partners joined by a line."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ai_afm.report.loops import Readout
from ai_afm.report.map_figure import probe_style
from ai_afm.report.palette import GRID, LATER
from ai_afm.report.probe_figure import ProbeView
from ai_afm.report.svg import WIDTH
from ai_afm.types import Role

ROLES = (Role.WALL, Role.BULK)
Value = Callable[[Readout], float | None]


def native_coercive(readout: Readout) -> float | None:
    """Return |bias|, V, of half switching from the native state."""
    return abs(readout.native.coercive) if readout.native.has_switched else None


def written_coercive(readout: Readout) -> float | None:
    """Return half the width, V, of the last later cycle that is a loop."""
    loop = readout.loop
    return None if loop is None else (loop.coercive_plus - loop.coercive_minus) / 2


PANELS: tuple[tuple[str, Value], ...] = (
    ("first half-cycle, native state:\n|bias| of half switching (V)", native_coercive),
    ("later cycles, written state:\nhalf the width of the loop (V)", written_coercive),
)


def can_compare(views: Sequence[ProbeView]) -> bool:
    """Tell whether there are loops on walls and in the bulk to be compared."""
    return all(
        any(v.readout and v.seen.probe.role is role and written_coercive(v.readout) for v in views)
        for role in ROLES
    )


def compare_figure(views: Sequence[ProbeView]) -> Figure:
    """Draw each loop's bias by where it was made.

    Parameters
    ----------
    views
        All probes of the run; those that are no loops are left out.
    """
    figure = Figure(figsize=(WIDTH * 0.72, 2.3), layout="constrained")
    for place, (words, value) in enumerate(PANELS, start=1):
        axes = figure.add_subplot(1, len(PANELS), place)
        _panel(axes, views, value)
        axes.set_ylabel(words)
    return figure


def _panel(axes: Axes, views: Sequence[ProbeView], value: Value) -> None:
    known = [
        (v, bias)
        for v in views
        if v.readout and v.seen.probe.role in ROLES and (bias := value(v.readout)) is not None
    ]
    names = sorted({v.pair for v, _ in known})
    at: dict[str, dict[Role, tuple[float, float]]] = {}
    for view, bias in known:
        # pairs stand side by side, so that equal biases do not hide one another
        share = (names.index(view.pair) + 0.5) / len(names) - 0.5
        role = view.seen.probe.role
        at.setdefault(view.pair, {})[role] = ROLES.index(role) + 0.5 * share, bias
    for pair in at.values():
        if len(pair) == len(ROLES):
            axes.plot(*zip(*pair.values(), strict=True), color=LATER, lw=0.6, zorder=1)
        for role, (x, bias) in pair.items():
            axes.plot([x], [bias], ms=4.5, zorder=2, **probe_style(role))
    counts = [sum(role in pair for pair in at.values()) for role in ROLES]
    labels = [f"{w}\nn = {n}" for w, n in zip(("wall", "bulk"), counts, strict=True)]
    axes.set_xticks([0, 1], labels)
    axes.set_xlim(-0.5, 1.5)
    axes.set_ylim(0, 1.12 * max((bias for _, bias in known), default=1.0))
    axes.grid(axis="y", color=GRID, lw=0.4)
