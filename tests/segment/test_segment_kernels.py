"""Fused layers say what the plain operations say, with oneDNN's operators and without them."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from ai_afm.segment import kernels
from ai_afm.segment.kernels import Enlarging, Filter, Head, Join, has_packed, in_steps, pooled
from ai_afm.segment.rows import Spare


@pytest.fixture(params=["packed", "plain"])
def operators(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "plain":
        monkeypatch.setattr(kernels, "has_packed", lambda dtype: False)
    elif not has_packed(torch.float32):
        pytest.skip("this torch has no oneDNN")
    return str(request.param)


def channels_last(*shape: int) -> torch.Tensor:
    return torch.randn(shape).contiguous(memory_format=torch.channels_last)


@pytest.mark.usefixtures("operators")
@pytest.mark.parametrize("relu", [True, False])
def test_a_filter_is_a_convolution_of_rows_and_their_neighbours(relu: bool) -> None:
    x, weight, bias = channels_last(1, 5, 9, 14), torch.randn(16, 5, 3, 3), torch.randn(16)
    expected = functional.conv2d(x, weight, bias, padding=(0, 1))
    expected = expected.relu() if relu else expected
    assert torch.allclose(Filter(weight, bias, relu)(x), expected, atol=1e-5)


@pytest.mark.parametrize("packed", [True, False])
@settings(max_examples=20, deadline=None)
@given(start=st.integers(0, 9), count=st.integers(1, 10), columns=st.integers(2, 9))
def test_enlarging_any_rows_equals_repeating_pixels_and_a_convolution(
    packed: bool, start: int, count: int, columns: int
) -> None:
    weight = torch.randn(8, 5, 3, 3)
    coarse = channels_last(1, 5, 10, columns)
    large = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
    expected = functional.conv2d(large, weight, padding=1)
    with pytest.MonkeyPatch.context() as patch:
        if not packed:
            patch.setattr(kernels, "has_packed", lambda dtype: False)
        enlarging = Enlarging(weight, torch.float32)
    stop = start + count
    bordered = functional.pad(coarse, (0, 0, 1, 1)).contiguous(memory_format=torch.channels_last)
    first, end = enlarging.rows_read(start, stop)
    found = enlarging(bordered[:, :, first + 1 : end + 1], start, stop)
    assert torch.allclose(found, expected[:, :, start:stop], atol=1e-5)


@pytest.mark.usefixtures("operators")
@pytest.mark.parametrize(("start", "stop"), [(0, 12), (3, 8), (4, 9), (7, 8)])
def test_a_join_equals_a_convolution_of_both_inputs_side_by_side(start: int, stop: int) -> None:
    conv = nn.Conv2d(4 + 6, 8, 3, padding=1).requires_grad_(False)
    skip, coarse = channels_last(1, 4, 12, 10), channels_last(1, 6, 6, 5)
    large = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
    expected = conv(torch.cat([skip, large], dim=1)).relu()[:, :, start:stop]
    join, (first, end) = Join(conv, 4, torch.float32), Enlarging.rows_read(start, stop)
    across = join.across(functional.pad(skip, (0, 0, 1, 1))[:, :, start : stop + 2])
    below = functional.pad(coarse, (0, 0, 1, 1))[:, :, first + 1 : end + 1]
    found = channels_last(1, 8, stop - start, 10)
    join.write(across, below, start, found)
    assert torch.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_pooling_takes_the_largest_of_four_pixels(dtype: torch.dtype) -> None:
    x = channels_last(1, 3, 8, 14).relu().to(dtype)
    assert torch.equal(pooled(x), functional.max_pool2d(x, 2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_join_leaves_nothing_negative_and_changes_nothing_else(dtype: torch.dtype) -> None:
    conv = nn.Conv2d(4 + 4, 4, 3, padding=1).requires_grad_(False)
    join, across = Join(conv, 4, dtype), channels_last(1, 4, 6, 10).to(dtype)
    across[:, :, 2] = -0.0
    found = channels_last(1, 4, 6, 10).to(dtype)
    join.write(across, torch.zeros(1, 4, 5, 5, dtype=dtype), 0, found)
    assert torch.equal(found, across.relu())


def test_the_head_writes_planes_with_other_rows_between_them() -> None:
    conv = nn.Conv2d(4, 3, 1).requires_grad_(False)
    x, planes = channels_last(1, 4, 5, 6), torch.zeros(1, 3, 9, 6)
    Head(conv).write(x, planes[:, :, 2:7])
    assert torch.allclose(planes[:, :, 2:7], conv(x), atol=1e-6)
    assert not planes[:, :, :2].any()
    assert not planes[:, :, 7:].any()


def test_the_errors_of_rounded_phases_cancel() -> None:
    weight = torch.randn(6, 5, 2, 2)
    off = (in_steps(weight, torch.bfloat16) - weight).sum(dim=(1, 2, 3)).abs()
    assert (off <= weight.abs().amax(dim=(1, 2, 3)) * 2**-8).all()


def test_spare_memory_is_used_again_where_it_is_large_enough() -> None:
    spare = Spare()
    memory = spare.take(4, 10, 6, torch.float32)
    spare.keep([memory])
    assert spare.take(4, 11, 6, torch.float32) is not memory
    assert spare.take(4, 9, 6, torch.bfloat16) is not memory
    assert spare.take(4, 9, 6, torch.float32) is memory
    assert spare.take(4, 9, 6, torch.float32) is not memory


def test_spare_memory_is_that_of_the_last_frame_only() -> None:
    spare = Spare()
    old, new = (spare.take(4, rows, 6, torch.float32) for rows in (20, 10))
    spare.keep([old])
    spare.keep([new])
    assert spare.take(4, 5, 6, torch.float32) is new
    assert spare.take(4, 5, 6, torch.float32) is not old
