"""The shipped model on real scans that no one here made: floors well below what was measured.

They catch a broken model or reader, not a slightly worse one; the card holds the scores themselves.
"""

from pathlib import Path

import pytest

from ai_afm.segment.evaluate import evaluate_reference
from ai_afm.segment.model_file import load_model

FLOORS = [
    ("pfm_scan_0001", None, "f1_2px", 0.70),
    ("pfm_scan_0001", ("height", "amplitude"), "f1_2px", 0.55),
    ("PZT_final0001", None, "recall_2px", 0.85),
    ("PTO_Funakubo0007", None, "recall_2px", 0.80),
    ("park_cells", None, "recall_2px", 0.50),
]


@pytest.mark.parametrize(("name", "channels", "figure", "floor"), FLOORS)
def test_walls_are_found_in_scans_the_model_never_saw(
    real_data: Path, name: str, channels: tuple[str, ...] | None, figure: str, floor: float
) -> None:
    path = real_data / "refs" / f"{name}.npz"
    result = evaluate_reference(path, "unet", load_model(), channels)
    assert float(str(result[figure])) >= floor
    assert float(str(result[figure])) > 1.3 * float(str(result[f"random_{figure}"]))
