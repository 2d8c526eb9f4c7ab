"""Images, writes and waits in the order of `[sequence]`: what comes next, from the survey alone.

The ladder comes first, so that a drive that is too large is known before anything else is imaged.
Then the steps, repetition by repetition. Each request carries the name of its step: a step whose
name is in the survey was done, also when it broke off.
"""

from dataclasses import dataclass, replace

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.config.sequence import SequenceSettings
from ai_afm.control.base import ANY_INSTRUMENT
from ai_afm.control.sequence_steps import LADDER, steps_of
from ai_afm.control.words import Choice
from ai_afm.errors import ConfigError
from ai_afm.image.instrument_time import InstrumentTimes, request_seconds
from ai_afm.microscope.base import Capabilities
from ai_afm.microscope.write_rules import write_seconds
from ai_afm.segment.base import Glimpse
from ai_afm.survey.places import aimed_scan
from ai_afm.survey.survey import Survey
from ai_afm.survey.threshold import Threshold, find_threshold
from ai_afm.types import Proposal, Role, ScanRequest, WriteRequest

TRIES = 3
"""Frames of one step that may end early before the step counts as done."""
SHARE = 0.5
"""Largest drive as a share of the threshold (of its lower end)."""
REPEATED = (Role.OVERVIEW, Role.ZOOM, Role.FOLLOW, Role.RASTER, Role.WISH)
"""Frames that `reimage_every` counts."""


@dataclass(frozen=True, slots=True)
class SequenceController:
    """Does what `[sequence]` says, and nothing else.

    Parameters
    ----------
    config
        Of the run; it needs the table.
    instrument
        What it can do, and how long that takes.
    """

    config: RunConfig
    instrument: Capabilities = ANY_INSTRUMENT

    @property
    def name(self) -> str:
        """How the controller is called."""
        return "sequence"

    def propose(self, survey: Survey) -> Proposal | None:
        """Return the next step, or `None` when all is done."""
        choice = next_of_sequence(self.config, survey, self.instrument.times)
        return None if choice is None else choice.request

    def closing_words(self, survey: Survey) -> str:
        """Say in a sentence why there is nothing more to do."""
        return sequence_words(self.config, survey, self.instrument.times)

    def enough(self, request: ScanRequest, glimpse: Glimpse) -> str | None:
        """Never: images of a sequence are compared with each other."""
        return None


def next_of_sequence(config: RunConfig, survey: Survey, times: InstrumentTimes) -> Choice | None:
    """Return the next step of the ladder or the sequence, or a frame to be scanned once more.

    Parameters
    ----------
    config
        Of the run.
    survey
        What is known.
    times
        Of the instrument.

    Returns
    -------
    Choice or None
        `None` where there is no sequence, all of it is done, or it cannot go on: a step was
        refused, or the budget does not hold it; `sequence_words` says which.

    Raises
    ------
    ConfigError
        When `check_drive` is set and the drive is more than half of the largest bias up to which
        the ladder wrote nothing, or the ladder does not tell.
    """
    settings = config.sequence
    if settings is None:
        return None
    planned, problem = _next_step(config, settings, survey, times)
    if planned is not None:
        return Choice(planned, planned.reason)
    return None if problem else _next_again(config, settings, survey, times)


def sequence_words(config: RunConfig, survey: Survey, times: InstrumentTimes) -> str:
    """Say how far the sequence has come, once `next_of_sequence` has nothing more."""
    settings = config.sequence
    if settings is None:
        return "There is no sequence"
    _, problem = _next_step(config, settings, survey, times)
    return f"The sequence ends: {problem}" if problem else "The sequence is done"


def threshold_of(config: RunConfig, survey: Survey) -> Threshold | None:
    """Return what the ladder of a run has found, `None` before it is done."""
    found = [
        next((o for o in survey.observations if _target(o.request) == f"{LADDER} {part}"), None)
        for part in ("before", "write", "after")
    ]
    drifts = dict(zip(map(id, survey.observations), survey.known_drifts(), strict=True))
    before, write, after = found
    if before is None or write is None or after is None:
        return None
    return find_threshold(
        before, write, after, tuple(drifts[id(o)] for o in (before, write, after))
    )


