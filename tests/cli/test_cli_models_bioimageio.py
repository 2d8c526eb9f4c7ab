"""`ai-afm models export --format bioimageio`, and `models add` of what it has written."""

import json
import sys
from pathlib import Path

from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.errors import BadInput

sys.path.insert(0, str(Path(__file__).parents[1] / "flywheel"))
import model_factory as factory


def call(*arguments):
    return CliRunner().invoke(app, ["models", *map(str, arguments)])


def test_an_exported_package_added_in_another_lab_has_the_same_weights(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    (other / "models").mkdir(parents=True)
    factory.a_model(one / "models", "1.0.0")
    package = tmp_path / "tiny.zip"
    options = ("--format", "bioimageio", "--author", "Ann", "--author", "Bob", "--lab", one)
    exported = call("export", "tiny@1.0.0", package, *options, "--json")
    assert exported.exception is None, exported.exception
    added = call("add", package, "--annotator", "Cem", "--lab", other, "--json")
    assert added.exception is None, added.exception
    assert json.loads(added.stdout)["sha256"] == json.loads(exported.stdout)["sha256"]
    assert (other / "models" / "tiny" / "1.0.0" / "card.toml").is_file()


def test_a_package_for_others_names_who_made_the_model(tmp_path):
    factory.a_model(tmp_path / "models", "1.0.0")
    package = tmp_path / "tiny.zip"
    done = call("export", "tiny@1.0.0", package, "--format", "bioimageio", "--lab", tmp_path)
    assert isinstance(done.exception, BadInput)
    assert not package.exists()
