"""A small run on the twin with a segmenter that needs no weights."""

from contextlib import closing, contextmanager

import numpy as np
from scipy import ndimage

import ai_afm.service.session as service
from ai_afm.config import RunConfig
from ai_afm.run import run
from ai_afm.testing.glimpses import InProcessGlimpses
from ai_afm.types import Segmentation

TABLES = {
    "run": {"seed": 1, "authority": "unattended", "budget_min": 60.0},
    "instrument": {
        "kind": "simulated",
        "clock": "instant",
        "options": {"world": "labyrinth", "seed": 1},
    },
    "consent": {
        "zones": [{"size_nm": (20000, 20000), "level": "bias", "max_bias_v": 10, "max_pulses": 4}]
    },
    "overview": {"size_nm": (3000, 2400), "lines": 64, "pixels": 80},
    "targets": {"count": 2, "ladder_nm": (800.0,), "lines": 48, "pixels": 56},
    "probe": {"per_target": 1, "cycles": 2, "steps": 32, "image_lines": 24},
}


def config(**tables):
    merged = {k: dict(v) for k, v in TABLES.items()}
    for name, table in tables.items():
        merged[name] = merged.get(name, {}) | table
    return RunConfig.model_validate(merged)


class PhaseGradient:
    """Walls where the phase turns: enough for runs that are not about perception."""

    model = spec = "phase-gradient@0"
    model_sha256 = "0" * 64

    def __init__(self, fail_at=None, ood=False):
        self._calls, self._fail_at, self._ood = 0, fail_at, ood

    def begin(self, frame):
        """Nothing to prepare."""

    def glimpse(self, frame, lines, final=False):
        self._calls += 1
        if self._calls == self._fail_at:
            raise service_error("the segmenter process ended with exit code -9")
        phase = frame.get("phase")
        signal = np.nan_to_num(np.exp(1j * phase))
        smooth = ndimage.gaussian_filter(signal.real, 1) + 1j * ndimage.gaussian_filter(
            signal.imag, 1
        )
        steep = np.hypot(*(np.abs(d) for d in np.gradient(smooth)))
        wall = np.clip(steep / 0.6, 0, 1).astype(np.float32)
        unknown = ~np.isfinite(phase).any(axis=1)
        probability = np.stack([1 - wall, wall]).astype(np.float32)
        probability[:, unknown] = np.nan
        label = (wall > 0.5).astype(np.uint8)
        label[unknown] = 255
        doubt = 1 - np.nan_to_num(probability).max(axis=0)
        score = 99.0 if self._ood else 1.0
        return Segmentation(
            probability, (0, 1), label, doubt, self.model, self.model_sha256, lines,
            frame.request.slow_direction, score, self._ood,
        )  # fmt: skip


def service_error(text):
    from ai_afm.errors import ModelError

    return ModelError(text)


@contextmanager
def session(monkeypatch, folder, segmenter=None, events=None):
    """Open a session whose segmenter runs in process."""
    used = segmenter or PhaseGradient()

    def in_process(model, threads, out, models):
        return InProcessGlimpses(used, out)

    monkeypatch.setattr(service, "SegmenterProcess", in_process)
    with service.open_session(folder, None, events) as opened:
        yield opened


def create(monkeypatch, path, settings):
    monkeypatch.setattr(service, "load_model", lambda name, search: PhaseGradient())
    return service.create_run(path, settings)


def go_on(monkeypatch, folder, until=None):
    """Take a run up until something happens, or to its end; return what happened."""
    events = []
    with session(monkeypatch, folder) as opened, closing(run(opened)) as happening:
        for event in happening:
            events.append(event)
            if until is not None and until(event):
                break
    return events


def of(kind, events):
    return [e for e in events if isinstance(e, kind)]
