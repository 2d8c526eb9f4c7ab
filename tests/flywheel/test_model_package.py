"""A model as one file: what goes out comes in again, and nothing else does."""

import hashlib
import io
import json
import stat
import zipfile

import model_factory as factory
import pytest

from ai_afm.errors import ModelError, StoreError
from ai_afm.flywheel.model_package import MANIFEST, file_hashes, install, write_package
from ai_afm.segment.model_file import read_model

CARD, WEIGHTS = "tiny/1.0.0/card.toml", "tiny/1.0.0/weights.safetensors"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The folder of tiny@1.0.0."""
    return factory.a_model(tmp_path_factory.mktemp("made"), "1.0.0")


@pytest.fixture(scope="module")
def package(source, tmp_path_factory):
    """Its package, as {name: content}."""
    path = tmp_path_factory.mktemp("package") / "tiny.zip"
    write_package(source, path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def models(tmp_path):
    """An empty models folder."""
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def zipped(path, content):
    """Write {name or ZipInfo: content} as it comes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_what_goes_out_comes_in_again(source, models, tmp_path):
    out = tmp_path / "tiny.zip"
    hashes = write_package(source, out)
    card, folder = install(out, models)
    assert (folder, card.version) == (models / "tiny" / "1.0.0", "1.0.0")
    assert file_hashes(folder) == file_hashes(source) == hashes
    assert sorted(p.name for p in models.iterdir()) == ["tiny"]


