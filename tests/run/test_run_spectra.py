"""Band excitation, currents and relaxations in whole runs: stored, read again, reported."""

import numpy as np
import pytest
from run_parts import config, create, session

from ai_afm.config.load import parse_config
from ai_afm.control.spectra import probe_of, words_of
from ai_afm.errors import ConfigError, OutOfRange
from ai_afm.image.scan_layout import read_scan
from ai_afm.report.paper_table import site_rows
from ai_afm.report.story import tell
from ai_afm.report.summary import summarise
from ai_afm.run import run
from ai_afm.store.probe_file import read_probe
from ai_afm.types import Direction, ProbeKind

TINY = {"size_nm": (1500, 1200), "lines": 20, "pixels": 24, "line_rate_hz": 4.0}


def finished(monkeypatch, path, **tables):
    folder = create(monkeypatch, path / "run", config(**tables))
    with session(monkeypatch, folder) as opened:
        for _ in run(opened):
            pass
    return folder


def banded(pixels=24):
    options = {"world": "labyrinth", "seed": 101, "mode": "band_excitation"}
    return {
        "instrument": {"options": options},
        "overview": TINY | {"pixels": pixels},
        "targets": {"count": 0},
        "probe": {"enabled": False},
    }


def test_a_run_stores_the_spectrum_of_each_pixel_beside_what_was_fitted(monkeypatch, tmp_path):
    folder = finished(monkeypatch, tmp_path, **banded())
    frame = read_scan(folder.scan_file(1)).frame
    assert frame.get("response_real", Direction.RETRACE).shape == (20, 24, 64)
    assert frame.get("amplitude").shape == (20, 24)
    peak = np.hypot(frame.get("response_real"), frame.get("response_imag")).max(axis=2)
    ratio = peak / (frame.get("amplitude") * frame.get("quality"))
    assert np.nanmedian(ratio) == pytest.approx(1.0, abs=0.15)


def test_channels_without_bins_can_be_asked_for_alone(monkeypatch, tmp_path):
    wanted = {"imaging": {"channels": ("height", "amplitude", "phase")}}
    folder = finished(monkeypatch, tmp_path, **(banded() | wanted))
    assert {n for n, _ in read_scan(folder.scan_file(1)).frame.data} == set(
        wanted["imaging"]["channels"]
    )


def test_a_run_too_fast_for_the_chirp_is_refused_before_it_begins(monkeypatch, tmp_path):
    with pytest.raises(OutOfRange, match="1 ms or more a pixel is 4 Hz, more than"):
        create(monkeypatch, tmp_path / "run", config(**banded(pixels=200)))


@pytest.mark.parametrize(
    ("kind", "key"),
    [("current_voltage", "resistance_positive_ohm"), ("relaxation", "relaxing_share")],
)
def test_a_run_measures_the_spectra_asked_for_instead_of_loops(monkeypatch, tmp_path, kind, key):
    folder = finished(
        monkeypatch, tmp_path, spectra={"kind": kind, "steps": 32},
        targets={"count": 1, "ladder_nm": (600.0,), "lines": 32, "pixels": 40},
    )  # fmt: skip
    probes = [o for o in summarise(folder).survey.observations if o.spectrum or o.notes.get("fit")]
    assert probes
    stored = read_probe(folder.probe_file(1)).spectrum
    assert stored.request.kind == ProbeKind(kind)
    assert key in dict(stored.fit)
    assert all(key in o.notes["fit"] for o in probes)


def test_a_current_sweep_that_reaches_the_limit_is_kept_marked_and_the_run_goes_on(
    monkeypatch, tmp_path
):
    folder = finished(
        monkeypatch, tmp_path, limits={"max_current_na": 0.003},
        spectra={"kind": "current_voltage", "steps": 32},
        targets={"count": 1, "ladder_nm": (600.0,), "lines": 32, "pixels": 40},
    )  # fmt: skip
    summary = summarise(folder)
    probes = list(summary.survey.probes())
    assert len(probes) == 2
    stopped = [o for o in probes if "stopped" in o.notes]
    assert stopped
    for observation in stopped:
        stored = read_probe(folder.probe_file(observation.number)).spectrum
        assert np.abs(stored.extra["current"]).max() <= 3e-12
        assert stored.stopped == observation.notes["stopped"]
        assert "the current limit of 3e-12 A" in stored.stopped
    rows = {row["probe"]: row for row in site_rows(tell(folder, summary), None)}
    assert rows[stopped[0].number]["stopped"] == stopped[0].notes["stopped"]
    assert rows[stopped[0].number]["compliance_a"] == pytest.approx(3e-12)


def test_loops_stay_what_is_measured_without_the_table():
    settings = config()
    assert probe_of(settings) == (ProbeKind.HYSTERESIS_LOOP, settings.probe.waveform)


def test_what_a_probe_applies_is_said_in_words():
    step = config(spectra={"kind": "relaxation", "first_polarity": -1, "steps": 100})
    assert words_of(*probe_of(step)) == ("Relaxation", "a step to -2 V for 2 s")
    current = config(spectra={"kind": "current_voltage"})
    assert words_of(*probe_of(current)) == ("Current-voltage curve", "1 cycle to 2 V")


def test_a_question_about_loops_does_not_go_with_other_spectra():
    question = '[question]\ncompare = "wall"\nwith = "bulk"\neffect = 0.1\n'
    text = question + '[spectra]\nkind = "relaxation"\n'
    with pytest.raises(ConfigError, match="leave \\[spectra\\] away"):
        parse_config(text)
