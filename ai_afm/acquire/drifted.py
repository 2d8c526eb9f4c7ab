"""How far the sample has moved under the tip: a new frame against the stored frame of the place."""

from ai_afm.geometry import corners, is_inside, shifted
from ai_afm.image.scan_layout import read_scan
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.drift import register
from ai_afm.survey.places import offsets
from ai_afm.survey.survey import Survey
from ai_afm.types import Frame, Observation, Point, Role, ScanRequest


def measured_offset(
    folder: RunFolder, survey: Survey, frame: Frame
) -> tuple[Point | None, float | None]:
    """Register a frame against an earlier one that shows the same place.

    Returns
    -------
    offset
        (dx, dy), m, of features against the coordinates of the run's first frame; `None` where no
        earlier frame covers the place or the match is not significant.
    uncertainty
        Standard deviation of either coordinate, m, or `None`.
    """
    reference = _reference(survey, frame.request)
    if reference is None:
        return None, None
    stored = read_scan(folder.scan_file(reference.number)).frame
    shift = register(stored, frame)
    if shift is None:
        return None, None
    pairs = zip(survey.observations, offsets(survey), strict=True)
    before = next(offset for observation, offset in pairs if observation is reference)
    return (before[0] + shift.dx, before[1] + shift.dy), shift.uncertainty


def _reference(survey: Survey, request: ScanRequest) -> Observation | None:
    """Return the earlier scan that covers the place and is nearest to it in pixel size."""
    if request.role == Role.OVERVIEW:
        return None
    region = shifted(request.region, (-survey.offset[0], -survey.offset[1]))
    x, y = corners(region).T
    covering = [
        o
        for o in survey.scans()
        if isinstance(o.request, ScanRequest)
        and o.finished
        and is_inside(o.request.region, x, y, margin=-0.1 * region.size[0]).all()
    ]
    return min(
        covering,
        key=lambda o: abs(_pixel(o.request) - request.pixel_size[0]),
        default=None,
    )


def _pixel(request: object) -> float:
    return request.pixel_size[0] if isinstance(request, ScanRequest) else float("inf")
