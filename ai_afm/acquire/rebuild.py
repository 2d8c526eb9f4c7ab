"""The survey from the run's folder: what resume replays and the report reads."""

from collections.abc import Mapping
from typing import Any

from ai_afm.errors import StoreError
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.survey.survey import Survey, Wish
from ai_afm.survey.walls import extract_network
from ai_afm.types import Observation, ProbeRequest, ScanRequest
from ai_afm.types.codec import decode


def rebuild(survey: Survey, folder: RunFolder, journal: Journal) -> Survey:
    """Return the survey after all that the journal tells, from stored segmentations.

    A probe that was begun and not finished counts as made: the sample was changed there. A scan
    that
    was not finished does not: it will be proposed again.

    Parameters
    ----------
    survey
        The empty survey with limits, consent and seed.
    """
    begun: dict[int, ProbeRequest] = {}
    for row in journal.rows():
        payload = row.payload
        match row.kind:
            case "probe_started":
                request = decode(payload["request"])
                if isinstance(request, ProbeRequest):
                    begun[int(payload["probe"])] = request
            case "observed":
                observation = _observation(folder, payload)
                if isinstance(observation.request, ProbeRequest):
                    begun.pop(observation.number, None)
                survey = survey.add(observation)
            case "refused":
                survey = survey.refuse(decode(payload["request"]), payload["message"])
            case "wish":
                survey = survey.wish(Wish(payload["name"], decode(payload["region"])))
            case "fallback":
                survey = survey.fall_back(payload["reason"])
    for number, request in begun.items():
        lost = Observation(number, request, finished=False, notes={"lost": True})
        survey = survey.add(lost)
    return survey


def _observation(folder: RunFolder, payload: Mapping[str, Any]) -> Observation:
    request = decode(payload["request"])
    notes = payload["notes"]
    network = None
    if isinstance(request, ScanRequest):
        name = notes.get("segmentation")
        if name is not None:
            stored = read_segmentation(folder.segmentations / name)
            network = extract_network(stored.segmentation, request.region)
    elif not isinstance(request, ProbeRequest):
        raise StoreError(f"the journal holds an observation of a {type(request).__name__}")
    offset = payload["offset"]
    return Observation(
        number=int(payload["scan"] if isinstance(request, ScanRequest) else payload["probe"]),
        request=request,
        lines=int(payload["lines"]),
        network=network,
        finished=bool(payload["finished"]),
        seconds=float(payload["seconds"]),
        offset=None if offset is None else (float(offset[0]), float(offset[1])),
        notes=notes,
    )
