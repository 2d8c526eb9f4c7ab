"""Band excitation: spectra of the right shape, size and noise, and a phase without false walls."""

from dataclasses import replace

import numpy as np
import pytest
from device_samples import PIEZO, Analytic, ideal

from ai_afm.errors import ConfigError, InstrumentError, OutOfRange
from ai_afm.geometry import pixel_grid
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.microscope.simulated.afm import SimulatedAfm, open_simulated
from ai_afm.microscope.simulated.band import Band, bin_noise, excited, matched_density
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.microscope.simulated.electromechanics import ContactMechanics, Electrics, Motion
from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.modes import Detection
from ai_afm.microscope.simulated.noise import QUIET, NoiseSettings
from ai_afm.microscope.simulated.options import read_options
from ai_afm.microscope.simulated.probing import probe_noise, tip_properties
from ai_afm.microscope.simulated.settings import DeviceSettings
from ai_afm.report.band_figure import alike_grains, false_walls, image_in
from ai_afm.testing.fake import bias_everywhere, wide_limits
from ai_afm.types import (
    Direction,
    Drive,
    Mode,
    PathRequest,
    ScanRegion,
    ScanRequest,
    Sweep,
)

BE = Mode.PFM_BAND_EXCITATION
BAND = Band(350e3, 64e3, 1e-3)
REGION = ScanRegion((0.1e-6, -0.2e-6), (0.6e-6, 0.4e-6), 0.4)
SHAPE = (7, 24)


def settings(**changes):
    return ideal(**({"detection": Detection(BE, 350e3, 0.0)} | changes))


def image(sample, how, seed=0, rate=4.0, **kw):
    request = ScanRequest(REGION, SHAPE, rate, **kw)
    return image_frame(sample, request, how, np.random.default_rng(seed))


def motion(static=8e-11, shape=(2, 300), quality=80.0):
    one = np.ones(shape)
    return Motion(static * one, 350e3 * one, quality * one, np.zeros(shape, complex))


def test_an_ideal_instrument_shows_the_motion_itself():
    sample = Analytic()
    frame = image(sample, settings(), drive=Drive(2.0))
    z = sample.piezo(*pixel_grid(REGION, SHAPE)) * 2.0
    assert frame.get("amplitude") == pytest.approx(np.abs(z), rel=1e-4)
    assert (np.abs(frame.get("phase")) > 1.0).tolist() == (z < 0).tolist()
    assert frame.get("quality") == pytest.approx(80.0, rel=1e-4)


def test_each_pixel_keeps_the_spectrum_that_was_fitted():
    frame = image(Analytic(), settings(), drive=Drive(2.0))
    real, imag = (frame.get(n, Direction.RETRACE) for n in ("response_real", "response_imag"))
    assert real.shape == imag.shape == (*SHAPE, BAND.bins)
    peak = np.hypot(real, imag).max(axis=2)
    assert peak == pytest.approx(80 * frame.get("amplitude", Direction.RETRACE), rel=0.04)
    assert frame.measurement.drive_frequencies == pytest.approx(tuple(BAND.frequencies))


def test_fitted_channels_name_the_fit():
    names = {c.name: c.original_name for c in image(Analytic(), settings()).channels}
    fitted = ("amplitude", "phase", "frequency", "quality", "fit_r2")
    assert all("SHO fit" in names[name] for name in fitted)


def test_the_frequency_follows_the_stiffness():
    how = settings(mechanics=ContactMechanics(slope_coupling=0.0, stiffness_exponent=0.12))
    frame = image(Analytic(stiff=0.1), how)
    y = pixel_grid(REGION, SHAPE)[1]
    expected = np.where(y > 0, 350e3 * 1.1**0.12, 350e3 * 0.9**0.12)
    assert frame.get("frequency") == pytest.approx(expected, rel=1e-5)


def test_the_electronics_turn_the_phase_and_the_spectrum_alike():
    noise = replace(QUIET, phase_offset=0.9)
    plain, turned = (image(Analytic(), settings(noise=n)) for n in (QUIET, noise))
    away = np.angle(np.exp(1j * (turned.get("phase") - plain.get("phase"))))
    assert away == pytest.approx(0.9, abs=1e-4)
    z, z_turned = (f.get("response_real") + 1j * f.get("response_imag") for f in (plain, turned))
    assert z_turned == pytest.approx(z * np.exp(0.9j), abs=1e-6 * float(np.abs(z).max()))


def test_where_nothing_answers_the_fit_gives_no_numbers_but_the_spectrum_stays():
    sample = Analytic()
    sample.piezo = lambda x, y: 0.0 * x
    frame = image(sample, settings(noise=NoiseSettings()), drive=Drive(1.0))
    assert np.isnan(frame.get("amplitude")).mean() > 0.98
    assert np.isfinite(frame.get("response_real")).all()


