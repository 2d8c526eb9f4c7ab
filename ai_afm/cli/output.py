"""What a verb says on stdout: one JSON object with `--json`, else lines for a person."""

import json
import math
import sys
from collections.abc import Mapping
from typing import Any


def say(result: Mapping[str, Any], as_json: bool) -> None:
    """Write a result: one JSON object, or one line a field. NaN and infinity become null."""
    clean = _finite(result)
    if as_json:
        sys.stdout.write(json.dumps(clean, allow_nan=False) + "\n")
        return
    for key, value in clean.items():
        if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            sys.stdout.write(f"{key}\n")
            for row in value:
                sys.stdout.write(
                    "    " + ", ".join(f"{k} {_shown(v)}" for k, v in row.items()) + "\n"
                )
        else:
            sys.stdout.write(f"{key:>20}  {_shown(value)}\n")


def _shown(value: Any) -> str:
    if value is None:
        return "not measured"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if hasattr(value, "item") and not isinstance(value, str):
        return _finite(value.item())
    return value
