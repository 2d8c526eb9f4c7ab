"""A model as a BioImage.IO package: what is in it, and that it comes back as the same model."""

import hashlib
import io
import zipfile

import cv2
import model_factory
import numpy as np
import pytest
import torch

from ai_afm.errors import BadInput, ModelError, StoreError
from ai_afm.flywheel.bioimageio_package import write_bioimageio
from ai_afm.flywheel.bioimageio_text import PackedFiles, Publication, description, yaml
from ai_afm.flywheel.model_package import BESIDE, FILES, MANIFEST, RDF, file_hashes, install
from ai_afm.image.normalise import normalise, start_state
from ai_afm.segment.decide import probabilities
from ai_afm.segment.model_file import read_model
from ai_afm.segment.predict import build_network

ANN = Publication(("Ann", "Bob"))
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.load` is deprecated")


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The folder of a model and the package of it."""
    folder = tmp_path_factory.mktemp("zoo")
    source = model_factory.a_model(folder, "1.0.0")
    write_bioimageio(source, folder / "tiny.zip", ANN)
    return source, folder / "tiny.zip"


@pytest.fixture
def content(packed):
    with zipfile.ZipFile(packed[1]) as archive:
        return {m.filename: archive.read(m) for m in archive.infolist()}


def again(content, path, **changes):
    """Pack files once more."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (content | changes).items():
            if data is not None:
                archive.writestr(name, data)
    return path


def test_it_holds_the_description_the_network_and_our_own_files(content):
    assert set(content) == {RDF, MANIFEST, *FILES, *BESIDE}
    text = content[RDF].decode()
    for name, data in content.items():
        if name != RDF:
            assert f'source: "{name}"' in text
            assert hashlib.sha256(data).hexdigest() in text
    for said in ('"Ann"', '"Bob"', '"BSD-3-Clause"', '"10.1039/C8NR06734A"', "min: 128", "step: 8"):
        assert said in text


def test_the_script_says_what_the_model_says_of_frames_of_other_sizes(packed, content):
    model = read_model(packed[0])
    script = torch.jit.load(io.BytesIO(content["weights.pt"]))
    planes = np.random.default_rng(2).normal(size=(7, 144, 168)).astype(np.float32)
    with torch.inference_mode():
        said = script(torch.from_numpy(planes[None]))[0].numpy()
        own = probabilities(build_network(model)(torch.from_numpy(planes[None]))[0], model)
    np.testing.assert_allclose(said, own, atol=1e-5)
    np.testing.assert_allclose(said.sum(axis=0), 1.0, atol=1e-5)


def test_the_test_tensors_are_what_the_sample_becomes(content):
    sample, planes, said = (
        np.load(io.BytesIO(content[name]))
        for name in ("sample_channels.npy", "test_planes.npy", "test_probability.npy")
    )
    channels = dict(zip(("height", "amplitude", "phase"), sample, strict=True))
    made, _ = normalise(channels, start_state(channels))
    np.testing.assert_array_equal(planes, made[None])
    assert planes.shape == (1, 7, 144, 128)
    assert said.shape == (1, 4, 144, 128)
    script = torch.jit.load(io.BytesIO(content["weights.pt"]))
    with torch.inference_mode():
        np.testing.assert_allclose(script(torch.from_numpy(planes)).numpy(), said, atol=1e-5)


def test_the_cover_is_twice_as_wide_as_high(content):
    cover = cv2.imdecode(np.frombuffer(content["cover.png"], np.uint8), cv2.IMREAD_COLOR)
    assert cover.shape[1] == 2 * cover.shape[0]
    assert len(content["cover.png"]) < 500_000


def test_the_page_tells_how_planes_are_made_and_how_to_validate(content):
    text = content["README.md"].decode()
    assert "## Validation" in text
    assert "asinh" in text
    assert "| f1 | 0.5 |" in text


def test_it_comes_back_as_the_same_model(packed, tmp_path):
    source, package = packed
    (tmp_path / "lab").mkdir()
    card, folder = install(package, tmp_path / "lab")
    assert f"{card.name}@{card.version}" == "tiny@1.0.0"
    assert file_hashes(folder) == file_hashes(source)
    assert {f.name for f in folder.iterdir()} == set(FILES)


def test_another_card_than_that_of_its_manifest_is_refused(content, tmp_path):
    bad = again(content, tmp_path / "bad.zip", **{"card.toml": content["card.toml"] + b"\n"})
    with pytest.raises(ModelError, match="tampered"):
        install(bad, tmp_path / "lab")


@pytest.mark.parametrize(
    "changes",
    [{"more.py": b"1"}, {"weights.pt": None}, {"weights.pt": None, "a/weights.pt": b"1"}],
    ids=["one more", "one missing", "elsewhere"],
)
def test_a_package_with_other_files_is_refused(content, tmp_path, changes):
    with pytest.raises(ModelError, match="refused"):
        install(again(content, tmp_path / "bad.zip", **changes), tmp_path / "lab")
    assert not (tmp_path / "lab").exists() or not list((tmp_path / "lab").iterdir())


def test_the_script_in_it_is_never_opened(content, tmp_path):
    (tmp_path / "lab").mkdir()
    odd = again(content, tmp_path / "odd.zip", **{"weights.pt": b"no network", RDF: b"{{{"})
    card, _ = install(odd, tmp_path / "lab")
    assert card.version == "1.0.0"


def test_nothing_is_overwritten(packed):
    with pytest.raises(StoreError, match="exists"):
        write_bioimageio(packed[0], packed[1], ANN)


@pytest.mark.parametrize(
    "publication",
    [Publication(()), Publication((" ",)), Publication(("a/b",)), Publication(("Ann",), "my own")],
    ids=["nobody", "no name", "slash", "no licence"],
)
def test_a_package_needs_authors_and_a_licence(packed, tmp_path, publication):
    with pytest.raises(BadInput):
        write_bioimageio(packed[0], tmp_path / "x.zip", publication)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, {"b": "x: y", "c": []}], "d": None}, 'a:\n- 1\n- b: "x: y"\n  c: []\nd: null\n'),
        ([[1.5, True], {"k": {"deep": "- no list"}}],
         '- - 1.5\n  - true\n- k:\n    deep: "- no list"\n'),
        ({"e": {}, "n": "two\nlines", "q": 'a "b"'},
         'e: {}\nn: "two\\nlines"\nq: "a \\"b\\""\n'),
        ({"k": "\u00b5m \U0001f642"}, 'k: "\\u00b5m \\U0001f642"\n'),
    ],
    ids=["mapping", "lists", "text", "beyond 16 bits"],
)  # fmt: skip
def test_yaml_is_written_by_hand(value, text):
    assert yaml(value) == text


def test_a_description_names_the_model_and_its_thresholds(packed):
    model = read_model(packed[0])
    names = dict.fromkeys(BESIDE, "0" * 64)
    files = PackedFiles(*BESIDE[:3], *BESIDE[4:], (), names)
    told = description(model.card, ANN, files, "2.13.0")
    assert told["config"]["ai_afm"]["model"] == "tiny@1.0.0"
    assert told["config"]["ai_afm"]["class_codes"] == [0, 1, 4, 5]
    names = told["outputs"][0]["axes"][1]["channel_names"]
    assert names == ["background", "wall", "grain_boundary", "topography_edge"]
    assert told["outputs"][0]["axes"][2]["halo"] == 56
