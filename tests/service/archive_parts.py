"""Archives of small scans for the tests of sessions, and what a session leaves behind."""

import hashlib
from pathlib import Path

from folder_parts import write_scan

from ai_afm.segment.model_file import load_model
from ai_afm.service.archive.session import archive_files, recipe_of, segment_files, session
from ai_afm.service.archive.summary import Table


def make_archive(folder, count):
    """`count` scans that differ, in two folders."""
    for number in range(count):
        write_scan(folder / f"night{number % 2}" / f"{number:03d}.npz", column=4 + number % 48)
    return folder


def tree(out):
    """Relative path -> hash of all files below a folder."""
    return {
        str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(Path(out).rglob("*"))
        if p.is_file()
    }


def segmented(folder, out, crew, size=3, channels=None, on_result=lambda result: None):
    """Segment an archive with the model that ships; what became of each file, by name."""
    model = load_model("wallnet@2.7.0")
    found = []
    with (
        session(out, model, recipe_of(model, channels, "float32")) as orders,
        Table(out, Path(orders.session)) as table,
    ):
        for result in segment_files(archive_files(folder, out), crew, orders, size, table):
            found.append(result)
            on_result(result)
        table.finish()
    return {Path(r.file).name: r for r in found}
