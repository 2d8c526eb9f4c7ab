"""Number format and engine of the network's arithmetic: chosen at start by what the machine has.

bfloat16 halves the cost where the processor multiplies it (AVX512-BF16, AMX), and is emulated,
slowly, where it does not: there float32 stays. Readings and logits want more than 8 bits: see
`kernels`; for engines that run the whole network in one format the input comes in two parts
(`unet.Split`).
"""

import copy
import os
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ai_afm.errors import BadInput
from ai_afm.segment.kernels import Kernels, in_steps
from ai_afm.segment.row_cache import RowCache, padded
from ai_afm.segment.unet import Cast, Split, UNet
from ai_afm.types import FloatImage

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""Number formats by name, as a segmentation's record names them."""
VARIABLE = "AI_AFM_DTYPE"
"""Environment variable that names the number format where no argument does."""

Planes: TypeAlias = NDArray[np.float32]


def has_fast_bfloat16() -> bool:
    """Say whether this processor multiplies bfloat16 by itself (AVX512-BF16 or AMX)."""
    # torch names these checks differently from version to version, and has none on some systems
    listed = getattr(torch.cpu, "get_capabilities", None)
    if listed is not None:
        found = listed()
        return bool(found.get("avx512_bf16") or found.get("amx_bf16"))
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, bool)() for name in checks)


def choose_dtype(
    asked: str | None = None, environment: Mapping[str, str] | None = None
) -> torch.dtype:
    """Return the number format: what is asked for, what the environment names, what is fast.

    Parameters
    ----------
    asked
        "float32" or "bfloat16"; `None` leaves it to the environment, then to the processor.
    environment
        Where `AI_AFM_DTYPE` is looked up; `None` is that of the process.

    Raises
    ------
    BadInput
        When the name is none of the two.
    """
    environment = os.environ if environment is None else environment
    name = asked or environment.get(VARIABLE)
    if not name:
        return torch.bfloat16 if has_fast_bfloat16() else torch.float32
    if name not in DTYPES:
        raise BadInput(f"no number format {name!r}; there are {', '.join(DTYPES)}")
    return DTYPES[name]


def dtype_name(dtype: torch.dtype) -> str:
    """Return the name of a number format: "float32" or "bfloat16"."""
    return str(dtype).removeprefix("torch.")


def in_dtype(network: UNet, dtype: torch.dtype) -> Kernels:
    """Return the layers of a folded network, ready for this processor.

    Parameters
    ----------
    network
        From `folded`, float32; stays as it is.
    dtype
        Number format of all layers but the first and the last one.
    """
    return Kernels.of(network, dtype)


def rounded(network: UNet, dtype: torch.dtype) -> UNet:
    """Return a float32 network whose weights a narrower number format can hold.

    The input comes in parts, and so do the first weights; others see `kernels.in_steps`.
    """
    network = copy.deepcopy(network)
    first = network.first
    for conv in network.modules():
        if isinstance(conv, nn.Conv2d) and conv is not first:
            conv.weight.data = in_steps(conv.weight.data, dtype)
    coarse = first.weight.data.to(dtype).float()
    rest = first.weight.data - coarse
    first.weight.data = torch.cat([coarse, coarse, rest], dim=1)
    first.in_channels *= 3
    network.enter = Split(dtype)
    return network


class Engine(Protocol):
    """Runs the network on whole frames."""

    @property
    def name(self) -> str:
        """Library, number format and device, as in "torch bfloat16 cpu"."""
        ...

    def run(self, planes: Planes) -> FloatImage:
        """Run a batch of frames of one shape.

        Parameters
        ----------
        planes
            (frames, inputs, lines, pixels) float32, see `image.normalise`.

        Returns
        -------
        logits
            (frames, outputs, lines, pixels) float32.
        """
        ...


