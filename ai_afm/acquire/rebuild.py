"""The survey from the run's folder, row by row: what resume, report and replay go by."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from ai_afm.acquire.faults import raster_instead
from ai_afm.acquire.mapping import stored_map
from ai_afm.acquire.records import kind_of
from ai_afm.acquire.steer import FORBIDDEN
from ai_afm.config import parse_region
from ai_afm.store.journal import Journal, Row
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.survey.survey import Survey, Wish
from ai_afm.survey.walls import extract_network
from ai_afm.types import MapRequest, Observation, ProbeRequest, ScanRequest, WriteRequest
from ai_afm.types.codec import decode

QUEUED = " is queued"
"""What the answer to an accepted wish ends with."""

Look: TypeAlias = Callable[[Mapping[str, Any]], Observation]
"""Turns the payload of an "observed" row into the observation with its walls."""


def rebuild(survey: Survey, folder: RunFolder, journal: Journal) -> Survey:
    """Return the survey after all that the journal tells, from stored segmentations.

    A probe or write that was begun and not finished counts as made: the sample was changed there. A
    scan that was not finished does not: it will be proposed again. A wish that was queued and not
    yet granted is granted.

    Parameters
    ----------
    survey
        The empty survey with limits, consent and seed.
    """
    for _, known in surveys(survey, journal.rows(), partial(stored_observation, folder)):
        survey = known
    return survey


def surveys(survey: Survey, rows: Iterable[Row], look: Look) -> Iterator[tuple[Row | None, Survey]]:
    """Yield each row with the survey as it was when the row was written: the run, told again.

    The last pair is `None` with the survey that a run which goes on from here begins with.

    Parameters
    ----------
    survey
        The empty survey with limits, consent and seed.
    rows
        Of the journal, oldest first.
    look
        How the observations are read: `stored_observation` for what the run itself has seen.
    """
    begun: dict[tuple[str, int], ProbeRequest | WriteRequest] = {}
    asked: list[Wish] = []
    segmented = True
    for row in rows:
        payload = row.payload
        if row.kind == "run_started":
            survey = _left_over(survey, begun, asked)
        yield row, survey
        match row.kind:
            case "decision":
                segmented = payload["model"] is not None
            case "probe_started" | "write_started":
                request = decode(payload["request"])
                if isinstance(request, ProbeRequest | WriteRequest):
                    kind = kind_of(request)
                    begun[kind, int(payload[kind])] = request
            case "observed":
                observation = look(payload)
                begun.pop((kind_of(observation.request), observation.number), None)
                survey = survey.add(observation)
                # a run may be killed before it writes this down, and must go on alike
                reason = raster_instead(survey, observation) if segmented else None
                survey = survey if reason is None else survey.fall_back(reason)
            case "refused":
                survey = survey.refuse(decode(payload["request"]), payload["message"])
            case "command" if payload["do"] == "wish" and payload["detail"].endswith(QUEUED):
                asked.append(_wish(payload))
            case "command" if payload["do"] == "forbid" and payload["detail"] == FORBIDDEN:
                survey = survey.forbid(parse_region(payload["args"]))
            case "wish":
                wish = Wish(payload["name"], decode(payload["region"]))
                waiting = [w.name for w in asked]
                if wish.name in waiting:
                    asked.pop(waiting.index(wish.name))
                survey = survey.wish(wish)
            case "clock":
                survey = survey.passed(float(payload["time"]))
            case "fallback" if survey.fallback is None:
                survey = survey.fall_back(payload["reason"])
    yield None, _left_over(survey, begun, asked)


def _left_over(
    survey: Survey, begun: dict[tuple[str, int], ProbeRequest | WriteRequest], asked: list[Wish]
) -> Survey:
    """Return the survey with probes that broke off and wishes that were still waiting."""
    for (_, number), request in begun.items():
        lost = Observation(number, request, finished=False, notes={"lost": True})
        survey = survey.add(lost)
    for wish in asked:
        survey = survey.wish(wish)
    begun.clear()
    asked.clear()
    return survey


def _wish(payload: Mapping[str, Any]) -> Wish:
    region = parse_region({k: v for k, v in payload["args"].items() if k != "name"})
    return Wish(payload["detail"].removesuffix(QUEUED), region)


def stored_observation(folder: RunFolder, payload: Mapping[str, Any]) -> Observation:
    """Return the observation of an "observed" row, its walls from the stored segmentation."""
    request = decode(payload["request"])
    notes = payload["notes"]
    number = int(payload[kind_of(request)])
    name = notes.get("segmentation")
    network = area = None
    if isinstance(request, MapRequest) and name is not None:
        drawn = stored_map(folder, number, request, name)
        network, area = drawn.network, drawn.area
    elif isinstance(request, ScanRequest) and name is not None:
        stored = read_segmentation(folder.segmentations / name)
        network = extract_network(stored.segmentation, request.region)
    offset = payload["offset"]
    return Observation(
        number=number,
        request=request,
        lines=int(payload["lines"]),
        network=network,
        finished=bool(payload["finished"]),
        seconds=float(payload["seconds"]),
        offset=None if offset is None else (float(offset[0]), float(offset[1])),
        notes=notes,
        area=area,
    )
