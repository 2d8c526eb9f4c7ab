"""`ai-afm doctor`: what the network runs in and with, and what stands in its way."""

import json

import pytest
from typer.testing import CliRunner

from ai_afm.cli import doctor
from ai_afm.cli.app import app
from ai_afm.segment.runtime import VARIABLE


def told(monkeypatch, dtype, versions=None):
    monkeypatch.setenv(VARIABLE, dtype)
    if versions is not None:
        known = dict.fromkeys(doctor.PACKAGES, "1.0") | versions
        monkeypatch.setattr(doctor, "_version", known.get)
    done = CliRunner().invoke(app, ["doctor", "--json"])
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_number_format_is_the_one_that_the_environment_names(monkeypatch, dtype):
    code, report = told(monkeypatch, dtype)
    assert (code, report["number_format"]) == (0, dtype)


def test_a_number_format_that_does_not_exist_is_a_problem(monkeypatch):
    code, report = told(monkeypatch, "int4")
    assert (code, report["number_format"]) == (3, None)
    assert "int4" in report["problems"][0]
    assert VARIABLE in report["problems"][0]


@pytest.mark.parametrize(
    ("versions", "engines"),
    [
        ({}, ["torch"]),
        ({"onnx": "1.16", "openvino": "2025.1"}, ["torch", "openvino 2025.1"]),
        ({"onnxruntime": "1.19"}, ["torch"]),
    ],
    ids=["none", "one", "no graph"],
)
def test_engines_are_told_where_they_can_be_used(monkeypatch, versions, engines):
    assert told(monkeypatch, "float32", versions)[1]["engines"] == engines
