"""Probes of a health check: a short lift for the load, loops at fresh spots for the coating."""

import math
from collections.abc import Iterator

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.words import place_text
from ai_afm.microscope.consent import allows_bias, zone_at
from ai_afm.microscope.dose import cell_of
from ai_afm.survey import places
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    ConsentLevel,
    Observation,
    Point,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
)

CLOSER = (Role.ZOOM, Role.FOLLOW, Role.WISH, Role.BEFORE, Role.AFTER)
"""Frames of places that are probed, or looked at for themselves: no loop for the coating there."""


def next_check_probe(config: RunConfig, survey: Survey, patch: ScanRegion) -> ProbeRequest | None:
    """Return the next probe of the check under way: lift, then loops; `None` before the patch.

    Parameters
    ----------
    config, survey
        Of the run.
    patch
        Where the reference patch lies: it must stay as it is.
    """
    return _lift(config, survey, patch) or _loop(config, survey, patch)


def is_patch(observation: Observation) -> bool:
    """Tell whether an observation is a look at the reference patch."""
    request = observation.request
    return isinstance(request, ScanRequest) and request.role is Role.REFERENCE


def is_check_probe(observation: Observation) -> bool:
    """Tell whether an observation is a probe of a health check."""
    request = observation.request
    return isinstance(request, ProbeRequest) and request.role is Role.REFERENCE


def noted(survey: Survey, name: str) -> Iterator[Point]:
    """Yield the places that were noted beside overviews, in the first frame's coordinates."""
    drifts = places.offsets(survey)
    for observation, (dx, dy) in zip(survey.observations, drifts, strict=True):
        for x, y, *_ in (observation.notes or {}).get(name) or ():
            yield float(x) - dx, float(y) - dy


def _loop(config: RunConfig, survey: Survey, patch: ScanRegion) -> ProbeRequest | None:
    """Return the next loop of this check at a fresh spot, `None` when there are enough or none."""
    done, count = _done(survey, ProbeKind.HYSTERESIS_LOOP), config.health.loops
    if done >= count:
        return None
    for spot in fresh_spots(config, survey, patch, config.probe.waveform.amplitude):
        at = places.now(survey, spot)
        reason = (
            f"Loop {done + 1} of {count} at a fresh spot of one domain ({place_text(at)}): does"
            " the coating still carry the field?"
        )
        return ProbeRequest(
            ProbeKind.HYSTERESIS_LOOP,
            at,
            config.probe.waveform,
            role=Role.REFERENCE,
            site=f"coating {len([*survey.probes()]) + 1}",
            reason=reason,
        )
    return None


def _lift(config: RunConfig, survey: Survey, patch: ScanRegion) -> ProbeRequest | None:
    """Return the force curve of this check, `None` where it is taken, not asked for or allowed."""
    load = config.health.lift_load_nn * 1e-9
    if load == 0 or _done(survey, ProbeKind.FORCE_CURVE):
        return None
    # loops need the spots farthest from walls, a lift does not
    spots = list(fresh_spots(config, survey, patch, 0.0))
    if not spots:
        return None
    at = places.now(survey, spots[-1])
    reason = f"Short lift ({place_text(at)}): the zero of the load, which contact does not show"
    return ProbeRequest(
        ProbeKind.FORCE_CURVE,
        at,
        indentation=load,
        role=Role.REFERENCE,
        site=f"lift {len([*survey.probes()]) + 1}",
        reason=reason,
    )


def _done(survey: Survey, kind: ProbeKind) -> int:
    """Count the probes of a kind that were taken for the check under way."""
    done = 0
    for observation in reversed(survey.observations):
        if is_patch(observation):
            break
        request = observation.request
        if isinstance(request, ProbeRequest) and request.role is Role.REFERENCE:
            done += request.kind is kind
    return done


def fresh_spots(
    config: RunConfig, survey: Survey, patch: ScanRegion, volts: float
) -> Iterator[Point]:
    """Yield spots of the reference domain where a probe is allowed and nothing was probed yet.

    Parameters
    ----------
    config, survey
        Of the run.
    patch
        Where the reference patch lies: it must stay as it is, and so must the closer frames.
    volts
        Largest bias of the probe, V.

    Yields
    ------
    Point
        In the coordinates of the first frame, m.
    """
    apart = config.health.loop_spacing_nm * 1e-9
    drifts = places.offsets(survey)
    used = [
        (o.request.position[0] - dx, o.request.position[1] - dy)
        for o, (dx, dy) in zip(survey.observations, drifts, strict=True)
        if isinstance(o.request, ProbeRequest)
    ]
    refused = [r.position for r, _ in survey.refused if isinstance(r, ProbeRequest)]
    cells = [cell_of(o.request.position) for o in survey.probes()
             if isinstance(o.request, ProbeRequest)]  # fmt: skip
    closer = [o.request.region for o in survey.scans(*CLOSER) if isinstance(o.request, ScanRequest)]
    for spot in sorted(noted(survey, "spots"), key=lambda spot: not _given_up(survey, spot)):
        at = places.now(survey, spot)
        pulses = cells.count(cell_of(at))
        if allows_bias(survey.consent, at, volts, pulses) is not None or at in refused:
            continue
        if not geometry.is_inside(survey.limits.region, *at):
            continue
        if any(geometry.is_inside(region, *at) for region in (patch, *closer)):
            continue
        if any(math.dist(spot, u) < apart for u in used):
            continue
        yield spot


def _given_up(survey: Survey, spot: Point) -> bool:
    """Tell whether a spot lies where a person has given the sample up."""
    zone = zone_at(survey.consent, places.now(survey, spot))
    return zone is not None and zone.level is ConsentLevel.SACRIFICIAL
