"""The tones of both themes, without Qt and numpy: the stop bar starts in an instant with them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours of one theme, as "#rrggbb"."""

    window: str
    panel: str
    field: str
    text: str
    quiet: str
    line: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str


DARK = Colours(
    window="#15181d",
    panel="#1d2128",
    field="#252a33",
    text="#e8eaee",
    quiet="#9aa3b0",
    line="#363d49",
    accent="#4c9be8",
    on_accent="#0b1016",
    good="#4fbf7f",
    warn="#f0b440",
    bad="#f0665c",
)
LIGHT = Colours(
    window="#f3f4f6",
    panel="#ffffff",
    field="#ffffff",
    text="#1b1f26",
    quiet="#5a6472",
    line="#d2d7df",
    accent="#1f6fc0",
    on_accent="#ffffff",
    good="#1f8a52",
    warn="#a86a00",
    bad="#c3352b",
)


def colours(*, dark: bool) -> Colours:
    """Return the colours of a theme."""
    return DARK if dark else LIGHT
