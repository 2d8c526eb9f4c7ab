"""Corrections as files: the same label comes back, and what is hostile or broken stays outside."""

import io
import json
import os
import stat
import struct
import sys
import zipfile
import zlib

import lab_factory as factory
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from ai_afm.errors import BadInput
from ai_afm.flywheel.exchange import coco, pictures, source
from ai_afm.flywheel.exchange.export import Format, export_corrections
from ai_afm.flywheel.exchange.geojson import from_geojson, to_geojson
from ai_afm.flywheel.exchange.importing import import_corrections
from ai_afm.flywheel.exchange.sidecar import parse_sidecar, sidecar_of
from ai_afm.flywheel.exchange.vectors import Line, areas_of, drawn_label, lines_of
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Window
from ai_afm.image.export.mask import write_mask

SHAPE = (40, 56)
CODES = (0, 1, 2, 3, 4, 5, 255)


@pytest.fixture
def lab(tmp_path):
    with factory.open_lab(tmp_path) as store:
        yield (store, *factory.with_frame(store, tmp_path))


def a_label(shape=factory.WINDOW.shape):
    """Lines of several classes that cross and end, and a corner that nobody can tell."""
    lines = [
        Line(2, np.array([[0.0, 20.0], [shape[0] - 1.0, 50.0]]), 3),
        Line(4, np.array([[60.0, 0.0], [70.0, 40.0], [20.0, 100.0]]), 5),
        Line(5, np.array([[100.0, 90.0], [110.0, 120.0]]), 1),
    ]
    label = drawn_label(shape, lines)
    label[-20:, -30:] = 255
    return label


def saved(lab, label=None, who="Ann", **more):
    store, record, prediction = lab
    return store.add_correction(
        factory.draft(record, prediction, a_label() if label is None else label, who, **more)
    )


def near(a, b, pixels=1.0):
    """Tell whether each pixel of either mask has one of the other within a distance."""
    if not a.any() or not b.any():
        return a.any() == b.any()
    reach = pixels * np.sqrt(2) + 1e-6
    to_a, to_b = (ndimage.distance_transform_edt(~mask) for mask in (a, b))
    return to_b[a].max() <= reach and to_a[b].max() <= reach


@pytest.mark.parametrize("file_format", list(Format))
def test_what_goes_out_comes_back(lab, tmp_path, file_format):
    store, _, _ = lab
    first = saved(lab)
    export_corrections(store, tmp_path / "out", file_format)
    done = import_corrections(store, [tmp_path / "out"], "Bob")
    assert (len(done.revisions), done.known, done.refused, done.conflicts) == (1, 0, (), ())
    back = store.require_correction(done.revisions[0])
    assert (back.annotator, back.parent) == ("Bob", first.revision)
    label = store.label(back.after)
    if file_format is not Format.GEOJSON:
        np.testing.assert_array_equal(label, a_label())
        return
    for code in CODES[1:]:
        assert near(label == code, a_label() == code), code


def test_what_one_has_exported_oneself_is_known(lab, tmp_path):
    store, _, _ = lab
    saved(lab)
    export_corrections(store, tmp_path / "out", Format.PNG)
    done = import_corrections(store, [tmp_path / "out"])
    assert (done.revisions, done.known) == ((), 1)


def test_what_waits_in_the_queue_can_be_corrected_elsewhere(lab, tmp_path):
    from test_review_queue import put

    store, _, _ = lab
    put(lab, (1.0, 0.0))
    (path,) = export_corrections(store, tmp_path / "out", Format.TIFF, queue=True)
    label = tifffile.imread(path)
    assert label.dtype == np.int32
    assert (label[:, 60 - factory.WINDOW.left] == 2).all()
    preview = tifffile.imread(path.with_name(f"{path.stem}-phase.tif"))
    np.testing.assert_array_equal(preview, factory.WINDOW.of(factory.images()["phase"]))
    label[:, :9] = 4
    tifffile.imwrite(path, label.astype(np.int64))  # as another program may
    done = import_corrections(store, [path], "Ann")
    assert done.refused == ()
    correction = store.require_correction(done.revisions[0])
    assert (store.label(correction.after)[:, :9] == 4).all()
    assert [i.state for i in ReviewQueue(store).items()] == ["done"]


def test_without_a_name_nobody_has_said_it(lab, tmp_path):
    from test_review_queue import put

    store, _, _ = lab
    put(lab, (1.0, 0.0))
    export_corrections(store, tmp_path / "out", Format.PNG, queue=True)
    (refused,) = import_corrections(store, [tmp_path / "out"]).refused
    assert "--annotator" in refused[1]


