"""Options of the window; a wrong one is told at once."""

from pathlib import Path

import pytest

from ai_afm_gui.shell.options import Options, parse_options


def test_nothing_leaves_what_was_chosen_the_last_time():
    assert parse_options([]) == Options()


def test_all_flags_are_read():
    given = ["RUN", "--lab", "LAB", "--theme", "light", "--language", "zh_TW", "--annotator", "Ann"]
    options = parse_options([*given, "--size", "1920x1080", "--screenshot", "DIR", "--demo"])
    assert options == Options(
        run=Path("RUN"),
        lab=Path("LAB"),
        demo=True,
        theme="light",
        language="zh_TW",
        annotator="Ann",
        screenshots=Path("DIR"),
        size=(1920, 1080),
    )


@pytest.mark.parametrize("wrong", [["--size", "huge"], ["--theme", "blue"], ["--lnaguage", "en"]])
def test_a_wrong_flag_is_a_usage_error(wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        parse_options(wrong)
    assert ended.value.code == 2
    assert "ai-afm gui" in capsys.readouterr().err
