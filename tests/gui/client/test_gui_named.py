"""Closed sets are told in words: every member has one, and what is unknown is shown as written."""

import re
from pathlib import Path

import pytest

from ai_afm.control.candidates import Kind
from ai_afm.flywheel import gate
from ai_afm.flywheel.model_records import ModelState
from ai_afm.service.steering import COMMANDS
from ai_afm.types import Authority, ProbeKind, Role
from ai_afm_gui.client import named as run_words
from ai_afm_gui.client import saying
from ai_afm_gui.teach import named as lab_words


@pytest.fixture
def upper(monkeypatch):
    """A language in which every text that was translated is in capitals."""

    def translate(_context, text):
        parts = re.split(r"(\{\w+\})", text)
        return "".join(part if part.startswith("{") else part.upper() for part in parts)

    for module in (run_words, lab_words, saying):
        monkeypatch.setattr(module, "translate", translate)


@pytest.mark.parametrize(
    ("word", "known"),
    [
        (run_words.role_word, Role),
        (run_words.probe_word, ProbeKind),
        (run_words.place_words, Kind),
        (run_words.authority_name, Authority),
        (run_words.command_word, COMMANDS),
        (run_words.thing_word, ("scan", "path", "map", "probe", "write")),
        (lab_words.state_word, ModelState),
    ],
    ids=["roles", "probes", "places", "authority", "commands", "things", "states"],
)
def test_each_member_has_a_word(upper, word, known):
    assert all(word(one).isupper() for one in known)


def test_each_rule_of_the_gate_and_its_unit_has_a_word(upper):
    sources = "".join(p.read_text("utf-8") for p in Path(gate.__file__).parent.glob("*.py"))
    rules = set(re.findall(r'Finding\(\s*"([^"]+)"', sources))
    rules |= set(re.findall(r'^\s+"([a-z -]+)", where, ', sources, re.MULTILINE))
    assert {"calibration", "golden slice", "labels", "lines on nothing"} <= rules
    assert {rule for rule in rules if not lab_words.rule_word(rule).isupper()} == set()
    units = set(re.findall(r'"((?:share of|part of)[^"]+)"', sources))
    assert {unit for unit in units if not lab_words.unit_word(unit).isupper()} == set()


def test_each_outcome_of_a_run_has_a_word(upper):
    source = Path(run_words.__file__).parents[3] / "ai_afm" / "run.py"
    text = source.read_text("utf-8")
    outcomes = set(re.findall(r'return "([a-z ]+)",', text))
    outcomes |= set(re.findall(r'outcome, message = "([a-z ]+)"', text))
    assert {"done", "stopped", "fault", "interrupted"} <= outcomes
    assert all(run_words.outcome_word(outcome).isupper() for outcome in outcomes)


def test_the_words_of_places_are_those_of_the_run():
    assert all(run_words.place_words(kind) == kind.words for kind in Kind)


def test_the_message_of_an_ending_stays_as_it_was_written(upper):
    assert run_words.ending_words("done: all is probed: 5") == "DONE: all is probed: 5"
    assert run_words.ending_words("") == ""


def test_what_is_not_known_is_shown_as_it_was_written():
    assert run_words.outcome_word("evaporated") == "evaporated"
    assert lab_words.rule_word("a rule of tomorrow") == "a rule of tomorrow"


def test_the_log_puts_names_of_the_run_into_sentences_of_the_window(upper):
    _level, what, text, about = saying._frame_begun({"scan": 3, "role": "zoom", "target": "T2"})
    assert (what, text, about) == ("BEGINS", "SCAN 3: ZOOM OF T2", "scan")
