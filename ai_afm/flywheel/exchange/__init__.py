"""Corrections in and out as files: indexed PNG, TIFF labels, GeoJSON lines, COCO."""
