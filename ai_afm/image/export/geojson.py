"""Walls, boundaries and junctions as GeoJSON; coordinates are metres in the sample frame."""

import json
import math
from pathlib import Path
from typing import Any

from ai_afm.types import ClassCode, Wall, WallNetwork


def write_geojson(path: Path, network: WallNetwork) -> None:
    """Write a wall network as a FeatureCollection of LineStrings and Points.

    GeoJSON proper is for degrees on Earth; here the coordinates are metres, which the collection
    says. A line has "kind", "code", "probability", and "apparent_width_m" with its standard error
    "width_error_m"; what is not known is null.
    """
    features = [_line(wall) for wall in network.walls]
    for junction in network.junctions:
        properties = {"kind": "junction", "codes": list(junction.codes)}
        features.append(_point(junction.position, properties))
    features += [_point(p, {"kind": "needle_tip"}) for p in network.tips]
    collection = {"type": "FeatureCollection", "coordinates_unit": "m", "features": features}
    path.write_text(json.dumps(collection, allow_nan=False), encoding="utf-8")


def _line(wall: Wall) -> dict[str, Any]:
    points = wall.points.tolist()
    return {
        "type": "Feature",
        "geometry": {
            "type": "LineString",
            "coordinates": [*points, points[0]] if wall.closed else points,
        },
        "properties": {
            "kind": ClassCode(wall.code).name.lower(),
            "code": int(wall.code),
            "probability": wall.probability if math.isfinite(wall.probability) else None,
            "apparent_width_m": wall.apparent_width,
            "width_error_m": wall.width_error,
        },
    }


def _point(position: tuple[float, float], properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(position)}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
