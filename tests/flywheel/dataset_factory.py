"""Corrections of frames of several samples and runs, each frame with a pattern of its own."""

from dataclasses import replace

import lab_factory as factory
import numpy as np
from scipy import ndimage

from ai_afm.flywheel.records import CorrectionConflict, Draft, Place, Source, Window
from ai_afm.types import Channel, Direction, Frame, ScanRegion, ScanRequest, SlowDirection

CHANNELS = (Channel("height", "m", "Z"), Channel("amplitude", "pm", "A"), Channel("phase", "rad"))
WINDOW = Window(8, 24, 128, 136)
OTHER = Window(16, 40, 128, 128)


def pattern(seed, shape=factory.SHAPE):
    """A random relief with features of about 6 px, of unit spread."""
    rng = np.random.default_rng([seed, 77])
    relief = ndimage.gaussian_filter(rng.normal(size=shape), 3)
    return (relief / relief.std()).astype(np.float32)


def a_frame(seed, sample="BFO-1", noise=0.0, region=factory.REGION, **more):
    """A frame whose picture depends on the seed alone; `relief` replaces it."""
    relief = more.get("relief", pattern(seed))
    rng = np.random.default_rng([seed, 78, int(1000 * noise)])

    def noisy(image):
        return (image + noise * rng.normal(size=image.shape)).astype(np.float32)

    data = {
        ("height", Direction.TRACE): noisy(relief) * np.float32(1e-9) + np.float32(1e-6),
        ("amplitude", Direction.TRACE): noisy(2 + np.tanh(relief)) * np.float32(30),
        ("phase", Direction.TRACE): noisy(np.sign(relief)),
    }
    names = more.get("channels", ("height", "amplitude", "phase"))
    data = {key: image for key, image in data.items() if key[0] in names}
    measurement = replace(factory.MEASUREMENT, sample=sample)
    slow = more.get("slow", SlowDirection.DOWN)
    request = ScanRequest(region, relief.shape, line_rate=1.0, slow_direction=slow)
    channels = tuple(c for c in CHANNELS if c.name in names)
    return replace(
        factory.frame(), request=request, data=data, measurement=measurement, channels=channels
    )


def store_frame(store, frame, run="a"):
    assert isinstance(frame, Frame)
    return store.add_frame(frame, Source(run * 64 if run else "", "scan", 1, "scans/1.h5"))


def a_label(shape, code=2, column=40):
    label = np.zeros(shape, np.uint8)
    label[:, column - 1 : column + 2] = code
    return label


def corrected(store, record, label=None, who="Ann", window=WINDOW, **more):
    """Store a correction; one that conflicts is kept as a branch."""
    label = a_label(window.shape) if label is None else label
    place = Place(record.sha256, window)
    newest = store.newest(place, who)
    more = {"parent": None if newest is None else newest.revision, "seconds": 2.0} | more
    try:
        return store.add_correction(Draft(place, label, who, **more))
    except CorrectionConflict as conflict:
        return store.require_correction(conflict.revision)


def a_sample(store, number, frames=2):
    """Correct frames of a sample of its own, measured in a run of its own, at places of its own."""
    found = []
    for k in range(frames):
        region = ScanRegion((4e-6 * k, 0.0), (3.52e-6, 2.88e-6), 0.3)
        frame = a_frame(10 * number + k, f"BFO-{number}", region=region)
        found.append(corrected(store, store_frame(store, frame, chr(97 + number))))
    return found
