"""Walls, boundaries and junctions as GeoJSON; coordinates are metres in the sample frame."""

import json
import math
from pathlib import Path
from typing import Any

from ai_afm.types import ClassCode, WallNetwork


def write_geojson(path: Path, network: WallNetwork) -> None:
    """Write a wall network as a FeatureCollection of LineStrings and Points.

    GeoJSON proper is for degrees on Earth; here the coordinates are metres, which the collection
    says.
    """
    features = [_line(w.points.tolist(), w.code, w.probability, w.closed) for w in network.walls]
    for junction in network.junctions:
        properties = {"kind": "junction", "codes": list(junction.codes)}
        features.append(_point(junction.position, properties))
    features += [_point(p, {"kind": "needle_tip"}) for p in network.tips]
    collection = {"type": "FeatureCollection", "coordinates_unit": "m", "features": features}
    path.write_text(json.dumps(collection, allow_nan=False), encoding="utf-8")


def _line(points: list[list[float]], code: int, probability: float, closed: bool) -> dict[str, Any]:
    if closed:
        points = [*points, points[0]]
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": points},
        "properties": {
            "kind": ClassCode(code).name.lower(),
            "code": int(code),
            "probability": probability if math.isfinite(probability) else None,
        },
    }


def _point(position: tuple[float, float], properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(position)}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
