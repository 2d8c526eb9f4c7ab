"""`python -m ai_afm_gui.bench`: one JSON object with all figures on stdout."""

import argparse
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main() -> int:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser("ai-afm bench gui")
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--accuracy", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ai_afm_gui.bench.measure import Bench, measure

    with TemporaryDirectory(prefix="ai-afm-bench-") as scratch:
        work = given.work or Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        found = measure(Bench(work, given.lines, given.accuracy, _say))
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
