"""The type of the processor, as it is stored beside what it has computed."""

import pytest

from ai_afm.segment import processor as module
from ai_afm.segment.processor import named, processor


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (["Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz"], "Intel Xeon Platinum 8481C"),
        (["", "AMD EPYC 9654 96-Core Processor"], "AMD EPYC 9654 96-Core"),
        (["", "  ", "arm64"], "arm64"),
        (["", ""], "unknown"),
    ],
)
def test_a_name_is_the_first_one_told_without_its_decoration(told, name):
    assert named(told) == name


def test_units_of_torch_are_told_beside_the_name():
    assert processor() == processor()
    assert len(processor().split(", ")) >= 2
    assert processor().isprintable()


def test_family_and_model_come_from_linux_and_are_left_out_elsewhere(tmp_path, monkeypatch):
    told = "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n"
    (tmp_path / "cpuinfo").write_text(told)
    for file, wanted in (("cpuinfo", "AMD EPYC (family 25, model 17), "), ("none", "")):
        monkeypatch.setattr(module, "_CPUINFO", tmp_path / file)
        found = processor.__wrapped__()
        assert found.startswith(wanted)
        assert ("family" in found) == bool(wanted)
