"""Labels as GeoJSON: lines in metres of the sample frame, each with its class and width.

Coordinates are what counts when a file comes back; the pixels are there for whoever wants them.
Areas that nobody can tell (class 255) are polygons.
"""

from typing import Any

import numpy as np

from ai_afm import geometry
from ai_afm.errors import BadInput
from ai_afm.flywheel.exchange.sidecar import (
    CODES,
    NAMES,
    Parcel,
    Sidecar,
    check_against,
    parse_sidecar,
)
from ai_afm.flywheel.exchange.vectors import (
    MAX_SHAPES,
    Area,
    Line,
    Points,
    areas_of,
    as_points,
    drawn_label,
    lines_of,
)
from ai_afm.flywheel.records import FrameRecord, Label
from ai_afm.types import ClassCode

KEY = "ai_afm"
"""Member of the collection with the sidecar."""


def to_geojson(label: Label, about: Sidecar) -> dict[str, Any]:
    """Return a label as a GeoJSON FeatureCollection."""
    features = [_line(line, about) for line in lines_of(label)]
    features += [_area(area, about) for area in areas_of(label, int(ClassCode.IGNORE))]
    return {
        "type": "FeatureCollection",
        "coordinates_unit": "m",
        KEY: about.model_dump(mode="json"),
        "features": features,
    }


def _line(line: Line, about: Sidecar) -> dict[str, Any]:
    # a patch of one point is drawn as a line that begins and ends there
    points = line.points if len(line.points) > 1 else np.repeat(line.points, 2, axis=0)
    geometry_ = {"type": "LineString", "coordinates": _metres(points, about)}
    properties = {
        "code": line.code,
        "kind": NAMES[line.code],
        "width_px": line.width,
        "pixels": points.tolist(),
    }
    return {"type": "Feature", "geometry": geometry_, "properties": properties}


def _area(area: Area, about: Sidecar) -> dict[str, Any]:
    rings = [_metres(np.vstack([ring, ring[:1]]), about) for ring in area.rings]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": rings},
        "properties": {"code": area.code, "kind": NAMES[area.code]},
    }


def _metres(points: Points, about: Sidecar) -> list[list[float]]:
    x, y = geometry.pixel_to_sample(about.region, about.window.shape, points[:, 0], points[:, 1])
    pairs: list[list[float]] = np.stack([x, y], axis=1).tolist()
    return pairs


def from_geojson(title: str, stored: dict[str, Any], frame_of: Any) -> Parcel:
    """Return the label that a FeatureCollection draws.

    Parameters
    ----------
    title
        How the file is called in a message.
    stored
        The JSON object.
    frame_of
        Returns the `FrameRecord` of a hash; refuses one that is not known.

    Raises
    ------
    BadInput
        When it is no collection of ours, its frame is not known, or a feature is not a line or
        polygon of a known class near the window.
    """
    about = parse_sidecar(stored.get(KEY))
    frame: FrameRecord = frame_of(about.frame)
    check_against(about, frame)
    features = stored.get("features")
    if stored.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise BadInput("no GeoJSON FeatureCollection")
    if len(features) > MAX_SHAPES:
        raise BadInput(f"{len(features)} features; at most {MAX_SHAPES} are read")
    shapes: list[Line | Area] = []
    for feature in features:
        shapes += _shapes(feature, about)
    return Parcel(title, about, drawn_label(about.window.shape, shapes))


def _shapes(feature: Any, about: Sidecar) -> list[Line | Area]:
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        raise BadInput("a feature has no geometry")
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise BadInput("a feature has no properties; its class is needed")
    code = _code(properties)
    kind, coordinates = feature["geometry"].get("type"), feature["geometry"].get("coordinates")
    width = properties.get("width_px", 3)
    if type(width) is not int:
        raise BadInput(f"width_px is a whole number, not {str(width)[:40]}")
    match kind:
        case "LineString":
            return [Line(code, _pixels(coordinates, about), width)]
        case "MultiLineString":
            return [Line(code, _pixels(part, about), width) for part in _list(coordinates)]
        case "Polygon":
            return [_polygon(code, coordinates, about)]
        case "MultiPolygon":
            return [_polygon(code, part, about) for part in _list(coordinates)]
    raise BadInput(f"a feature is a line or a polygon, not {str(kind)[:40]!r}")


def _polygon(code: int, rings: Any, about: Sidecar) -> Area:
    return Area(code, tuple(_pixels(ring, about) for ring in _list(rings)))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_SHAPES:
        raise BadInput(f"coordinates with 1 to {MAX_SHAPES} parts are needed")
    return value


def _code(properties: dict[str, Any]) -> int:
    """Return the class of a feature: its "code", or the code of its "kind"."""
    code = properties.get("code", CODES.get(str(properties.get("kind")), None))
    if type(code) is not int or code not in NAMES:
        raise BadInput(f"a feature has the unknown class {str(properties.get('code'))[:40]}")
    return code


def _pixels(coordinates: Any, about: Sidecar) -> Points:
    x, y = as_points(coordinates).T
    row, column = geometry.sample_to_pixel(about.region, about.window.shape, x, y)
    return np.stack([row, column], axis=1)