def _next_step(
    config: RunConfig, settings: SequenceSettings, survey: Survey, times: InstrumentTimes
) -> tuple[ScanRequest | WriteRequest | None, str | None]:
    """Return the next step, or why there is none (`None`: all are done)."""
    if settings.check_drive and config.imaging.drive_v is None:
        raise ConfigError("sequence.check_drive needs imaging.drive_v; say what drive is meant")
    done = _done(survey)
    refused = {_target(request): message for request, message in survey.refused}
    checked = not settings.check_drive
    for step in steps_of(config):
        if not checked and not step.name.startswith(LADDER):
            _check_drive(config, survey)
            checked = True
        if step.name in done:
            continue
        if step.name in refused:
            return None, f"step {step.name} was refused: {refused[step.name]}"
        request = step.make(survey, times)
        seconds = _seconds(request, times)
        left = survey.limits.max_run_time - survey.spent
        if seconds > left:
            return None, f"step {step.name} takes {seconds:.0f} s of the {left:.0f} s left"
        return request, None
    if not checked:
        _check_drive(config, survey)
    return None, None


def _done(survey: Survey) -> set[str]:
    """Return the names of steps that are not to be done again."""
    done: set[str] = set()
    tries: dict[str, int] = {}
    for observation in survey.observations:
        name = _target(observation.request)
        if name is None:
            continue
        tries[name] = tries.get(name, 0) + 1
        is_frame = isinstance(observation.request, ScanRequest)
        if not is_frame or observation.finished or tries[name] >= TRIES:
            done.add(name)
    return done


def _target(request: Proposal) -> str | None:
    """Return the name of the step that a request belongs to, `None` for requests of others."""
    if isinstance(request, WriteRequest):
        return request.target
    if isinstance(request, ScanRequest) and request.role is Role.SEQUENCE:
        return request.target
    return None


def _seconds(request: ScanRequest | WriteRequest, times: InstrumentTimes) -> float:
    if isinstance(request, WriteRequest):
        return write_seconds(request, times)
    return request_seconds(request, None, times)


def _check_drive(config: RunConfig, survey: Survey) -> None:
    drive, threshold = config.imaging.drive_v or 0.0, threshold_of(config, survey)
    if threshold is None:
        raise ConfigError("the ladder was not finished, so the drive cannot be checked; repeat it")
    if threshold.clean is None:
        raise ConfigError(
            f"the smallest bias of the ladder, {threshold.written:.3g} V, has written already;"
            " begin it lower to find the threshold"
        )
    # The threshold lies between two rungs, and small dots may be missed: the lower one counts.
    bound = SHARE * threshold.clean
    if drive > bound:
        raise ConfigError(
            f"the drive of {drive:.3g} V is more than half of {threshold.clean:.3g} V, up to which"
            f" the ladder wrote nothing: imaging may move walls; lower imaging.drive_v to"
            f" {bound:.3g} V"
        )


def _next_again(
    config: RunConfig, settings: SequenceSettings, survey: Survey, times: InstrumentTimes
) -> Choice | None:
    """Return a frame of the run once more, when it is its turn."""
    every = settings.reimage_every
    if not every:
        return None
    drifts = survey.known_drifts()
    frames = [
        (o.request, o.number, drift)
        for o, drift in zip(survey.observations, drifts, strict=True)
        if isinstance(o.request, ScanRequest) and o.request.role in REPEATED and o.finished
    ]
    done = _done(survey) | {_target(request) for request, _ in survey.refused}
    for request, number, (dx, dy) in frames[every - 1 :: every]:
        name = f"again {number}"
        if name in done:
            continue
        region = geometry.shifted(request.region, (-dx, -dy))
        reason = f"Scan {number} once more: does imaging move its walls?"
        again = replace(request, region=region, role=Role.SEQUENCE, target=name, reason=reason)
        again = aimed_scan(survey, again, times)
        if _seconds(again, times) > survey.limits.max_run_time - survey.spent:
            return None
        return Choice(again, reason)
    return None