def test_a_version_that_is_behind_is_kept_as_a_branch(lab, tmp_path):
    store, _, _ = lab
    first = saved(lab)
    export_corrections(store, tmp_path / "out", Format.PNG)
    label = a_label()
    label[:9] = 1
    saved(lab, label, parent=first.revision)
    (name,) = (tmp_path / "out").glob("*-r000001.png")
    label[:9] = 3
    write_mask(name, label)
    done = import_corrections(store, [tmp_path / "out"])
    assert done.revisions == done.refused == ()
    assert "branch" in done.conflicts[0][1]
    assert len(store.corrections()) == 3
    assert len(import_corrections(store, [tmp_path / "out"]).conflicts) == 0
    assert len(store.corrections()) == 3


def test_a_palette_in_another_order_is_understood_by_its_colours(lab):
    label = a_label()
    table = np.zeros(256, np.uint8)
    colours = []
    for index, code in enumerate((255, 4, 0, 5, 2)):
        table[code] = index
        colours += pictures.PALETTE[code]
    image = Image.fromarray(table[label], mode=None).convert("L")
    indexed = Image.frombytes("P", image.size, image.tobytes())
    indexed.putpalette(colours)
    stream = io.BytesIO()
    indexed.save(stream, "PNG", bits=8)
    np.testing.assert_array_equal(pictures.read_png(stream.getvalue(), label.shape, {}), label)


def png_of(array, mode=None):
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_says(width, height, depth=8, colour=3):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"PLTE", bytes(768)) + chunk(b"IDAT", zlib.compress(bytes(10**6)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no PNG"),
        (b"GIF89a" + bytes(60), "no PNG"),
        (png_that_says(60_000, 60_000), "60000 lines"),
        (png_that_says(56, 40, depth=16), "16 bits"),
        (png_that_says(56, 40, depth=8, colour=2), "colour type 2"),
        (png_of(np.zeros((40, 56, 3), np.uint8)), "not indexed"),
        (png_of(np.zeros((40, 56), np.uint8)), "not indexed"),
        (png_that_says(56, 40)[:90], "damaged"),
    ],
    ids=["empty", "gif", "bomb", "16 bit", "colour", "rgb", "grey", "torn"],
)
def test_a_png_that_is_none_of_ours_is_refused(content, said):
    with pytest.raises(BadInput, match=said):
        pictures.read_png(content, SHAPE, {})


def tiff_of(array, **options):
    stream = io.BytesIO()
    tifffile.imwrite(stream, array, **options)
    return stream.getvalue()


def tiff_bomb():
    """A TIFF whose strip unpacks to far more than it declares."""
    content = tiff_of(np.zeros(SHAPE, np.uint8), compression="zlib")
    bomb = zlib.compress(bytes(50_000_000))
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        page = file.pages[0]
        offsets, counts = (page.tags[n] for n in ("StripOffsets", "StripByteCounts"))
        changed = bytearray(content)
        for tag, value in ((offsets, len(content)), (counts, len(bomb))):
            at = tag.valueoffset
            size = 2 if tag.dtype == 3 else 4
            changed[at : at + size] = value.to_bytes(size, "little")
    return bytes(changed) + bomb


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no sound TIFF"),
        (b"II*\0" + bytes(40), "no sound TIFF|no page"),
        (tiff_of(np.zeros((41, 56), np.uint8)), "shape"),
        (tiff_of(np.zeros((40, 56), np.float32)), "integers"),
        (tiff_of(np.full(SHAPE, 7, np.uint8)), "class 7"),
        (tiff_of(np.full(SHAPE, -1, np.int32)), "class -1"),
        (tiff_of(np.zeros((2, 40, 56), np.uint8), photometric="minisblack"), "shape|several"),
        (tiff_of(np.zeros(SHAPE, np.uint8))[:300], "cut off|no sound"),
        (tiff_bomb(), "unpacks to more|pieces"),
    ],
    ids=["empty", "no page", "size", "float", "class", "negative", "pages", "torn", "bomb"],
)
def test_a_tiff_that_is_none_of_ours_is_refused(content, said):
    with pytest.raises(BadInput, match=said):
        pictures.read_tiff(content, SHAPE)


