"""All knobs of a world: what the twin's sample is made of. SI units; `None` is an absent layer."""

from dataclasses import dataclass

Angles = tuple[float, ...]

WORLD_KINDS = (
    "stripes",
    "labyrinth",
    "bubbles",
    "lamellae",
    "grains",
    "ferroelectric_ceramic",
    "film",
    "ionic_film",
    "bare",
)
"""Kinds of sample that `make_world` grows."""

PATTERNS = ("stripes", "labyrinth", "bubbles", "irregular")
"""Patterns of 180-degree domains."""


@dataclass(frozen=True, slots=True)
class DomainSpec:
    """180-degree domains.

    Parameters
    ----------
    pattern
        One of `PATTERNS`.
    width
        Typical width of a domain, m.
    wall_width
        Intrinsic half width of a wall, m: polarization is tanh(distance / wall_width).
    bias
        Excess of up domains: 0 half and half, +-1 (nearly) one sign only.
    disorder
        0 perfect pattern, 1 dislocations everywhere.
    angle
        Direction across stripes, rad.
    """

    pattern: str = "labyrinth"
    width: float = 0.4e-6
    wall_width: float = 4e-9
    bias: float = 0.0
    disorder: float = 0.3
    angle: float = 0.3


@dataclass(frozen=True, slots=True)
class TwinSpec:
    """a/c ferroelastic lamellae: a domains (in-plane polarization) in a c matrix.

    Parameters
    ----------
    period, duty
        Distance of the lamellae (m), and the a lamellae's share of it.
    angles
        Direction across the lamellae of each set, rad (two sets cross).
    length, taper
        Typical length of a lamella and of the needle at each of its ends, m.
    coverage
        Share of the possible lamellae that are there.
    tilt
        Angle between the a and the c surface, rad; tan = c/a - 1.
    response
        Vertical response of an a domain relative to c (0 in theory, more where the tip sees the c
        below).
    in_plane
        Lateral response of an a domain relative to the vertical one of c.
    wall_width
        Half width of the walls, m: inclined (45 degrees) below the surface, hence soft.
    bend
        How far a lamella strays from a straight line, m.
    """

    period: float = 0.35e-6
    duty: float = 0.3
    angles: Angles = (0.6, 0.6 + 1.5708)
    length: float = 4e-6
    taper: float = 0.8e-6
    coverage: float = 0.6
    tilt: float = 0.02
    response: float = 0.35
    in_plane: float = 0.6
    wall_width: float = 8e-9
    bend: float = 5e-9


@dataclass(frozen=True, slots=True)
class GrainSpec:
    """Polycrystalline grains, each a crystallite of its own orientation.

    Parameters
    ----------
    size
        Mean distance of grains, m.
    irregularity
        0 honeycomb, 1 random (Poisson-Voronoi) sizes.
    warp
        How far boundaries stray from straight lines, in parts of `size` (0 to 0.2).
    groove_depth, groove_width
        Depth and half width of the boundary groove, m (a negative depth is a ridge).
    dome
        Height of a grain's middle above its edge, m.
    height_spread, tilt_spread
        Spread of the grains' heights (m) and surface tilts (rad).
    response_spread
        0 all alike; 1 orientations at random (vertical = cos, lateral = sin of the polar axis'
        tilt).
    boundary_dip
        Loss of response at a boundary, 0 to 1, over `groove_width`.
    contrast
        Spread of stiffness and adhesion from grain to grain, relative.
    poling
        Spread of the domain bias from grain to grain (large: single-domain grains).
    coherent
        Whether domains and twins run on across boundaries (an oriented film) or each grain has its
        own.
    """

    size: float = 1.2e-6
    irregularity: float = 0.7
    warp: float = 0.12
    groove_depth: float = 4e-9
    groove_width: float = 30e-9
    dome: float = 3e-9
    height_spread: float = 4e-9
    tilt_spread: float = 0.006
    response_spread: float = 0.5
    boundary_dip: float = 0.4
    contrast: float = 0.12
    poling: float = 0.4
    coherent: bool = False


