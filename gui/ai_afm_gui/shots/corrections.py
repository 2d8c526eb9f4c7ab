"""`python -m ai_afm_gui.shots.corrections LAB RUN`: a simulated person corrects crops of a run.

A process of its own, for it needs what the window must not load.
"""

import sys
from pathlib import Path

from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.service.loop_demo import corrected_by_person
from ai_afm.store.run_folder import RunFolder

CROPS = 4


def main(lab: Path, run: Path) -> int:
    """Fill the queue from a run, and correct a few crops of it; return the exit code."""
    with FlywheelStore.open(Lab.open(lab)) as store:
        works = list(corrected_by_person(store, RunFolder.open(run), CROPS, seed=1))
    sys.stderr.write(f"{len(works)} crops are corrected\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
