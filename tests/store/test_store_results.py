"""Files of probes and segmentations."""

import errno
import json
from dataclasses import replace

import h5py
import numpy as np
import pytest

from ai_afm.errors import BadInput, StoreError
from ai_afm.store import platform, small_hdf5
from ai_afm.store.probe_file import read_probe, write_probe
from ai_afm.store.segmentation_file import (
    Provenance,
    quantised,
    read_segmentation,
    write_segmentation,
)
from ai_afm.types import (
    Direction,
    Measurement,
    Mode,
    ProbeKind,
    ProbeRequest,
    Segmentation,
    SlowDirection,
    Spectrum,
    Waveform,
)


def spectrum(samples=10):
    rng = np.random.default_rng(0)
    response = (rng.normal(size=samples) + 1j * rng.normal(size=samples)).astype(np.complex64)
    response[3] = np.nan
    request = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (1e-7, 2e-7), Waveform(5.0), site="wall 3")
    return Spectrum(
        request=request,
        time=np.arange(samples) * 0.1,
        bias=rng.normal(size=samples).astype(np.float32),
        response=response,
        on_field=np.arange(samples) % 2 == 0,
        cycle=(np.arange(samples) // 5).astype(np.int32),
        write_bias=rng.normal(size=samples).astype(np.float32),
        response_unit="arb",
        measurement=Measurement(Mode.PFM_DART, extra=(("note", "µ"),)),
        extra={"frequency": rng.normal(size=samples).astype(np.float32)},
        fit=(("coercive_bias_v", 2.5), ("imprint_v", float("nan"))),
    )


def test_every_sample_of_a_probe_comes_back(tmp_path):
    path, written = tmp_path / "000004.h5", spectrum()
    write_probe(path, 4, written)
    stored = read_probe(path)
    assert stored.number == 4
    assert (stored.spectrum.request, stored.spectrum.measurement) == (
        written.request,
        written.measurement,
    )
    for name in ("time", "bias", "response", "on_field", "cycle", "write_bias"):
        before, after = getattr(written, name), getattr(stored.spectrum, name)
        np.testing.assert_array_equal(before, after)
        assert before.dtype == after.dtype
    np.testing.assert_array_equal(written.extra["frequency"], stored.spectrum.extra["frequency"])
    assert stored.spectrum.fit[0] == ("coercive_bias_v", 2.5)
    assert np.isnan(stored.spectrum.fit[1][1])
    assert [p.name for p in tmp_path.iterdir()] == ["000004.h5"]


def test_why_a_probe_ended_early_is_kept_and_files_of_before_that_can_be_read(tmp_path):
    write_probe(tmp_path / "1.h5", 1, replace(spectrum(), stopped="at the current limit"))
    assert read_probe(tmp_path / "1.h5").spectrum.stopped == "at the current limit"
    with h5py.File(tmp_path / "1.h5", "r+") as file:
        del file["entry/stopped"]
    assert read_probe(tmp_path / "1.h5").spectrum.stopped == ""


def test_silx_draws_a_probe_against_time(tmp_path):
    nxdata = pytest.importorskip("silx.io.nxdata")
    write_probe(tmp_path / "1.h5", 1, spectrum())
    with h5py.File(tmp_path / "1.h5", "r") as file:
        default = nxdata.get_default(file)
        assert default.signal.attrs["units"] == "arb"
        assert default.axes_dataset_names == ["time"]


def test_a_probe_is_never_overwritten_and_its_arrays_have_one_length(tmp_path):
    path = tmp_path / "1.h5"
    with pytest.raises(StoreError, match="different lengths"):
        write_probe(path, 1, replace(spectrum(), bias=np.zeros(3, "f4")))
    assert not path.exists()
    write_probe(path, 1, spectrum())
    with pytest.raises(StoreError, match="exists already"):
        write_probe(path, 1, spectrum())


def segmentation(lines=6, pixels=9):
    rng = np.random.default_rng(1)
    probability = rng.dirichlet((1.0, 1.0, 1.0), (lines, pixels)).transpose(2, 0, 1).astype("f4")
    label = np.array([0, 1, 4], np.uint8)[probability.argmax(axis=0)]
    probability[:, 4:] = np.nan
    label[4:] = 255
    return Segmentation(
        probability,
        (0, 1, 4),
        label,
        1 - probability.max(axis=0),
        "twin-unet@1",
        "ab" * 32,
        3,
        SlowDirection.UP,
        0.25,
        True,
    )


PROVENANCE = Provenance(7, 4, False, "2.6", "bfloat16", 2, Direction.RETRACE, 12.5, {"a": [1.5]})


def test_a_segmentation_comes_back_as_its_quantised_self(tmp_path):
    path, seen = tmp_path / "1.h5", segmentation()
    write_segmentation(path, seen, PROVENANCE)
    stored = read_segmentation(path)
    assert stored.provenance == PROVENANCE
    back, expected = stored.segmentation, quantised(seen)
    for name in ("probability", "label", "uncertainty"):
        np.testing.assert_array_equal(getattr(back, name), getattr(expected, name))
    for name in (
        "classes",
        "model",
        "model_sha256",
        "settled",
        "slow_direction",
        "ood_score",
        "ood",
    ):
        assert getattr(back, name) == getattr(seen, name)


def test_quantising_moves_no_probability_by_more_than_one_step():
    seen, stepped = segmentation(), quantised(segmentation())
    assert np.nanmax(np.abs(stepped.probability - seen.probability)) < 1.5 / 255
    assert np.nanmax(np.abs(stepped.uncertainty - seen.uncertainty)) <= 0.51 / 255
    np.testing.assert_allclose(stepped.probability[:, :4].sum(axis=0), 1, rtol=1e-6)
    assert np.isnan(stepped.probability[:, 4:]).all()
    assert np.isnan(stepped.uncertainty[4:]).all()


def test_a_glimpse_replaces_the_one_before(tmp_path):
    path = tmp_path / "1.h5"
    write_segmentation(path, segmentation(), PROVENANCE)
    write_segmentation(path, replace(segmentation(), settled=5), replace(PROVENANCE, final=True))
    assert read_segmentation(path).segmentation.settled == 5
    assert read_segmentation(path).provenance.final
    assert [p.name for p in tmp_path.iterdir()] == ["1.h5"]


@pytest.mark.parametrize("at", range(3))
def test_a_disk_that_fails_leaves_the_glimpse_before(tmp_path, monkeypatch, at):
    path = tmp_path / "1.h5"
    write_segmentation(path, segmentation(), PROVENANCE)
    name = ("pwrite", "replace", "fsync_directory")[at]

    def fails(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(platform, name, fails)
    with pytest.raises(StoreError, match="No space left"):
        write_segmentation(path, replace(segmentation(), settled=5), PROVENANCE)
    monkeypatch.undo()
    assert read_segmentation(path).segmentation.settled == (5 if name == "fsync_directory" else 3)
    assert [p.name for p in tmp_path.iterdir()] == ["1.h5"]


def test_probabilities_that_are_none_and_shapes_that_do_not_fit_are_refused(tmp_path):
    seen = segmentation()
    with pytest.raises(BadInput, match="between 0 and 1"):
        write_segmentation(
            tmp_path / "1.h5", replace(seen, probability=seen.probability * 2), PROVENANCE
        )
    with pytest.raises(BadInput, match="does not fit"):
        write_segmentation(tmp_path / "1.h5", replace(seen, classes=(0, 1)), PROVENANCE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("reader", [read_probe, read_segmentation])
def test_a_truncated_or_foreign_result_is_refused(tmp_path, reader):
    path, cut = tmp_path / "whole.h5", tmp_path / "cut.h5"
    if reader is read_probe:
        write_probe(path, 1, spectrum())
    else:
        write_segmentation(path, segmentation(), PROVENANCE)
    whole = path.read_bytes()
    for size in (0, 10, *range(100, len(whole) - 1, 701)):
        cut.write_bytes(whole[:size])
        with pytest.raises(BadInput, match=r"cut\.h5"):
            reader(cut)
    other = read_segmentation if reader is read_probe else read_probe
    with pytest.raises(BadInput, match="not an ai-afm"):
        other(path)


def test_a_segmentation_tells_the_processor_and_an_older_file_does_not(tmp_path):
    path = tmp_path / "1.h5"
    write_segmentation(path, segmentation(), replace(PROVENANCE, cpu="Maker X1, AVX2"))
    assert read_segmentation(path).provenance.cpu == "Maker X1, AVX2"
    with h5py.File(path, "r+") as file:
        facts = json.loads(file["/entry/facts"][()])
        assert file["/entry"].attrs["cpu"] == facts.pop("cpu")
        del file["/entry/facts"], file["/entry"].attrs["cpu"]
        small_hdf5.put_text(file, "facts", json.dumps(facts))
    assert read_segmentation(path).provenance == PROVENANCE
