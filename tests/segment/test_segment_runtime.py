"""Number formats: chosen by argument, environment or processor; bfloat16 says what float32 says."""

import numpy as np
import pytest
import torch
from tiny_model import small_card

from ai_afm.bench.perception import film_frame
from ai_afm.errors import BadInput
from ai_afm.image.normalise import normalise, start_state
from ai_afm.segment.inputs import usable
from ai_afm.segment.model_file import LoadedModel, load_model
from ai_afm.segment.predict import UnetSegmenter, build_network, segment_frame
from ai_afm.segment.row_cache import padded
from ai_afm.segment.runtime import (
    TorchEngine,
    choose_dtype,
    dtype_name,
    flop_per_pixel,
    has_fast_bfloat16,
    in_dtype,
    peak_gflops,
    rounded,
)
from ai_afm.types import Frame


@pytest.fixture(scope="module")
def shipped() -> LoadedModel:
    return load_model()


@pytest.fixture(scope="module")
def film() -> Frame:
    return film_frame(3, (144, 168))


def test_an_argument_wins_over_the_environment_and_that_over_the_processor() -> None:
    there = {"AI_AFM_DTYPE": "bfloat16"}
    assert choose_dtype("float32", there) == torch.float32
    assert choose_dtype(None, there) == torch.bfloat16
    fast = torch.bfloat16 if has_fast_bfloat16() else torch.float32
    assert choose_dtype(None, {}) == fast


def test_an_unknown_number_format_is_refused() -> None:
    with pytest.raises(BadInput, match="no number format 'int4'; there are float32, bfloat16"):
        choose_dtype(None, {"AI_AFM_DTYPE": "int4"})


def test_a_segmenter_says_which_number_format_it_uses(tiny: LoadedModel) -> None:
    assert UnetSegmenter(tiny, dtype="bfloat16").dtype == "bfloat16"
    assert UnetSegmenter(tiny, dtype="float32").dtype == "float32"
    assert UnetSegmenter(tiny).dtype == dtype_name(choose_dtype())


def test_another_number_format_leaves_the_network_as_it_was(tiny: LoadedModel) -> None:
    network = build_network(tiny)
    before = {n: v.clone() for n, v in network.state_dict().items()}
    half = in_dtype(network, torch.bfloat16)
    assert all(torch.equal(v, before[n]) for n, v in network.state_dict().items())
    assert half.dtype == torch.bfloat16
    assert half.head.dtype == torch.float32
    assert in_dtype(network, torch.float32).dtype == torch.float32


def test_rounding_errors_of_a_kernel_cancel(shipped: LoadedModel) -> None:
    network = build_network(shipped)
    for before, after in zip(network.up, rounded(network, torch.bfloat16).up, strict=True):
        was, now = before.conv2.weight, after.conv2.weight
        assert torch.equal(now, now.bfloat16().float())
        # the response to a constant is off by half a step of the largest weight at most
        off = (now - was).sum(dim=(1, 2, 3)).abs()
        assert (off <= was.abs().amax(dim=(1, 2, 3)) * 2**-8).all()


def test_the_shipped_model_says_the_same_in_bfloat16(shipped: LoadedModel, film: Frame) -> None:
    exact = segment_frame(film, UnetSegmenter(shipped, dtype="float32"))
    half = segment_frame(film, UnetSegmenter(shipped, dtype="bfloat16"))
    assert (exact.label > 0).mean() > 0.02
    assert (exact.label == half.label).mean() >= 0.999
    assert np.abs(exact.probability - half.probability).max() < 0.03
    assert half.ood_score == pytest.approx(exact.ood_score, rel=0.02)


def test_real_scans_have_the_same_labels_in_bfloat16(shipped: LoadedModel, real_data) -> None:
    """Dense lamellae lie at the threshold: on PZT_final0001 two labels in a thousand differ."""
    from ai_afm.image.readers import read_file

    equal = []
    for path in sorted((real_data / "refs").glob("P*.npz")):
        whole = read_file(path)
        seen = [
            segment_frame(whole, UnetSegmenter(shipped, dtype=d)) for d in ("float32", "bfloat16")
        ]
        equal.append((seen[0].label == seen[1].label).mean())
        assert np.abs(seen[0].probability - seen[1].probability).max() < 0.05
    assert np.mean(equal) >= 0.998


def test_an_engine_runs_a_batch_of_frames_of_any_shape(tiny: LoadedModel) -> None:
    network = build_network(tiny)
    planes = np.random.default_rng(0).normal(size=(2, 7, 37, 21)).astype(np.float32)
    logits = TorchEngine(network, torch.float32).run(planes)
    assert logits.shape == (2, 4, 37, 21)
    for one, found in zip(planes, logits, strict=True):
        with torch.inference_mode():
            expected = network(padded(torch.from_numpy(one[None]), network.architecture.align))
        assert np.allclose(found, expected[0, :, :37, :21], atol=1e-5)


def test_an_engine_and_the_row_cache_agree(tiny: LoadedModel, film: Frame) -> None:
    rows = segment_frame(film, UnetSegmenter(tiny, dtype="float32"))
    engine = TorchEngine(build_network(tiny), torch.float32)
    whole = segment_frame(film, UnetSegmenter(tiny, dtype="float32", engine=engine))
    assert np.array_equal(rows.label, whole.label)
    assert np.allclose(rows.probability, whole.probability, atol=1e-5)
    assert whole.ood_score == pytest.approx(rows.ood_score, rel=1e-4)
    assert whole.settled == film.shape[0]


def test_the_arithmetic_is_counted_right(tiny: LoadedModel) -> None:
    width, classes = 4, len(small_card().network.classes)
    per_level = [7 * 9 + 9 * width] + 3 * [9 * 4 * (2 + 4) * width / 16]
    decoder = 3 * [9 * (2 + 1) * width]
    reduce = [2 * width / 4, 2 * width / 4, 2 * width / 4]
    products = width * (sum(per_level) + sum(decoder) + sum(reduce) + classes)
    assert flop_per_pixel(build_network(tiny)) == pytest.approx(2 * products)


def test_planes_of_a_film_are_what_the_network_takes(film: Frame) -> None:
    channels = usable(film)
    planes, _ = normalise(channels, start_state(channels))
    assert planes.shape == (7, *film.shape)


def test_the_peak_is_measured() -> None:
    assert peak_gflops(torch.float32, repeats=1) > 0.1