def test_the_noise_of_a_bin_is_that_of_its_share_of_time_and_drive():
    how = replace(QUIET, shot=3e-12)
    quiet, loud = (excited(motion(), BAND, 1e-3, n, np.random.default_rng(1)) for n in (QUIET, how))
    measured = float((loud - quiet).real.std())
    # a 0.5 ms lock-in reads d / (2 sqrt(t)) of a density d; sqrt(bins) is the share of the drive
    density = 3e-12 / np.sqrt(2) * 2 * np.sqrt(0.5e-3)
    assert measured == pytest.approx(density * np.sqrt(64 / (2 * 1e-3)), rel=0.02)


def test_a_longer_pixel_averages_more_chirps():
    noise = [bin_noise(BAND, s, motion(), NoiseSettings())[0] for s in (1e-3, 1.9e-3, 4e-3)]
    assert noise[0] == noise[1] == pytest.approx(2 * noise[2])


def test_a_probe_reads_the_motion_with_the_noise_of_a_fit():
    how = settings(noise=NoiseSettings(), electrics=Electrics(background=0j))
    tip = tip_properties(how)
    assert (tip.gain, tip.phase) == (1.0, 0.0)
    expected = matched_density(BAND, how.mechanics, how.noise)
    assert probe_noise(how).response == pytest.approx(expected)
    spectra = excited(motion(), BAND, 1e-3, how.noise, np.random.default_rng(2)).astype(complex)
    h = excited(motion(1.0, (1, 1)), BAND, 1e-3, QUIET, np.random.default_rng(0))[0, 0]
    weight = h.conj() / bin_noise(BAND, 1e-3, motion(), how.noise) ** 2
    amplitude = (spectra @ weight) / (h @ weight)
    assert amplitude.real.std() == pytest.approx(expected / np.sqrt(2e-3), rel=0.1)


@pytest.mark.parametrize("seed", [103, 104])
def test_grain_edges_make_no_walls_in_the_phase_near_resonance(seed):
    world = alike_grains(seed)
    single, banded = (
        false_walls(image_in(m, world, seed)) for m in (Mode.PFM_SINGLE_FREQUENCY, BE)
    )
    assert single.steps > 0.01
    assert banded.steps == banded.turned == 0.0
    assert banded.lost < 0.001


def device():
    return SimulatedAfm(Analytic(), DeviceSettings(imaging=settings()), InstantClock())


def test_the_device_sends_what_it_declares():
    afm = device()
    line = next(afm.scan(ScanRequest(REGION, SHAPE, 4.0)))
    shapes = {n: c.shape for n, c in line.channels.items()}
    bins = afm.capabilities.bins_of(afm.capabilities.channels)
    assert shapes == {
        c.name: (24, bins[c.name]) if c.name in bins else (24,) for c in afm.capabilities.channels
    }


def test_a_line_whose_pixels_are_shorter_than_a_chirp_is_refused():
    afm = device()
    fastest = afm.capabilities.fastest_line_rate(24)
    assert fastest == pytest.approx(0.45 / 24e-3)
    afm.accept(ScanRequest(REGION, SHAPE, fastest))
    with pytest.raises(InstrumentError, match="chirp takes 1 ms; scan slower"):
        afm.accept(ScanRequest(REGION, SHAPE, 1.01 * fastest))


def test_a_sweep_whose_pixels_are_shorter_than_a_chirp_is_refused():
    afm = device()
    slow, fast = (Sweep((0.0, 0.0), (3e-7, 0.0), v, 30) for v in (9.9e-6, 10.1e-6))
    line = next(afm.path(PathRequest((slow,))))
    assert line.channels["response_imag"].shape == (30, 64)
    with pytest.raises(InstrumentError, match="chirp"):
        afm.accept(PathRequest((fast,)))


def test_the_guard_refuses_it_too_before_the_instrument_is_asked():
    afm = device()
    guard = GuardedMicroscope(afm, wide_limits(), bias_everywhere(), InstantClock())
    with pytest.raises(OutOfRange, match="or more a pixel"):
        guard.accept(ScanRequest(REGION, SHAPE, 40.0))


def test_a_band_with_too_few_bins_is_refused():
    with pytest.raises(ConfigError, match="make 6 bins"):
        read_options({"mode": "band_excitation", "band_width_khz": 12.0, "chirp_ms": 0.5})


def test_lost_contact_leaves_spectra_of_noise_and_no_fit():
    options = {"world": "bare", "mode": "band_excitation", "faults": ("lost_contact@1:1",)}
    afm = open_simulated(options, InstantClock())
    lines = list(afm.scan(ScanRequest(ScanRegion((0, 0), (3e-7, 2e-7)), (3, 20), 4.0)))
    lost = next(line for line in lines if line.index == 1)
    assert np.isnan(lost.channels["amplitude"]).all()
    assert 0 < np.abs(lost.channels["response_real"]).max() < PIEZO
