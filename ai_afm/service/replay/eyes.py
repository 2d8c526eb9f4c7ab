"""The frames of a run seen by another model, into a folder that is thrown away."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ai_afm.acquire.mapping import stored_map
from ai_afm.acquire.rebuild import Look, stored_observation
from ai_afm.errors import ModelError
from ai_afm.image.scan_layout import read_scan
from ai_afm.segment.base import Glimpse, GlimpseService
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.doubts import uncertain_spots
from ai_afm.survey.walls import extract_network
from ai_afm.types import MapRequest, Observation, Role, ScanRequest

DEADLINE = 120.0
"""Seconds that the segmentation of one frame may take."""


@contextmanager
def other_eyes(folder: RunFolder, start: Callable[[Path], GlimpseService]) -> Iterator[Look]:
    """Give a `Look` that segments the stored frames anew; nothing is written to the run.

    Parameters
    ----------
    folder
        Of the run.
    start
        Starts the other model; it is given the folder for its segmentations.

    Raises
    ------
    ModelError
        When the model cannot be opened.
    """
    with tempfile.TemporaryDirectory(prefix="ai-afm-replay-") as out:
        service = start(Path(out))
        try:
            yield lambda payload: _seen(folder, service, payload)
        finally:
            service.close()


def _seen(folder: RunFolder, service: GlimpseService, payload: Mapping[str, Any]) -> Observation:
    blind = dict(payload["notes"]) | {"segmentation": None}
    observation = stored_observation(folder, {**payload, "notes": blind})
    request = observation.request
    if isinstance(request, MapRequest):
        file = folder.map_file(observation.number)
        lines = read_scan(file).frame.shape[0]
    elif isinstance(request, ScanRequest) and observation.lines > 0 and request.role != Role.AREA:
        file, lines = folder.scan_file(observation.number), observation.lines
    else:
        return observation  # nothing to see, or seen on its map only
    glimpse = _look(service, observation.number, file, lines)
    segmentation = glimpse.segmentation
    notes = {
        **blind,
        "ood": segmentation.ood,
        "ood_score": segmentation.ood_score,
        "segmentation": glimpse.path.name,
        "uncertain": uncertain_spots(segmentation, request.region),
    }
    if isinstance(request, MapRequest):
        drawn = stored_map(folder, observation.number, request, str(glimpse.path))
        return replace(observation, network=drawn.network, area=drawn.area, notes=notes)
    return replace(observation, network=extract_network(segmentation, request.region), notes=notes)


def _look(service: GlimpseService, number: int, file: Path, lines: int) -> Glimpse:
    service.submit(number, file, lines, final=True)
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        glimpse = service.poll(1.0)
        if glimpse is not None and glimpse.scan == number and glimpse.final:
            return glimpse
    raise ModelError(f"no segmentation of {file.name} within {DEADLINE:.0f} s")
