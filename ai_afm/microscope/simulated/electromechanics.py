"""How the surface moves under a driven tip: one complex signal.

z(f) = [d_eff + g_es (V_dc - V_s)] V_ac H(f; f_cr, Q) + background,
with the contact resonance as a damped harmonic oscillator. The sign convention is exp(i w t), so
that the phase falls from 0 through -90 to -180 degrees as the frequency passes the resonance.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ai_afm.microscope.simulated.surface import Array

ComplexArray: TypeAlias = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class ContactMechanics:
    """The cantilever in contact.

    Parameters
    ----------
    resonance, quality
        Contact resonance (Hz) and its Q where the sample has its mean stiffness.
    stiffness_exponent
        f_cr grows as stiffness to this power; below 1/2 because the cantilever bends as well.
    slope_coupling
        Relative shift of f_cr for a topographic slope of 1 along the cantilever's axis.
    quality_exponent
        Q falls as adhesion to this power.
    """

    resonance: float = 350e3
    quality: float = 80.0
    stiffness_exponent: float = 0.12
    slope_coupling: float = -0.06
    quality_exponent: float = 0.2


@dataclass(frozen=True, slots=True)
class Electrics:
    """What turns voltages at the tip into motion.

    Parameters
    ----------
    electrostatic
        g_es, m/V^2: motion per volt of AC and volt of DC difference between tip and surface.
    background
        Complex background, m per volt of AC: instrument and stray coupling, not resonant.
    background_slope
        How much of the background (relative) comes and goes with a topographic slope of 1.
    buckling
        Share of the in-plane response along the cantilever's axis that is read as vertical.
    cantilever_angle
        Direction of the cantilever's long axis in the sample frame, rad.
    """

    electrostatic: float = 1.0e-12
    background: complex = 1.0e-12 + 0.5e-12j
    background_slope: float = 0.5
    buckling: float = 0.03
    cantilever_angle: float = math.pi / 2


@dataclass(frozen=True, slots=True)
class Motion:
    """The driven motion along the path of the tip; arrays (passes, samples).

    `static` is the motion below resonance (m, real), `resonance` f_cr (Hz), `quality` Q,
    `background` m.
    """

    static: Array
    resonance: Array
    quality: Array
    background: ComplexArray


def transfer(frequency: ArrayLike, resonance: ArrayLike, quality: ArrayLike) -> ComplexArray:
    """Return H(f), the response of a damped harmonic oscillator; 1 at f = 0, -i Q at resonance.

    Parameters
    ----------
    frequency, resonance
        f and f_cr, Hz, shapes that broadcast.
    quality
        Q.

    Returns
    -------
    H
        complex128.

    Examples
    --------
    >>> complex(transfer(350e3, 350e3, 80.0).round(9))
    -80j
    """
    f, f_cr = np.asarray(frequency, float), np.asarray(resonance, float)
    square = f_cr * f_cr
    denominator = (square - f * f) + 1j * (f * f_cr / np.asarray(quality, float))
    return np.asarray(square / denominator, np.complex128)


def contact_resonance(
    stiffness: Array, adhesion: Array, slope: Array, mechanics: ContactMechanics
) -> tuple[Array, Array]:
    """Return f_cr (Hz) and Q for relative stiffness, relative adhesion and slope (one shape)."""
    f_cr = mechanics.resonance * stiffness**mechanics.stiffness_exponent
    f_cr *= 1 + mechanics.slope_coupling * slope
    return f_cr, mechanics.quality / adhesion**mechanics.quality_exponent


def driven_motion(
    piezo: Array,
    lateral: Array,
    potential: Array,
    voltages: tuple[float, float],
    electrics: Electrics,
) -> Array:
    """Return the motion of the surface below resonance, m, with its sign.

    Parameters
    ----------
    piezo, lateral
        Coefficients (electrochemical strain included in `piezo`), m/V.
    potential
        Surface potential, V.
    voltages
        (DC bias, AC amplitude), V.
    electrics
        Coupling constants.

    Returns
    -------
    motion
        Same shape, m.
    """
    bias, drive = voltages
    motion = piezo + electrics.electrostatic * (bias - potential)
    if electrics.buckling:
        # `lateral` lies along x: what the cantilever's axis sees of it bends it like a vertical
        # motion.
        motion = motion + electrics.buckling * math.cos(electrics.cantilever_angle) * lateral
    return np.asarray(motion * drive)


def background(slope: Array, drive: float, electrics: Electrics) -> ComplexArray:
    """Return the complex background, m, at places of a topographic slope."""
    return np.asarray(
        electrics.background * drive * (1 + electrics.background_slope * slope), np.complex128
    )


def amplitude_and_phase(response: ComplexArray) -> tuple[Array, Array]:
    """Return |z| and arg z (rad, -pi to pi) of a complex response."""
    return np.abs(response), np.angle(response)
