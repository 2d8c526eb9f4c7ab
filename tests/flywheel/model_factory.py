"""Small models, a lab to keep them in, and a gate that says what it is told to."""

import sys
from functools import cache
from pathlib import Path

import lab_factory

from ai_afm.flywheel.registry import Registry
from ai_afm.segment.model_file import set_active, write_model

sys.path.insert(0, str(Path(__file__).parents[1] / "segment"))
from tiny_model import small_arrays, small_card

arrays = cache(small_arrays)
SHIPPED = "tiny@0.0.1"
DATA = "d" * 64


def a_model(root, version, seed=0, **changes):
    """Write tiny@VERSION below a folder; return where it lies."""
    return write_model(root, small_card(version=version, **changes), arrays(seed))


def what_ships(folder):
    """A models folder with one model, the active one."""
    root = folder / "shipped"
    a_model(root, "0.0.1")
    set_active(root, SHIPPED)
    return root


def open_registry(folder):
    """Open the lab and its registry, made when there is none."""
    store = lab_factory.open_lab(folder)
    shipped = folder / "shipped"
    return Registry(store, shipped if shipped.is_dir() else what_ships(folder))


def candidate(registry, folder, version, seed=1):
    """Add tiny@VERSION; return its name."""
    return registry.add(a_model(folder / "made", version, seed), "Ann", "trained").model


def judged(registry, spec, passed=True, **more):
    """Let the gate say something."""
    sha256 = registry.records.require(spec).files.weights
    report = {"passed": passed, "model_sha256": sha256, "data_sha256": DATA, **more}
    return registry.records.add_gate(spec, report)


def made_active(registry, folder, version, seed=1):
    """Add a model and bring it all the way; return its name."""
    spec = candidate(registry, folder, version, seed)
    judged(registry, spec)
    registry.promote(spec, "Ann", "better on BFO")
    registry.promote(spec, "Ann", "agreed in the shadow")
    return spec
