"""The row cache equals the full frame, whatever the shape and however the rows come."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.segment.kernels import Filter, Kernels
from ai_afm.segment.row_cache import CHUNK, RowCache, full_frame, padded
from ai_afm.segment.runtime import in_dtype
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


def layers(seed: int = 0, width: int = 4, depth: int = 3) -> Kernels:
    return Kernels.of(network(seed, width, depth))


def plain(net: UNet, planes: torch.Tensor) -> torch.Tensor:
    """Return the logits as the network itself says them, all rows at once."""
    with torch.inference_mode():
        return net(padded(planes[None], net.architecture.align))[
            0, :, : planes.shape[1], : planes.shape[2]
        ]


def test_folding_the_batch_norm_changes_nothing() -> None:
    torch.manual_seed(1)
    net = UNet(Architecture(7, 3, 4)).eval()
    x = torch.randn(1, 7, 24, 40)
    with torch.inference_mode():
        assert torch.allclose(net(x), folded(net)(x), atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(lines=st.integers(1, 500), pixels=st.integers(1, 40), width=st.sampled_from([4, 8]))
def test_strips_of_fused_layers_equal_the_network(lines: int, pixels: int, width: int) -> None:
    net = network(width=width)
    planes = torch.randn(7, lines, pixels, generator=torch.Generator().manual_seed(lines))
    expected = plain(net, planes)
    found = full_frame(Kernels.of(net), planes)
    assert (found - expected).abs().max() <= 2e-6 * expected.abs().max()


@settings(max_examples=15, deadline=None)
@given(
    lines=st.integers(1, 90),
    pixels=st.integers(1, 70),
    pieces=st.lists(st.integers(1, 37), min_size=1, max_size=12),
)
def test_rows_in_any_pieces_equal_the_full_frame(
    lines: int, pixels: int, pieces: list[int]
) -> None:
    net = layers()
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
    net, planes = layers(), torch.randn(7, 160, 48)
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
    net, planes = layers(), torch.randn(7, 45, 20)
    cache = RowCache(net, 200, 20)
    cache.push(planes[:, :30])
    pushed = cache.push(planes[:, 30:], final=True)
    assert pushed.settled == 45
    assert torch.allclose(cache.logits, full_frame(net, planes), atol=1e-5)
    with pytest.raises(ValueError, match="row 46"):
        cache.push(planes[:, :1])


@pytest.mark.parametrize("band", [None, 32, 0])
@pytest.mark.parametrize(("lines", "pixels"), [(45, 20), (48, 24), (3, 16), (130, 40)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_scan_that_is_stopped_ends_without_a_new_row(
    band: int | None, lines: int, pixels: int, dtype: torch.dtype
) -> None:
    net = in_dtype(network(), dtype)
    planes = torch.randn(7, lines, pixels, generator=torch.Generator().manual_seed(lines))
    cache = RowCache(net, 200, pixels, band)
    for rows in planes.split(16, dim=1):
        cache.push(rows)
    pushed = cache.push(planes[:, :0], final=True)
    assert pushed.settled == lines
    expected = full_frame(net, planes)
    assert torch.allclose(cache.logits, expected, atol=1e-5 * float(expected.abs().max()))
    with pytest.raises(ValueError, match="at least one row"):
        RowCache(net, 200, pixels, band).push(planes[:, :0], final=True)


def test_a_push_costs_the_new_rows_and_the_lag_not_the_frame() -> None:
    net, planes = layers(), torch.randn(7, 512, 8)
    cache = RowCache(net, 512, 8)
    costs = [cache.push(planes[:, s : s + 8]).computed for s in range(0, 512, 8)]
    assert costs[30] == costs[50]
    whole = RowCache(net, 512, 8).push(planes).computed
    assert costs[50] < 0.1 * whole


@pytest.mark.parametrize("depth", [2, 3])
def test_no_row_reaches_further_than_the_lag(depth: int) -> None:
    exact = network(depth=depth).double()
    exact.requires_grad_(False)
    for p in exact.parameters():
        p.uniform_(0.1, 1.0)
    net = Kernels.of(exact)
    lag, align = net.architecture.lag, net.architecture.align
    planes = torch.rand(7, 40 * align, 8, dtype=torch.double)
    before = full_frame(net, planes)
    for row in range(20 * align, 21 * align):
        other = planes.clone()
        other[:, row] += 1e3
        changed = (full_frame(net, other) - before).abs().amax((0, 2)).nonzero()
        assert row - int(changed.min()) <= lag
        assert int(changed.max()) - row <= lag


def streamed(net: Kernels, planes: torch.Tensor, band: int | None, step: int = 16) -> RowCache:
    cache = RowCache(net, planes.shape[1], planes.shape[2], band)
    for start in range(0, planes.shape[1], step):
        cache.push(planes[:, start : start + step])
    return cache


@pytest.mark.parametrize("band", [None, 0, 8, 32])
@pytest.mark.parametrize("step", [5, 16, 40])
def test_a_frame_ends_the_same_whatever_was_refreshed_on_the_way(
    band: int | None, step: int
) -> None:
    net, planes = layers(), torch.randn(7, 150, 44)
    whole = full_frame(net, planes)
    found = streamed(net, planes, band, step).logits
    assert (found - whole).abs().max() <= 1e-6 * whole.abs().max()
    assert torch.equal(found.argmax(0), whole.argmax(0))


@pytest.mark.parametrize("band", [None, 0, 32])
@pytest.mark.parametrize("pixels", [48, 130])
def test_in_bfloat16_the_stream_equals_the_frame(band: int | None, pixels: int) -> None:
    net = in_dtype(network(width=8), torch.bfloat16)
    planes = torch.randn(7, 140, pixels)
    found, whole = streamed(net, planes, band).logits, full_frame(net, planes)
    # the same to the last bit but in the last layer, whose kernel depends on the size
    assert (found - whole).abs().max() <= 1e-6 * whole.abs().max()
    assert torch.equal(found.argmax(0), whole.argmax(0))


@settings(max_examples=10, deadline=None)
@given(
    lines=st.integers(1, 130),
    pixels=st.integers(1, 40),
    pieces=st.lists(st.integers(1, 60), min_size=1, max_size=12),
    band=st.sampled_from([None, 0, 5, 8, 32, 64]),
    dtype=st.sampled_from([torch.float32, torch.bfloat16]),
)
def test_what_is_kept_of_a_join_leaves_settled_rows_as_in_the_full_frame(
    lines: int, pixels: int, pieces: list[int], band: int | None, dtype: torch.dtype
) -> None:
    net = in_dtype(network(width=8), dtype)
    planes = torch.randn(7, lines, pixels, generator=torch.Generator().manual_seed(lines))
    whole, cache, done = full_frame(net, planes), RowCache(net, lines, pixels, band), 0
    for piece in [*pieces, lines]:
        pushed = cache.push(planes[:, done : done + piece])
        done = min(lines, done + piece)
        settled = cache.logits[:, : pushed.settled]
        off = (settled - whole[:, : pushed.settled]).abs()
        # bfloat16 would show any other order of sums by 2**-8
        assert not off.numel() or off.max() <= 1e-6 * whole.abs().max()
        if done == lines:
            break
    assert pushed.settled == lines


def test_the_kept_part_of_a_join_is_computed_once_but_at_the_newest_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net, computed, inner = layers(), [0, 0, 0], Filter.__call__
    kept = [join.across for join, _ in net.up]

    def counted(convolution: Filter, x: torch.Tensor) -> torch.Tensor:
        if convolution in kept:
            computed[kept.index(convolution)] += x.shape[2] - 2
        return inner(convolution, x)

    monkeypatch.setattr(Filter, "__call__", counted)
    streamed(net, torch.randn(7, 256, 8), 32)
    # three times as many without keeping them; the coarser a level, the more rows wait for others
    assert computed[0] <= 1.25 * 256
    assert computed[1] <= 1.6 * 128
    assert computed[2] <= 2.5 * 64


def test_a_band_keeps_the_newest_rows_up_to_date_and_settles_the_rest_exactly() -> None:
    net, planes = layers(), torch.randn(7, 200, 40)
    whole, cache = full_frame(net, planes), RowCache(net, 200, 40, band=32)
    for start in range(0, 192, 16):
        pushed = cache.push(planes[:, start : start + 16])
        assert pushed.reach == cache.logits.shape[1] == start + 16
        settled = cache.logits[:, : pushed.settled]
        assert torch.allclose(settled, whole[:, : pushed.settled], atol=1e-6)
    now = full_frame(net, planes[:, :192])
    band, older = (slice(160, 192), slice(140, 160))
    off = (cache.logits - now).abs()
    assert off[:, band].max() < 0.02 * now.abs().max()
    assert off[:, older].max() < 0.2 * now.abs().max()


def test_without_a_band_only_settled_rows_come_out() -> None:
    net, planes = layers(), torch.randn(7, 200, 24)
    cache = RowCache(net, 200, 24, band=0)
    for start in range(0, 192, 16):
        pushed = cache.push(planes[:, start : start + 16])
        assert pushed.reach == pushed.settled == cache.logits.shape[1]
        assert pushed.settled >= start + 16 - net.architecture.lag
    assert cache.push(planes[:, 192:]).settled == 200


def test_the_less_is_refreshed_the_less_it_costs() -> None:
    net, planes = layers(), torch.randn(7, 256, 8)
    costs = []
    for band in (None, 32, 16, 0):
        cache = RowCache(net, 256, 8, band)
        costs.append([cache.push(planes[:, s : s + 16]).computed for s in range(0, 256, 16)][-4])
    assert costs == sorted(costs, reverse=True)
    whole = RowCache(net, 256, 8).push(planes).computed
    # settled rows are computed once: a sixteenth of the frame, no more
    assert costs[-1] == whole / 16


def test_many_rows_at_once_leave_no_row_without_a_value() -> None:
    net, count = layers(), 2 * CHUNK + 24
    planes = torch.randn(7, count + 60, 16)
    cache = RowCache(net, count + 60, 16, band=16)
    pushed = cache.push(planes[:, :count])
    assert (pushed.first, pushed.reach) == (0, count)
    so_far = full_frame(net, planes[:, :count])
    assert torch.allclose(
        cache.logits[:, -8:], so_far[:, -8:], atol=0.2 * float(so_far.abs().max())
    )
    assert torch.isfinite(cache.logits).all()
    cache.push(planes[:, count:])
    assert torch.allclose(cache.logits, full_frame(net, planes), atol=1e-5)


def test_memory_grows_with_the_lag_and_not_with_the_frame() -> None:
    net = layers()
    sizes = []
    for lines in (400, 1600):
        cache = RowCache(net, lines + 16, 8, 32)
        for rows in torch.randn(7, lines, 8).split(16, dim=1):
            cache.push(rows)
        inner = [layer for name, layer in cache._layers.items() if name.startswith("up")]
        sizes.append(sum(layer.values.numel() for layer in inner))
        assert inner
    assert sizes[0] == sizes[1]
