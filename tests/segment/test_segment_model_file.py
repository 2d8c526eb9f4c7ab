"""A model is what its card says, or an error."""

from pathlib import Path

import numpy as np
import pytest
from tiny_model import small_arrays, small_card

from ai_afm.errors import ModelError
from ai_afm.segment.model_file import (
    card_text,
    list_models,
    load_model,
    read_model,
    set_active,
    write_model,
)


def test_a_written_model_is_read_back_unchanged(models: Path) -> None:
    model = load_model("tiny@0.1.0", [models])
    assert model.spec == "tiny@0.1.0"
    assert len(model.sha256) == 64
    assert model.card.model_copy(update={"weights_sha256": ""}) == small_card()
    expected = small_arrays()
    assert model.arrays.keys() == expected.keys()
    assert all(np.array_equal(model.arrays[n], expected[n]) for n in expected)


def test_a_missing_model_is_an_error_that_lists_the_known_ones(models: Path) -> None:
    with pytest.raises(ModelError, match=r"no model 'tiny@9.9.9'.*known: .*tiny@0.1.0"):
        load_model("tiny@9.9.9", [models])


@pytest.mark.parametrize("spec", ["tiny", "@1", "../tiny@0.1.0", "tiny@..", "a/b@1"])
def test_a_name_that_is_no_name_is_refused(models: Path, spec: str) -> None:
    with pytest.raises(ModelError, match="write name@version"):
        load_model(spec, [models])


def test_one_changed_byte_is_noticed(models: Path) -> None:
    weights = models / "tiny" / "0.1.0" / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelError, match="not what its card says"):
        load_model("tiny@0.1.0", [models])


def test_a_truncated_or_missing_file_is_an_error(models: Path) -> None:
    folder = models / "tiny" / "0.1.0"
    (folder / "weights.safetensors").unlink()
    with pytest.raises(ModelError, match="no readable weights"):
        read_model(folder)
    (folder / "card.toml").write_text("format = 1\nname =")
    with pytest.raises(ModelError, match=r"no usable card\.toml"):
        read_model(folder)


def test_a_card_with_an_unknown_key_is_refused(models: Path) -> None:
    card = models / "tiny" / "0.1.0" / "card.toml"
    card.write_text("nonsense = 1\n" + card.read_text())
    with pytest.raises(ModelError, match=r"no usable card\.toml"):
        load_model("tiny@0.1.0", [models])


def test_a_card_in_anothers_folder_is_refused(models: Path) -> None:
    (models / "tiny").rename(models / "other")
    with pytest.raises(ModelError, match=r"is that of tiny@0\.1\.0"):
        load_model("other@0.1.0", [models])


def test_weights_that_do_not_fit_or_are_not_finite_are_never_written(tmp_path: Path) -> None:
    arrays = small_arrays()
    arrays["network.head.bias"] = np.zeros(9, np.float32)
    with pytest.raises(ModelError, match=r"head\.bias is \(9,\), expected \(4,\)"):
        write_model(tmp_path, small_card(), arrays)
    arrays["network.head.bias"] = np.full(4, np.nan, np.float32)
    with pytest.raises(ModelError, match="not finite"):
        write_model(tmp_path, small_card(), arrays)
    assert not list(tmp_path.rglob("*.safetensors"))


def test_a_written_model_is_never_changed(models: Path) -> None:
    with pytest.raises(ModelError, match="never changed"):
        write_model(models, small_card(), small_arrays(1))


def test_the_active_model_is_the_one_that_the_pointer_names(models: Path) -> None:
    write_model(models, small_card(version="0.2.0"), small_arrays(2))
    set_active(models, "tiny@0.2.0")
    assert load_model(None, [models]).spec == "tiny@0.2.0"
    set_active(models, "tiny@0.1.0")
    assert load_model(None, [models]).spec == "tiny@0.1.0"
    with pytest.raises(ModelError, match="no model"):
        set_active(models, "tiny@3.0.0")
    assert load_model(None, [models]).spec == "tiny@0.1.0"


def test_a_broken_model_is_listed_with_its_fault(models: Path) -> None:
    write_model(models, small_card(version="0.2.0"), small_arrays(2))
    (models / "tiny" / "0.2.0" / "weights.safetensors").write_bytes(b"")
    listed = {m.spec: m for m in list_models([models])}
    assert listed["tiny@0.1.0"].fault is None
    assert "not what its card says" in (listed["tiny@0.2.0"].fault or "")


def test_a_card_is_plain_toml(models: Path) -> None:
    text = card_text(small_card())
    assert "[decision]" in text
    assert r"a net with \"quotes\"\nand two lines" in text
