"""Which material a base model has never seen, and where its samples come from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ai_afm.bench.quality.frames import Exam, pose
from ai_afm.bench.quality.worlds import draw_scene
from ai_afm.flywheel.painted.crops import SCENES, Scenes
from ai_afm.flywheel.painted.scenes import ferroelectric_grains, grains
from ai_afm.microscope.simulated.recipes import MIXES


@dataclass(frozen=True, slots=True)
class Material:
    """A family of materials that a base model is kept from.

    Parameters
    ----------
    name
        What it is called.
    families
        Its families of samples, keys of `bench.quality.worlds.FAMILIES`.
    others
        Families without it: what else a lab scans, and what must not be forgotten.
    mixed
        Whether a mix of the twin's training worlds has it.
    painted
        The painted scenes that have it.
    """

    name: str
    families: tuple[str, ...]
    others: tuple[str, ...]
    mixed: Callable[[str], bool]
    painted: tuple[Callable[..., object], ...]

    def mixes(self) -> Mapping[str, float]:
        """Return the shares of training worlds without it."""
        kept = {mix: share for mix, share in MIXES.items() if not self.mixed(mix)}
        return {mix: share / sum(kept.values()) for mix, share in kept.items()}

    def scenes(self) -> Scenes:
        """Return the shares of painted training scenes without it."""
        kept = [(share, scene) for share, scene in SCENES if scene not in self.painted]
        total = sum(share for share, _ in kept)
        return tuple((share / total, scene) for share, scene in kept)


POLYCRYSTALS = Material(
    "polycrystals",
    ("grains", "ionic_film"),
    ("stripes", "lamellae", "labyrinth", "bubbles", "soft_lamellae", "irregular", "bare"),
    lambda mix: mix.startswith("grains") or mix == "all",
    (grains, ferroelectric_grains),
)
"""Whatever has grain boundaries: they are a class that the base model has never been shown."""


def frames_of(families: Sequence[str], seed: int, count: int) -> list[Exam]:
    """Image so many frames of new samples, the families by turns; the seed determines everything.

    Sample, instrument, mode, pixel size and shape of each are drawn as in `bench perception
    --quality`.
    """
    return [pose(draw_scene(seed, n, families[n % len(families)])) for n in range(count)]
