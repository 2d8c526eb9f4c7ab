"""A small run in a process of its own, some seconds long; its segmenter needs no weights."""

import sys
from contextlib import closing
from pathlib import Path

from gui_run_parts import Steep, config

import ai_afm.service.session as service
from ai_afm.run import run
from ai_afm.testing.glimpses import InProcessGlimpses


def main(folder, acks, speed):
    service.load_model = lambda name, search: Steep()
    service.SegmenterProcess = lambda model, threads, out, models: InProcessGlimpses(Steep(), out)
    settings = config(instrument={"clock": "accelerated", "acceleration": speed})
    made = service.create_run(folder, settings)
    with service.open_session(made, None, acks) as opened, closing(run(opened)) as happening:
        for _ in happening:
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(*sys.argv[3:4] or [25.0]))
