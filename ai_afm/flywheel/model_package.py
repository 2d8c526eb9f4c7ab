"""A model's files: their hashes, and how they go from lab to lab as one .zip, trusted in nothing.

A package holds `manifest.json` (the hash of each file) and `<name>/<version>/` with the card and
the weights. A BioImage.IO package of ours holds the same three side by side, and files that are
never read here (see `bioimageio_package`). What is read from one is held in memory and checked
before a file is written; nothing is ever extracted by the name that a package gives it.
"""

import hashlib
import io
import json
import os
import re
import shutil
import stat
import tomllib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai_afm.errors import ModelError, StoreError
from ai_afm.segment.model_card import ModelCard
from ai_afm.segment.model_file import CARD, WEIGHTS, LoadedModel, read_model
from ai_afm.store import platform

FORMAT = "ai-afm model"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
FILES = (CARD, WEIGHTS)
LIMITS = {MANIFEST: 1 << 20, CARD: 1 << 20, WEIGHTS: 1 << 28}
"""Largest size in bytes of each file in a package."""
RDF = "rdf.yaml"
"""The file that makes a .zip a BioImage.IO package."""
BESIDE = (
    "weights.pt", "test_planes.npy", "test_probability.npy", "sample_channels.npy", "README.md",
    "cover.png",
)  # fmt: skip
"""What else is in such a package of ours; it is not read when a model is added."""
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,79}")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The hashes of a model's two files.

    Parameters
    ----------
    weights, card
        SHA-256 of `weights.safetensors` and of `card.toml`.
    """

    weights: str
    card: str


def file_hashes(folder: Path) -> ModelFiles:
    """Return the hashes of the files of a model folder as they are now.

    Raises
    ------
    ModelError
        When one cannot be read.
    """
    try:
        card, weights = (_sha256((folder / name).read_bytes()) for name in FILES)
    except OSError as exc:
        raise ModelError(f"the files of the model in {folder} cannot be read: {exc}") from exc
    return ModelFiles(weights, card)


def write_package(folder: Path, out: Path) -> ModelFiles:
    """Write a model as a package; the same model always gives the same bytes.

    Parameters
    ----------
    folder
        Of the model; its files are checked first.
    out
        The .zip; must not exist.

    Raises
    ------
    ModelError
        When the model's files do not match its card.
    StoreError
        When `out` exists, or the disk refuses.
    """
    if out.exists():
        raise StoreError(f"{out} exists; choose another name")
    model, content = model_content(folder)
    hashes = {name: _sha256(data) for name, data in content.items()}
    inside = f"{model.card.name}/{model.card.version}"
    named = {f"{inside}/{name}": data for name, data in content.items()}
    told = manifest(model, {f"{inside}/{name}": sha256 for name, sha256 in hashes.items()})
    write_members(out, {MANIFEST: told, **named})
    return ModelFiles(hashes[WEIGHTS], hashes[CARD])


def model_content(folder: Path) -> tuple[LoadedModel, dict[str, bytes]]:
    """Return the model in a folder, and the bytes of card and weights by their names.

    Raises
    ------
    ModelError
        When they do not match one another.
    """
    model = read_model(folder)
    content = {name: (folder / name).read_bytes() for name in FILES}
    if _sha256(content[WEIGHTS]) != model.sha256:
        raise ModelError(f"{folder / WEIGHTS} was changed while it was read")
    return model, content


def manifest(model: LoadedModel, files: Mapping[str, str]) -> bytes:
    """Return the manifest of a package: the hash of each file by its name in it."""
    told = {"format": FORMAT, "version": FORMAT_VERSION, "model": model.spec, "files": dict(files)}
    return json.dumps(told, indent=1).encode()


def write_members(out: Path, content: Mapping[str, bytes]) -> None:
    """Write files as one .zip: the same files always give the same bytes.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in content.items():
            _put(archive, name, data)
    platform.write_atomically(out, packed.getvalue())


def install(source: Path, models: Path) -> tuple[ModelCard, Path]:
    """Put a model from a package or a folder into a models folder, after every check.

    Parameters
    ----------
    source
        A .zip of `write_package` or of `bioimageio_package`, or a model folder; only card and
        weights are taken.
    models
        Models folder. A model that is there already, with the same files, is left as it is.

    Returns
    -------
    card, folder
        Its card, and where it lies.

    Raises
    ------
    ModelError
        When anything about it is wrong, or another model has its name and version.
    StoreError
        When the disk refuses.
    """
    content = _of_folder(source) if source.is_dir() else _of_package(source)
    scratch = models / f".adding-{os.getpid()}"
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        card = _tried(content, scratch, source)
        folder = models / card.name / card.version
        if not folder.exists():
            folder.parent.mkdir(exist_ok=True)
            (scratch / card.name / card.version).rename(folder)
            platform.fsync_directory(folder.parent)
            platform.fsync_directory(models)
    except OSError as exc:
        raise StoreError(f"{source} could not be put into {models}: {exc}") from exc
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    # also when another process has just put one of this name there
    if file_hashes(folder) != ModelFiles(_sha256(content[WEIGHTS]), _sha256(content[CARD])):
        raise ModelError(
            f"{card.name}@{card.version} is in {models} already, with other files; "
            "a model is never changed: choose another version"
        )
    return card, folder


