"""Which type of processor does the arithmetic: on another one a result may differ by a rounding."""

import platform
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import torch

_CPUINFO = Path("/proc/cpuinfo")
_MARKS = re.compile(r"\((r|tm|c)\)|\bcpu\b|\bprocessor\b|@.*", re.IGNORECASE)


@cache
def processor() -> str:
    """Return the type of this processor: its name, and with which units torch computes.

    The units decide how sums are rounded. Nothing in it tells one computer from another of its
    type.

    Returns
    -------
    str
        As "Intel Xeon Platinum 8481C (family 6, model 143), AVX512, AVX512_BF16, AMX_BF16".
    """
    vectors = str(torch.backends.cpu.get_cpu_capability())
    return ", ".join([named(_told()) + _kind(), vectors, *_narrow_units()])


def named(told: Iterable[str]) -> str:
    """Return the first name of a processor among what a system tells, without its decoration.

    Examples
    --------
    >>> named(["", "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz"])
    'Intel Xeon Platinum 8481C'
    """
    plain = (" ".join(_MARKS.sub(" ", text).split()) for text in told)
    return next((name for name in plain if name), "unknown")


def _told() -> list[str]:
    """Return the names that this system has for its processor, the best one first."""
    return [_fact("model name"), platform.processor(), platform.machine()]


def _kind() -> str:
    """Return family and model where Linux tells them: some names are of all of a brand."""
    family, model = _fact("cpu family"), _fact("model")
    return f" (family {family}, model {model})" if family and model else ""


def _fact(key: str) -> str:
    if not _CPUINFO.is_file():
        return ""
    text = _CPUINFO.read_text(encoding="utf-8", errors="replace")
    found = re.search(rf"^{key}\s*:\s*(\S.{{0,79}})$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def _narrow_units() -> list[str]:
    """Return the units that multiply bfloat16 by themselves."""
    # torch names these checks differently from version to version, and has none on some systems
    listed = getattr(torch.cpu, "get_capabilities", None)
    if listed is not None:
        found = listed()
        return [unit.upper() for unit in ("avx512_bf16", "amx_bf16") if found.get(unit)]
    checks = {"AVX512_BF16": "_is_avx512_bf16_supported", "AMX": "_is_amx_tile_supported"}
    return [unit for unit, name in checks.items() if getattr(torch.cpu, name, bool)()]
