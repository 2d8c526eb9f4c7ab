from importlib.metadata import EntryPoint

import pytest
from survey_factory import config

from ai_afm.control import plugins
from ai_afm.control.base import ANY_INSTRUMENT
from ai_afm.control.raster import RasterController
from ai_afm.control.targets import TargetsController
from ai_afm.errors import ConfigError
from ai_afm.microscope.base import Capabilities, Feedback
from ai_afm.types import ScanRegion


@pytest.fixture
def third_parties(monkeypatch):
    found = [
        EntryPoint("spiral", "ai_afm.control.raster:RasterController", plugins.GROUP),
        EntryPoint("broken", "no_such_module:Controller", plugins.GROUP),
        EntryPoint("targets", "no_such_module:Other", plugins.GROUP),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: found)


def test_the_built_in_controllers_open_by_name():
    for name, kind in (("targets", TargetsController), ("raster", RasterController)):
        assert isinstance(plugins.open_controller(name, config(), ANY_INSTRUMENT), kind)


def test_an_unknown_name_is_refused_with_the_known_ones(third_parties):
    with pytest.raises(ConfigError, match="known: raster, sequence, spiral, targets"):
        plugins.open_controller("spirals", config(), ANY_INSTRUMENT)


def test_a_plug_in_opens_by_its_name(third_parties):
    assert plugins.open_controller("spiral", config(), ANY_INSTRUMENT).name == "raster"


def test_a_broken_plug_in_is_listed_and_only_fatal_when_it_is_asked_for(third_parties):
    listed = {p.name: p.problem for p in plugins.list_controllers() if p.source != "ai-afm"}
    assert "ModuleNotFoundError" in listed["broken"]
    assert "taken" in listed["targets"]
    with pytest.raises(ConfigError, match="broken"):
        plugins.open_controller("broken", config(), ANY_INSTRUMENT)


def test_times_are_what_the_instrument_declares():
    stock = Capabilities(
        "stock",
        ScanRegion((0.0, 0.0), (3e-5, 2e-5)),
        (),
        Feedback.CONTACT,
        turn_around_min=0.02,
        command_latency=1.0,
        settle=0.05,
        travel_speed=1e-5,
    )
    times = stock.times
    assert times.travel_range == 3e-5
    assert (times.turn_around_min, times.command_latency, times.settle) == (0.02, 1.0, 0.05)