@given(st.data())
@settings(max_examples=60)
def test_a_damaged_picture_is_read_or_refused_and_nothing_else(data):
    label = np.zeros(SHAPE, np.uint8)
    label[5:9] = 2
    stream = io.BytesIO()
    kind = data.draw(st.sampled_from(["png", "tif"]))
    if kind == "png":
        image = Image.fromarray(label).convert("P")
        image.save(stream, "PNG")
    else:
        tifffile.imwrite(stream, label.astype(np.int32), compression="zlib", metadata=None)
    content = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    content = bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        if kind == "png":
            back = pictures.read_png(content, SHAPE, {})
        else:
            back = pictures.read_tiff(content, SHAPE)
    except BadInput:
        return
    assert back.shape == SHAPE
    assert set(np.unique(back)) <= set(CODES)


LABELS = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        st.integers(0, 36), st.integers(0, 50), st.integers(1, 20), st.integers(1, 20),
    ),
    max_size=8,
)  # fmt: skip


@given(LABELS)
@settings(max_examples=40)
def test_any_label_survives_run_lengths_and_areas(boxes):
    label = np.zeros(SHAPE, np.uint8)
    for code, top, left, lines, pixels in boxes:
        label[top : top + lines, left : left + pixels] = code
    for code in CODES:
        mask = label == code
        np.testing.assert_array_equal(coco.from_run_lengths(coco.run_lengths(mask), SHAPE), mask)
    drawn = drawn_label(SHAPE, areas_of(label, 255))
    np.testing.assert_array_equal(drawn == 255, label == 255)


WALLS = st.lists(
    st.tuples(
        st.sampled_from(CODES[1:6]),
        st.lists(st.tuples(st.integers(4, 35), st.integers(4, 51)), min_size=2, max_size=3),
        st.sampled_from([1, 3, 5]),
    ),
    min_size=1, max_size=1,
)  # fmt: skip


@given(WALLS)
@settings(max_examples=40)
def test_a_line_comes_back_within_a_pixel(walls):
    lines = [Line(code, np.array(points, float), width) for code, points, width in walls]
    label = drawn_label(SHAPE, lines)
    back = drawn_label(SHAPE, lines_of(label))
    for code, _, _ in walls:
        assert near(back == code, label == code, 1.0)


def test_text_run_lengths_of_other_programs_are_read():
    # as pycocotools packs [6, 1, 40, 4, 5, 4, 5, 4, 21]
    lengths = [6, 1, 40, 4, 5, 4, 5, 4, 21]
    assert coco._unpacked(packed(lengths), (9, 10)) == lengths


def packed(lengths):
    """The packing of the COCO API, written from its description."""
    text = ""
    for n, length in enumerate(lengths):
        value = length - (lengths[n - 2] if n > 2 else 0)
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != (-1 if bits & 0x10 else 0)
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=12))
def test_any_text_run_lengths_are_read(lengths):
    assert coco._unpacked(packed(lengths), (200, 300)) == lengths


