"""The row cache equals the full frame, whatever the shape and however the rows come."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.segment.row_cache import RowCache, full_frame
from ai_afm.segment.unet import Architecture, UNet, folded


def network(seed: int = 0, width: int = 4, depth: int = 3) -> UNet:
    torch.manual_seed(seed)
    net = UNet(Architecture(inputs=7, outputs=3, width=width, depth=depth))
    for name, buffer in net.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(0, 0.3)
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 2.0)
    return folded(net)


def test_folding_the_batch_norm_changes_nothing() -> None:
    torch.manual_seed(1)
    net = UNet(Architecture(7, 3, 4)).eval()
    x = torch.randn(1, 7, 24, 40)
    with torch.inference_mode():
        assert torch.allclose(net(x), folded(net)(x), atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(
    lines=st.integers(1, 90),
    pixels=st.integers(1, 70),
    pieces=st.lists(st.integers(1, 37), min_size=1, max_size=12),
)
def test_rows_in_any_pieces_equal_the_full_frame(
    lines: int, pixels: int, pieces: list[int]
) -> None:
    net = network()
    planes = torch.randn(7, lines, pixels, generator=torch.Generator().manual_seed(lines))
    cache, done = RowCache(net, lines, pixels), 0
    for piece in [*pieces, lines]:
        k = min(piece, lines - done)
        if k == 0:
            break
        cache.push(planes[:, done : done + k])
        done += k
        so_far = full_frame(net, planes[:, :done])
        assert torch.allclose(cache.logits, so_far, atol=1e-5)
        assert torch.equal(cache.logits.argmax(0), so_far.argmax(0))


def test_settled_rows_never_change_and_lag_by_56_rows() -> None:
    net, planes = network(), torch.randn(7, 160, 48)
    cache, settled_rows = RowCache(net, 160, 48), torch.zeros(3, 0, 48)
    for start in range(0, 160, 10):
        pushed = cache.push(planes[:, start : start + 10])
        kept = cache.logits[:, : settled_rows.shape[1]]
        assert torch.equal(kept, settled_rows)
        assert pushed.settled >= (160 if start == 150 else start + 10 - net.architecture.lag)
        settled_rows = cache.logits[:, : pushed.settled].clone()
    assert torch.equal(cache.logits, settled_rows)
    assert torch.allclose(cache.logits, full_frame(net, planes), atol=1e-5)


def test_a_scan_that_ends_early_is_settled_as_it_is() -> None:
    net, planes = network(), torch.randn(7, 45, 20)
    cache = RowCache(net, 200, 20)
    cache.push(planes[:, :30])
    pushed = cache.push(planes[:, 30:], final=True)
    assert pushed.settled == 45
    assert torch.allclose(cache.logits, full_frame(net, planes), atol=1e-5)
    with pytest.raises(ValueError, match="row 46"):
        cache.push(planes[:, :1])


def test_a_push_costs_the_new_rows_and_the_lag_not_the_frame() -> None:
    net, planes = network(), torch.randn(7, 512, 8)
    cache = RowCache(net, 512, 8)
    costs = [cache.push(planes[:, s : s + 8]).computed for s in range(0, 512, 8)]
    assert costs[30] == costs[50]
    whole = RowCache(net, 512, 8).push(planes).computed
    assert costs[50] < 0.1 * whole


@pytest.mark.parametrize("depth", [2, 3])
def test_no_row_reaches_further_than_the_lag(depth: int) -> None:
    net = network(depth=depth).double()
    net.requires_grad_(False)
    for p in net.parameters():
        p.uniform_(0.1, 1.0)
    lag, align = net.architecture.lag, net.architecture.align
    planes = torch.rand(7, 40 * align, 8, dtype=torch.double)
    before = full_frame(net, planes)
    for row in range(20 * align, 21 * align):
        other = planes.clone()
        other[:, row] += 1e3
        changed = (full_frame(net, other) - before).abs().amax((0, 2)).nonzero()
        assert row - int(changed.min()) <= lag
        assert int(changed.max()) - row <= lag