class TorchEngine:
    """The network in torch, on a processor or (not tested on one so far) on a CUDA device.

    Parameters
    ----------
    network
        From `folded`, float32.
    dtype
        Number format.
    threads
        Threads of the arithmetic.
    device
        "cpu" or "cuda". With "cuda" convolutions may use TF32 as torch's settings say.
    """

    def __init__(
        self, network: UNet, dtype: torch.dtype, threads: int = 1, device: str = "cpu"
    ) -> None:
        on_processor = device == "cpu"
        self._kernels = in_dtype(network, dtype) if on_processor else None
        self._network = network if on_processor else _narrow(network, dtype).to(device)
        self._threads = threads
        self._device = device
        self.name = f"torch {dtype_name(dtype)} {device}"

    @torch.inference_mode()
    def run(self, planes: Planes) -> FloatImage:
        """Run a batch of frames; see `Engine`."""
        batch = torch.from_numpy(planes)
        before = torch.get_num_threads()
        torch.set_num_threads(self._threads)
        try:
            logits = (
                self._at_once(batch) if self._kernels is None else _by_rows(self._kernels, batch)
            )
        finally:
            torch.set_num_threads(before)
        found: FloatImage = logits.numpy()
        return found

    def _at_once(self, batch: Tensor) -> Tensor:
        lines, pixels = batch.shape[2:]
        x = padded(batch.to(self._device), self._network.architecture.align)
        x = x.contiguous(memory_format=torch.channels_last)
        logits: Tensor = self._network(x)
        return logits[:, :, :lines, :pixels].float().contiguous().cpu()


def _by_rows(kernels: Kernels, batch: Tensor) -> Tensor:
    """Run frames one after the other: strips stay in the processor's cache."""
    lines, pixels = batch.shape[2:]
    caches = [RowCache(kernels, lines, pixels, band=0) for _ in batch]
    for cache, planes in zip(caches, batch, strict=True):
        cache.push(planes)
    return torch.stack([cache.logits for cache in caches])


def _narrow(network: UNet, dtype: torch.dtype) -> UNet:
    """Return a network that computes in a number format, all but its last layer."""
    if dtype == torch.float32:
        return network
    head = network.head
    network = rounded(network, dtype).to(dtype)
    network.head, network.widen = head, Cast(head.weight.dtype)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def peak_gflops(dtype: torch.dtype, repeats: int = 5) -> float:
    """Measure what one core can do at most, GFLOP/s: by CPU time, on as many threads as torch has.

    The larger of a matrix product and a 3x3 convolution, as each is the better one somewhere.
    """
    size, maps = 1024, 128
    a, b = (torch.randn(size, size).to(dtype) for _ in range(2))
    image = torch.randn(1, maps, maps, maps).to(dtype)
    kernel = torch.randn(maps, maps, 3, 3).to(dtype)
    image = image.contiguous(memory_format=torch.channels_last)
    kernel = kernel.contiguous(memory_format=torch.channels_last)
    product = 2 * size**3 / _seconds(lambda: a @ b, repeats)
    filtered = (
        2 * 9 * maps**4 / _seconds(lambda: functional.conv2d(image, kernel, padding=1), repeats)
    )
    return max(product, filtered) / 1e9


@torch.inference_mode()
def _seconds(work: Callable[[], Tensor], repeats: int) -> float:
    """Return the median CPU time, s, of some work after a first, unmeasured time."""
    work()
    spent = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return statistics.median(spent)


def flop_per_pixel(network: UNet) -> float:
    """Return the network's arithmetic per pixel of its input, FLOP (a product and a sum are 2)."""
    align = network.architecture.align
    side = 2 * align
    counted = [0.0]

    def count(conv: nn.Module, _: object, output: Tensor) -> None:
        assert isinstance(conv, nn.Conv2d)
        counted[0] += 2 * output.numel() * conv.weight[0].numel()

    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, nn.Conv2d)]
    try:
        with torch.inference_mode():
            network(torch.zeros(1, network.architecture.inputs, side, side))
    finally:
        for hook in hooks:
            hook.remove()
    return counted[0] / side**2