@given(st.text(max_size=30))
def test_text_that_is_no_run_length_is_refused_or_read(text):
    try:
        found = coco._unpacked(text, SHAPE)
    except BadInput:
        return
    assert all(isinstance(n, int) for n in found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["ai_afm", "features", "geometry", "type", "coordinates", "properties", "code", "id",
             "images", "annotations", "categories", "segmentation", "counts", "size", "name"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@pytest.fixture
def known(lab):
    """The description of a window, as JSON, and what knows its frame."""
    store, record, _ = lab
    return sidecar_of(record, factory.WINDOW).model_dump(mode="json"), store.require_frame


@given(JSON)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_is_read_or_refused_and_nothing_else(known, junk):
    about, frame_of = known
    for stored in (
        {"type": "FeatureCollection", "ai_afm": about, "features": [junk]},
        {"type": "FeatureCollection", "ai_afm": about, "features": [
            {"geometry": {"type": "LineString", "coordinates": junk}, "properties": {"code": 1}}]},
        {"type": "FeatureCollection", "ai_afm": junk, "features": []},
    ):  # fmt: skip
        try:
            from_geojson("x", stored, frame_of)
        except BadInput:
            pass
    image = {"id": 1, "height": 128, "width": 136, "ai_afm": about}
    categories = [{"id": 1, "name": "wall"}]
    for annotation in (
        {"image_id": 1, "category_id": 1, "segmentation": junk},
        {"image_id": 1, "category_id": 1, "segmentation": {"size": [128, 136], "counts": junk}},
        {"image_id": 1, "category_id": junk, "segmentation": []},
    ):
        stored = {"images": [image], "annotations": [annotation], "categories": categories}
        assert len(list(coco.from_coco("x", stored, frame_of))) == 1


def a_folder(lab, tmp_path):
    """A folder with one good label; return it and its description."""
    store, _, _ = lab
    saved(lab)
    (path,) = export_corrections(store, tmp_path / "in", Format.PNG)
    about = json.loads(path.with_suffix(".json").read_text())
    return tmp_path / "in", path, about


HOSTILE = {
    "traversal": ({"label": "../../secret.png"}, "no plain file name"),
    "absolute": ({"label": "/etc/passwd"}, "no plain file name"),
    "drive": ({"label": "C:\\secret.png"}, "no plain file name"),
    "unknown frame": ({"frame": "0" * 64}, "knows no frame"),
    "no hash": ({"frame": "../x"}, "frame"),
    "outside": ({"window_px": [100, 100, 128, 136]}, "does not lie"),
    "empty": ({"window_px": [0, 0, 0, 0]}, "does not lie"),
    "elsewhere": ({"center_m": [0.0, 0.0]}, "elsewhere"),
    "unknown model": ({"model_sha256": "f" * 64}, "no prediction"),
    "unknown parent": ({"parent": 99}, "no revision 99"),
    "other item": ({"item": 99}, "no item 99"),
    "unknown key": ({"run": "rm -rf"}, "run"),
    "text for number": ({"seconds": "3"}, "seconds"),
    "negative time": ({"seconds": -3.0}, "seconds"),
    "class names": ({"classes": {"2": "wall"}}, "not called"),
    "missing image": ({"label": "nothing.png"}, "cannot be read"),
    "nobody": ({"annotator": " "}, "no name"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_description_is_refused_and_the_others_are_taken(lab, tmp_path, case):
    store, _, _ = lab
    folder, _, about = a_folder(lab, tmp_path)
    (tmp_path / "secret.png").write_bytes((folder / about["label"]).read_bytes())
    change, said = HOSTILE[case]
    label = a_label()
    label[:5] = 1
    write_mask(folder / "b.png", label)
    good = about | {"label": "b.png", "previews": [], "annotator": "Bob"}
    (folder / "b.json").write_text(json.dumps(good))
    (folder / f"{folder.name}-bad.json").write_text(json.dumps(about | change))
    done = import_corrections(store, [folder])
    assert len(done.revisions) == 1
    ((_name, reason),) = done.refused
    assert said in reason
    assert "\n" not in reason
    assert len(reason) < 400


BROKEN = {
    "not json": (b"{", "not JSON"),
    "not text": (b"\xff\xfe{}", "not JSON"),
    "nan": (b'{"seconds": NaN}', "NaN"),
    "too large": (b'{"seconds": 1e999}', "too large"),
    "deep": (b"[" * 100_000, "not JSON"),
    "list": (b"[]", "not a JSON object"),
    "huge number": (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
    "empty": (b"{}", "frame"),
    "no features": (b'{"type": "FeatureCollection"}', "description"),
    "no images": (b'{"images": 3}', "images"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_json_is_refused_with_one_sentence(lab, tmp_path, case):
    content, said = BROKEN[case]
    (tmp_path / "x.json").write_bytes(content)
    ((_, reason),) = import_corrections(lab[0], [tmp_path / "x.json"]).refused
    assert said in reason


def features(lab, **change):
    """A GeoJSON collection with one feature, as text."""
    about = sidecar_of(lab[1], factory.WINDOW, annotator="Ann").model_dump(mode="json")
    feature = {
        "geometry": {"type": "LineString", "coordinates": [[1e-6, -2e-6], [1.1e-6, -2e-6]]},
        "properties": {"code": 2, "width_px": 3},
    } | change
    return json.dumps({"type": "FeatureCollection", "ai_afm": about, "features": [feature]})


FEATURES = {
    "class": ({"properties": {"code": 77}}, "unknown class"),
    "no class": ({"properties": {}}, "unknown class"),
    "width": ({"properties": {"code": 2, "width_px": 1000}}, "px wide"),
    "nan": ({"geometry": {"type": "LineString", "coordinates": [[float("nan"), 0]]}}, "NaN"),
    "far": ({"geometry": {"type": "LineString", "coordinates": [[5.0, 5.0]]}}, "far outside"),
    "text": ({"geometry": {"type": "LineString", "coordinates": [["1", "2"]]}}, "two numbers"),
    "many": ({"geometry": {"type": "LineString", "coordinates": [[0, 0]] * 200_001}}, "points"),
    "kind": ({"geometry": {"type": "Circle", "coordinates": [[0, 0]]}}, "line or a polygon"),
}


@pytest.mark.parametrize("case", FEATURES)
def test_a_feature_that_makes_no_sense_is_refused(lab, tmp_path, case):
    change, said = FEATURES[case]
    (tmp_path / "x.geojson").write_text(features(lab, **change))
    done = import_corrections(lab[0], [tmp_path / "x.geojson"])
    assert done.revisions == ()
    assert said in done.refused[0][1]


def test_a_line_drawn_elsewhere_lies_where_its_metres_say(lab, tmp_path):
    (tmp_path / "x.geojson").write_text(features(lab))
    done = import_corrections(lab[0], [tmp_path / "x.geojson"])
    label = lab[0].label(lab[0].require_correction(done.revisions[0]).after)
    # the middle of the frame is half a pixel beside the pixel (72, 88) of it
    row, column = 72 - factory.WINDOW.top, 88 - factory.WINDOW.left
    assert label[row, column] == 2
    assert label[row, column - 4] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_are_not_followed(lab, tmp_path):
    folder, path, _about = a_folder(lab, tmp_path)
    outside = path.rename(tmp_path / "outside.png")
    path.symlink_to(outside)
    os.mkfifo(folder / "pipe.json")
    (folder / "loop").symlink_to(folder)
    reasons = [r for _, r in import_corrections(lab[0], [folder], "Bob").refused]
    assert any("link" in reason for reason in reasons)
    assert any("no regular file" in reason for reason in reasons)
    assert len(lab[0].corrections()) == 1


def test_a_file_that_is_too_large_is_not_read(lab, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_FILE", 1000)
    (tmp_path / "x.json").write_bytes(b" " * 1001)
    assert "at most 1000" in import_corrections(lab[0], [tmp_path / "x.json"]).refused[0][1]


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def test_an_archive_is_read_without_unpacking_it(lab, tmp_path):
    store, _, _ = lab
    folder, _path, _about = a_folder(lab, tmp_path)
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in folder.iterdir():
            made.write(file, f"mail/{file.name}")
    before = {p for p in tmp_path.rglob("*") if store.lab.path not in p.parents}
    done = import_corrections(store, [archive], "Bob")
    assert (len(done.revisions), done.refused) == (1, ())
    assert {p for p in tmp_path.rglob("*") if store.lab.path not in p.parents} == before


def test_an_archive_leads_nowhere(lab, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_FILE", 100_000)
    archive = tmp_path / "a.zip"
    link = zipfile.ZipInfo("link.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("../up.json", "{}")
        made.writestr("/root.json", "{}")
        made.writestr("bomb.json", b" " * 10_000_000)
        made.writestr(link, "/etc/passwd")
    refused = dict(import_corrections(lab[0], [archive], "Bob").refused)
    assert len(refused) == 4
    assert "unpacks to 10000000" in refused["bomb.json"]
    assert "link" in refused["link.json"]
    assert not (tmp_path.parent / "up.json").exists()


def test_an_archive_that_lies_about_a_size_is_refused(lab, tmp_path):
    archive = zipped(tmp_path / "a.zip", **{"x.json": b" " * 50_000})
    content = archive.read_bytes().replace(struct.pack("<I", 50_000), struct.pack("<I", 10))
    archive.write_bytes(content)
    assert len(import_corrections(lab[0], [archive], "Bob").refused) == 1


@given(st.binary(max_size=200))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_refused_as_an_archive(lab, tmp_path, content):
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"PK\x03\x04" + content)
    assert len(import_corrections(lab[0], [archive], "Bob").refused) == 1


@pytest.mark.parametrize("name", ["x.exe", "x.npy", "nothing.json"])
def test_what_is_no_correction_is_refused(lab, tmp_path, name):
    if name != "nothing.json":
        (tmp_path / name).write_bytes(b"x")
    assert len(import_corrections(lab[0], [tmp_path / name], "Bob").refused) == 1


def test_a_picture_without_a_description_is_refused(lab, tmp_path):
    (tmp_path / "x.png").write_bytes(png_that_says(56, 40))
    ((_, reason),) = import_corrections(lab[0], [tmp_path / "x.png"], "Bob").refused
    assert "x.json" in reason


def test_a_description_of_an_older_or_newer_kind_is_refused(known):
    with pytest.raises(BadInput, match="version"):
        parse_sidecar(known[0] | {"version": 2})


def test_metres_and_pixels_of_an_exported_line_agree(lab):
    about = sidecar_of(lab[1], Window(8, 24, 128, 136))
    label = a_label()
    for feature in to_geojson(label, about)["features"]:
        if feature["geometry"]["type"] == "LineString":
            back = from_geojson("x", {"type": "FeatureCollection",
                "ai_afm": about.model_dump(mode="json"), "features": [feature]},
                lab[0].require_frame).label  # fmt: skip
            for row, column in feature["properties"]["pixels"]:
                assert back[round(row), round(column)] == feature["properties"]["code"]
