"""The window in Traditional Chinese: complete, with its numbers in their places, and compiled."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from qtpy.QtCore import QCoreApplication, QTranslator

import ai_afm_gui
from ai_afm_gui.look.language import FOLDER, use_language
from ai_afm_gui.words import translate

FILE = FOLDER / "ai_afm_zh_TW.ts"
LEAST = 0.97
"""Share of the texts of the window that are translated; new ones come in while others are made."""


def messages(file):
    for context in ET.parse(file).getroot().findall("context"):
        for message in context.findall("message"):
            text = message.find("translation")
            done = text.get("type") != "unfinished"
            yield context.findtext("name"), message.findtext("source"), text.text if done else None


@pytest.fixture
def chinese(qapp):
    translator = QTranslator()
    assert translator.load(str(FOLDER / "ai_afm_zh_TW.qm"))
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


def test_the_compiled_file_has_every_translation(chinese):
    for context, source, text in messages(FILE):
        if text is not None:
            assert QCoreApplication.translate(context, source) == text


def test_every_place_for_a_number_is_kept():
    for _, source, text in messages(FILE):
        if text is not None:
            assert sorted(re.findall("{.*?}", source)) == sorted(re.findall("{.*?}", text)), source


def test_nearly_all_texts_of_the_window_are_translated(tmp_path):
    lupdate = pytest.importorskip("PyQt6.lupdate.lupdate")
    files = [str(file) for file in sorted(Path(ai_afm_gui.__file__).parent.rglob("*.py"))]
    found = tmp_path / "found.ts"
    lupdate.lupdate(files, [str(found)])
    known = {(context, source) for context, source, text in messages(FILE) if text is not None}
    texts = [(context, source) for context, source, _ in messages(found)]
    missing = sorted(set(texts) - known)
    assert len(missing) <= (1 - LEAST) * len(texts), missing


def test_texts_without_qt_are_translated_where_there_is_a_qt(chinese):
    assert translate("StopBar", "run has ended") == "實驗已結束"
    assert QCoreApplication.translate("Menus", "Quit") == "結束程式"


def test_a_language_that_does_not_ship_is_said_to_be_missing(qapp):
    assert not use_language(qapp, "tlh")
    assert use_language(qapp, "en")
