"""The table `[sequence]`: what can be written there, and what is refused before anything moves."""

import pytest

from ai_afm.config import parse_config, to_toml
from ai_afm.errors import ConfigError

WHOLE = """
[imaging]
drive_v = 1.0
[sequence]
size_nm = [800.0, 600.0]
steps = ["ladder", "image", "write", "wait 2.5", "image"]
repeat = 3
check_drive = true
[sequence.write]
pattern = "dots"
bias_v = [5.0, 6.0]
ms = [10.0, 1000.0]
shift_nm = [100.0, 0.0]
[sequence.ladder]
center_nm = [900.0, 0.0]
"""


def test_a_run_without_the_table_has_no_sequence():
    assert parse_config("[run]\nseed = 3").sequence is None


def test_the_table_survives_being_written_beside_the_data():
    config = parse_config(WHOLE)
    assert parse_config(to_toml(config)) == config


def test_steps_are_read_in_order_and_the_ladder_is_no_step_of_a_repetition():
    sequence = parse_config(WHOLE).sequence
    assert [(s.kind, s.seconds) for s in sequence.order] == [
        ("image", 0.0), ("write", 0.0), ("wait", 2.5), ("image", 0.0),
    ]  # fmt: skip
    assert sequence.wants_ladder


def test_repetitions_go_through_all_biases_before_the_next_time():
    write = parse_config(WHOLE).sequence.write
    found = [write.pulse(i) for i in range(5)]
    assert found == [(5.0, 0.01), (6.0, 0.01), (5.0, 1.0), (6.0, 1.0), (5.0, 0.01)]
    assert write.region(2).center == pytest.approx((2e-7, 0.0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('steps = ["image"]', "size_nm is missing"),
        ('steps = ["write"]', "needs a table [sequence.write]"),
        ('steps = ["ladder"]', "needs a table [sequence.ladder]"),
        ("check_drive = true", "needs a table [sequence.ladder]"),
        ('steps = ["wait"]', "no step 'wait'"),
        ('steps = ["wait 0"]', "no step 'wait 0'"),
        ('steps = ["scan"]', "no step 'scan'"),
        ("stepps = []", "unknown key"),
        ("[sequence.ladder]\ncenter_nm = [0, 0]\nbias_v = [2.0, 1.0]", "rise from rung to rung"),
        ("[sequence.ladder]\ncenter_nm = [0, 0]\nbias_v = [-1.0, 1.0]", "greater than 0"),
    ],
)
def test_a_sequence_that_cannot_be_is_refused(text, words):
    with pytest.raises(ConfigError) as refused:
        parse_config(f"[sequence]\n{text}")
    assert words in str(refused.value).replace('"', "'")