def test_the_same_model_gives_the_same_bytes(source, tmp_path):
    write_package(source, tmp_path / "a.zip")
    write_package(source, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_package_does_not_replace_a_file(source, tmp_path):
    (tmp_path / "thesis.zip").write_bytes(b"precious")
    with pytest.raises(StoreError, match="exists"):
        write_package(source, tmp_path / "thesis.zip")
    assert (tmp_path / "thesis.zip").read_bytes() == b"precious"


def test_a_damaged_model_does_not_go_out(tmp_path):
    folder = factory.a_model(tmp_path / "made", "1.0.0")
    (folder / "weights.safetensors").write_bytes(b"no")
    with pytest.raises(ModelError, match="not what its card says"):
        write_package(folder, tmp_path / "tiny.zip")
    assert not (tmp_path / "tiny.zip").exists()


def test_of_a_folder_only_card_and_weights_come_in(models, tmp_path):
    folder = factory.a_model(tmp_path / "made", "1.0.0")
    (folder / "run_me.py").write_text("boom")
    _, inside = install(folder, models)
    assert sorted(p.name for p in inside.iterdir()) == ["card.toml", "weights.safetensors"]


def test_a_model_that_lies_in_the_models_folder_stays_there(models):
    folder = factory.a_model(models, "1.0.0")
    assert install(folder, models)[1] == folder
    assert read_model(folder).spec == "tiny@1.0.0"


def test_a_folder_with_a_link_is_refused(models, tmp_path, source):
    folder = factory.a_model(tmp_path / "made", "1.0.0")
    (folder / "weights.safetensors").unlink()
    (folder / "weights.safetensors").symlink_to(source / "weights.safetensors")
    with pytest.raises(ModelError, match="no plain file"):
        install(folder, models)


def test_another_model_of_the_same_name_is_refused(models, tmp_path, source):
    install(source, models)
    with pytest.raises(ModelError, match="choose another version"):
        install(factory.a_model(tmp_path / "other", "1.0.0", seed=5), models)
    assert file_hashes(models / "tiny" / "1.0.0") == file_hashes(source)


def link(name):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def renamed(package, old, new):
    return {new if name == old else name: data for name, data in package.items()}


def claiming(package, **files):
    """A package whose manifest is what is said here."""
    manifest = json.loads(package[MANIFEST])
    return package | {MANIFEST: json.dumps({**manifest, **files}).encode()}


HOSTILE = {
    "one file more": ("holds 4 files", lambda p: {**p, "tiny/1.0.0/run_me.py": b"boom"}),
    "one file less": ("holds 2 files", lambda p: {k: v for k, v in p.items() if k != WEIGHTS}),
    "no manifest": ("no place", lambda p: renamed(p, MANIFEST, "readme.json")),
    "a way out": ("no place", lambda p: renamed(p, CARD, "../../1.0.0/card.toml")),
    "a way out of two": ("no place", lambda p: renamed(p, CARD, "../../card.toml")),
    "an absolute path": ("no place", lambda p: renamed(p, CARD, "/etc/card.toml")),
    "a drive": ("no place", lambda p: renamed(p, CARD, "C:/x/card.toml")),
    "a backslash": ("no place", lambda p: renamed(p, CARD, "tiny\\1.0.0/x/card.toml")),
    "another folder": (
        "its manifest says None",
        lambda p: renamed(p, CARD, "tiny/2.0.0/card.toml"),
    ),
    "a deep manifest": ("no place", lambda p: renamed(p, MANIFEST, "tiny/1.0.0/manifest.json")),
    "a link": (
        "is a link",
        lambda p: {k: v for k, v in p.items() if k != WEIGHTS} | {link(WEIGHTS): b"/etc/x"},
    ),
    "one byte changed": ("damaged or tampered", lambda p: p | {WEIGHTS: p[WEIGHTS][:-1] + b"\x01"}),
    "another card": ("damaged or tampered", lambda p: p | {CARD: p[CARD].replace(b"1.3", b"1.2")}),
    "a bomb": ("larger than 1048576 bytes", lambda p: p | {CARD: bytes(2 << 20)}),
    "a manifest that is a list": ("cannot be read", lambda p: p | {MANIFEST: b"[1, 2]"}),
    "a manifest of nothing": ("cannot be read", lambda p: p | {MANIFEST: b""}),
    "a manifest far down": ("cannot be read", lambda p: p | {MANIFEST: b"[" * 100_000}),
    "a manifest without files": ("not that of", lambda p: claiming(p, files=[])),
    "a manifest of another thing": ("not that of", lambda p: claiming(p, format="pickle")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_package_with_anything_wrong_is_refused_and_leaves_nothing(
    package, models, tmp_path, name
):
    text, spoilt = HOSTILE[name]
    path = zipped(tmp_path / "hostile.zip", spoilt(dict(package)))
    with pytest.raises(ModelError, match=rf"hostile\.zip is refused: .*{text}"):
        install(path, models)
    assert list(models.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hostile.zip", "models"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(package, models, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in (MANIFEST, CARD, CARD):
            archive.writestr(name, package[name])
    (tmp_path / "twice.zip").write_bytes(packed.getvalue())
    with pytest.raises(ModelError, match="has no place in it"):
        install(tmp_path / "twice.zip", models)


@pytest.mark.parametrize("cut", [0, 20, 5000, -30])
def test_a_broken_package_is_refused(source, models, tmp_path, cut):
    write_package(source, tmp_path / "whole.zip")
    (tmp_path / "part.zip").write_bytes((tmp_path / "whole.zip").read_bytes()[:cut])
    with pytest.raises(ModelError, match="no package that can be read"):
        install(tmp_path / "part.zip", models)


def resigned(package, card):
    """A package with another card, and a manifest that fits it."""
    files = {CARD: hashlib.sha256(card).hexdigest()}
    files |= {WEIGHTS: hashlib.sha256(package[WEIGHTS]).hexdigest()}
    return claiming(package | {CARD: card}, files=files)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (b'name = "tiny"', b'name = "../up"', "are no name and version"),
        (b'name = "tiny"', b'name = "other"', "not that of other@1.0.0"),
        (b"width = 4", b"width = 8", "do not fit the card"),
        (b"seed = 0", b"seed = ", "cannot be read"),
        (b"seed = 0", b"seed = 0\nrun = 'x'", "no usable card"),
    ],
)
def test_a_card_that_is_signed_and_wrong_is_refused(package, models, tmp_path, old, new, text):
    assert old in package[CARD]
    path = zipped(tmp_path / "x.zip", resigned(package, package[CARD].replace(old, new)))
    with pytest.raises(ModelError, match=text):
        install(path, models)
    assert list(models.iterdir()) == []
