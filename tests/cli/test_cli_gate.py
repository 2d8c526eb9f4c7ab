"""`ai-afm gate` from the outside."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from ai_afm.cli.app import app
from ai_afm.flywheel.gate import lab, pictures
from ai_afm.flywheel.gate.findings import Judgement
from ai_afm.flywheel.gate.picture_file import StoredPicture, read_pictures
from ai_afm.flywheel.lab import Lab
from ai_afm.report import gate_page


@pytest.fixture
def heard(tmp_path, monkeypatch):
    """A lab whose gate has heard a candidate, with one crop to show."""
    codes = np.zeros((6, 9), np.uint8)
    crop = StoredPicture("ab" * 32, {"height": np.ones((6, 9))}, codes, codes, codes, 0.5, 0.75)
    hearing = SimpleNamespace(number=3, judgement=Judgement((), {"model": "tiny@1.0.0"}))
    monkeypatch.setattr(lab, "hear", lambda *_, **__: hearing)
    monkeypatch.setattr(pictures, "side_by_side", lambda *_: [crop])
    monkeypatch.setattr(gate_page, "gate_page", lambda _: "<html></html>")
    return Lab.make(tmp_path / "lab").path


def test_the_crops_of_the_page_are_kept_as_arrays_beside_it(heard):
    done = CliRunner().invoke(app, ["gate", "tiny@1.0.0", "--lab", str(heard), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["pictures"] == str(heard / "gate" / "0003-tiny-1.0.0.npz")
    [picture] = read_pictures(heard / "gate" / "0003-tiny-1.0.0.npz")
    assert picture.f1_after == 0.75