def _tried(content: Mapping[str, bytes], scratch: Path, source: Path) -> ModelCard:
    """Write the files into a scratch folder and read them as a model, so that all is checked."""
    name, version = _name_of(content[CARD], source)
    folder = scratch / name / version
    folder.mkdir(parents=True)
    for file in FILES:
        platform.write_atomically(folder / file, content[file])
    try:
        return read_model(folder).card
    except ModelError as exc:
        raise ModelError(f"{source} is refused: {exc}") from exc


def _name_of(card: bytes, source: Path) -> tuple[str, str]:
    try:
        values = tomllib.loads(card.decode())
        name, version = str(values["name"]), str(values["version"])
    except (ValueError, KeyError) as exc:
        raise ModelError(f"{source} is refused: its {CARD} cannot be read ({exc})") from exc
    if not (_PART.fullmatch(name) and _PART.fullmatch(version)):
        raise ModelError(
            f"{source} is refused: {name[:80]!r} and {version[:80]!r} are no name and version"
        )
    return name, version


def _of_folder(folder: Path) -> dict[str, bytes]:
    content = {}
    for name in FILES:
        file = folder / name
        if file.is_symlink() or not file.is_file():
            raise ModelError(f"{folder} is refused: its {name} is missing or no plain file")
        if file.stat().st_size > LIMITS[name]:
            raise ModelError(f"{folder} is refused: its {name} is larger than {LIMITS[name]} bytes")
        content[name] = file.read_bytes()
    return content


def _of_package(path: Path) -> dict[str, bytes]:
    """Return the files of a package by their plain names, once they match its manifest."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path)
            content = {name: _read(archive, member, path) for name, member in members.items()}
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as exc:
        raise ModelError(f"{path} is no package that can be read: {exc}") from exc
    manifest = _manifest(content.pop(MANIFEST), path)
    for name, data in content.items():
        wanted = manifest.get(members[name].filename)
        if wanted != _sha256(data):
            raise ModelError(
                f"{path} is refused: {name} has the sha256 {_sha256(data)[:12]}, its manifest says "
                f"{str(wanted)[:12]}: damaged or tampered with"
            )
    name, version = _name_of(content[CARD], path)
    named = {members[file].filename for file in FILES}
    if named not in (set(FILES), {f"{name}/{version}/{f}" for f in FILES}):
        raise ModelError(f"{path} is refused: its folder is not that of {name}@{version}")
    return content


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the three members by their plain names; what has no place in a package is refused."""
    found: dict[str, zipfile.ZipInfo] = {}
    listed = archive.infolist()
    # those of a BioImage.IO package lie side by side, with others that are not looked at
    unread = (RDF, *BESIDE) if any(m.filename == RDF for m in listed) else ()
    count = len(LIMITS) + len(unread)
    if len(listed) != count:
        raise ModelError(f"{path} is refused: it holds {len(listed)} files, not {count}")
    for member in listed:
        if member.filename in unread:
            continue
        *folders, name = member.filename.split("/")
        deep = 0 if name == MANIFEST or unread else 2
        plain = all(_PART.fullmatch(f) for f in folders) and len(folders) == deep
        kind = stat.S_IFMT(member.external_attr >> 16)
        if name not in LIMITS or name in found or not plain:
            raise ModelError(f"{path} is refused: {member.filename[:80]!r} has no place in it")
        if kind not in {0, stat.S_IFREG}:
            raise ModelError(f"{path} is refused: {name} is a link, no plain file")
        if member.flag_bits & 1:
            raise ModelError(f"{path} is refused: {name} is encrypted")
        found[name] = member
    return found


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
    # the size in the directory may lie: no more than the limit is ever unpacked
    limit = LIMITS[member.filename.rsplit("/", 1)[-1]]
    with archive.open(member) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ModelError(f"{path} is refused: {member.filename} is larger than {limit} bytes")
    return content


def _manifest(content: bytes, path: Path) -> Mapping[str, Any]:
    try:
        manifest = json.loads(content)
        files = manifest["files"]
        sound = (manifest["format"], manifest["version"]) == (FORMAT, FORMAT_VERSION)
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise ModelError(f"{path} is refused: its {MANIFEST} cannot be read ({exc})") from exc
    if not sound or not isinstance(files, dict):
        raise ModelError(f"{path} is refused: its {MANIFEST} is not that of an {FORMAT}")
    return files


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # no time stamp and no compression: the same model gives the same bytes everywhere
    member = zipfile.ZipInfo(name, _LONG_AGO)
    member.create_system = 3
    member.external_attr = (stat.S_IFREG | 0o644) << 16
    archive.writestr(member, content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