@dataclass(frozen=True, slots=True)
class ReliefSpec:
    """Everything in height that is no grain and no twin.

    Parameters
    ----------
    roughness, hurst
        Root mean square height (m) and Hurst exponent of the fine self-affine roughness.
    waviness, waviness_length
        Slow undulation: spread (m) and correlation length (m).
    step_height, terrace_width, step_wobble
        Terraces: height of a step (m; 0 none), mean width (m), and wobble of the steps in widths.
    scratches, scratch_depth, scratch_width
        Number in the extent, depth and half width, m.
    particles, particle_radius, particle_height
        Number in the extent; mean radius and height (m; a negative height makes pits).
    """

    roughness: float = 0.3e-9
    hurst: float = 0.6
    waviness: float = 2e-9
    waviness_length: float = 4e-6
    step_height: float = 0.0
    terrace_width: float = 1e-6
    step_wobble: float = 0.6
    scratches: int = 0
    scratch_depth: float = 3e-9
    scratch_width: float = 25e-9
    particles: int = 0
    particle_radius: float = 60e-9
    particle_height: float = 15e-9


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """How strongly the sample answers an electric field, and the look-alikes that are no walls.

    Parameters
    ----------
    piezo
        Effective vertical coefficient of an up domain, m/V (0: not piezoelectric).
    asymmetry
        Response of down relative to up domains.
    ionic
        Electrochemical strain response, m/V.
    dead_fraction, dead_length
        Share of the area without response, and its size, m.
    patch_depth, patch_length
        Soft-edged patches of weaker response without a wall: loss (0 to 1; negative is stronger),
        size, m.
    mottle, mottle_length
        Relative spread and grain (m) of an irregular response.
    """

    piezo: float = 40e-12
    asymmetry: float = 1.0
    ionic: float = 0.0
    dead_fraction: float = 0.0
    dead_length: float = 2e-6
    patch_depth: float = 0.0
    patch_length: float = 0.6e-6
    mottle: float = 0.05
    mottle_length: float = 60e-9


@dataclass(frozen=True, slots=True)
class ElectricSpec:
    """Surface potential and switching.

    Parameters
    ----------
    contact_potential, potential_spread
        Mean and slow variation of V_s, V.
    domain_contrast
        Difference of V_s between down and up domains, V (screening charge).
    coercive_bias
        Mean bias at which nucleation is likely within a second, V.
    imprint
        Shift of the hysteresis loop, V.
    disorder
        Relative spread of the coercive bias from place to place; half of it, times it, in imprint.
    """

    contact_potential: float = 0.15
    potential_spread: float = 0.05
    domain_contrast: float = 0.1
    coercive_bias: float = 4.0
    imprint: float = 0.2
    disorder: float = 0.12


@dataclass(frozen=True, slots=True)
class WorldSpec:
    """The recipe of one world; with its seed it determines everything.

    Parameters
    ----------
    kind
        Name, one of `WORLD_KINDS` or "random".
    seed
        Seed of all that is random.
    extent
        Side of the square in which the truth is known, m.
    domains, twins, grains
        Layers, `None` where absent.
    relief, response, electric
        What every sample has.
    """

    kind: str
    seed: int
    extent: float = 20e-6
    domains: DomainSpec | None = None
    twins: TwinSpec | None = None
    grains: GrainSpec | None = None
    relief: ReliefSpec = ReliefSpec()
    response: ResponseSpec = ResponseSpec()
    electric: ElectricSpec = ElectricSpec()

    @property
    def feature_size(self) -> float:
        """Smallest typical distance of walls, boundaries or steps, m: what a pixel must resolve."""
        sizes = [self.relief.terrace_width]
        sizes += [self.domains.width] if self.domains else []
        sizes += [self.twins.period] if self.twins else []
        sizes += [self.grains.size] if self.grains else []
        return min(sizes) if len(sizes) == 1 else min(sizes[1:])
