"""A lab that can train: corrections of three samples, a small parent, and quick simulated crops."""

import sys
from pathlib import Path

import dataset_factory as make
import lab_factory as factory
import numpy as np
import torch

from ai_afm.flywheel.crops import CLASSES, TrainingCrop
from ai_afm.flywheel.datasets.freeze import Split, freeze
from ai_afm.flywheel.mishaps import RawCrop
from ai_afm.flywheel.rounds.begin import Around, Wish
from ai_afm.flywheel.rounds.learn import RoundSettings
from ai_afm.flywheel.rounds.replay import BankSettings, Makers
from ai_afm.flywheel.training_world import finished
from ai_afm.image.normalise import CHANNELS, PLANES
from ai_afm.segment.model_file import NETWORK, OUTSIDE, NetworkCard, set_active, write_model
from ai_afm.segment.outside import SETS, Judge, PieceNetwork
from ai_afm.segment.unet import Architecture, UNet

sys.path.insert(0, str(Path(__file__).parents[1] / "segment"))
from tiny_model import small_card

PARENT = "tiny@1.0.0"
QUICK = RoundSettings(seed=3, steps=6, batch=3, corrected=1, keep_every=2, report_every=1)
SMALL = BankSettings(worlds=2, crops_per_world=2, foreign=1, check_worlds=1, check_crops=2)
SIDE = 128
"""Corrections are cut into crops of this side, and simulated ones are measured on with them."""


def drawn(seed, world, count, shape=(SIDE, SIDE)):
    """Crops with one 180-degree wall each: a stand-in that needs no twin."""
    rng = np.random.default_rng([seed, world])
    crops = []
    for _ in range(count):
        x = np.arange(shape[1])[None, :].repeat(shape[0], 0)
        place = int(rng.integers(8, shape[1] - 8))
        response = np.tanh((x - place) / 1.5) + 0.05 * rng.standard_normal(shape) + 0.02j
        label = np.where(x == place, 2, 0).astype(np.uint8)
        height = rng.standard_normal(shape)
        crops.append(finished(RawCrop(height, response, label, np.zeros(shape, bool)), rng))
    return crops


def blank(seed, world, count, shape=(SIDE, SIDE)):
    """Crops of noise in which nothing is to be drawn."""
    rng = np.random.default_rng([seed, world, 5])
    nothing = np.zeros(shape, np.uint8)
    crops = []
    for _ in range(count):
        images = {name: rng.standard_normal(shape).astype(np.float32) for name in CHANNELS}
        crops.append(TrainingCrop(images, nothing, nothing, nothing > 0))
    return crops


MAKERS = Makers((drawn,), blank)


def network_as_drawn():
    """A small network with the weights that torch draws next."""
    return UNet(Architecture(len(PLANES), len(CLASSES), 4, 2))


def network(seed=0):
    """A small network with random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return network_as_drawn()


def with_parent(root, seed=0):
    """Write the parent below a models folder, the active one."""
    weights = {NETWORK + n: v.numpy() for n, v in network(seed).state_dict().items()}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        judge = Judge(PieceNetwork().eval().requires_grad_(False), np.full(SETS, 1e3))
    shape = NetworkCard(inputs=PLANES, classes=CLASSES, width=4, depth=2)
    card = small_card(version="1.0.0", network=shape)
    write_model(root, card, {**weights, **judge.arrays(OUTSIDE)})
    set_active(root, PARENT)


def a_lab(folder, samples=3, name="may"):
    """Open a lab with corrections of samples, a dataset of them, and a parent."""
    store = factory.open_lab(folder)
    with_parent(store.lab.models)
    for number in range(samples):
        make.a_sample(store, number, frames=1)
    freeze(store, name, Split(1, 0.34 if samples > 1 else 0.0))
    return store


def a_wish(**more):
    return Wish(**{"who": "Ann", "settings": QUICK, "bank": SMALL} | more)


def around(**more):
    return Around(makers=MAKERS, **more)
