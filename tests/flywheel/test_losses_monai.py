"""The loss against MONAI's, which is not ours; skipped where that is not installed."""

import pytest
import torch
from torch.nn import functional

from ai_afm.flywheel.losses import CLDICE_WEIGHT, DICE_WEIGHT, line_loss, soft_cl_dice

cldice = pytest.importorskip("monai.losses.cldice")
dice = pytest.importorskip("monai.losses.dice")

SHAPE = (24, 40)
LINES = (1, 2, 3, 4)
WEIGHTS = torch.tensor((1.0, 1.5, 1.5, 1.5, 1.5, 1.0))


def a_case(seed: int, count: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits (count, 6, lines, pixels), and a target with bands of all classes."""
    generator = torch.Generator().manual_seed(seed)
    target = torch.zeros((count, *SHAPE), dtype=torch.int64)
    for code in range(1, 6):
        column = int(torch.randint(2, SHAPE[1] - 3, (1,), generator=generator))
        target[:, :, column : column + 3] = code
    logits = 2 * torch.randn((count, 6, *SHAPE), generator=generator)
    return logits + 2 * functional.one_hot(target, 6).permute(0, 3, 1, 2), target


def some_line(logits: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    said = logits.softmax(dim=1)[:, list(LINES)].sum(dim=1, keepdim=True)
    return said, torch.isin(target, torch.tensor(LINES)).float()[:, None]


@pytest.mark.parametrize("seed", range(4))
def test_centreline_dice_agrees(seed: int) -> None:
    said, true = some_line(*a_case(seed))
    theirs = cldice.SoftclDiceLoss(iter_=3)(said, true)
    assert float(soft_cl_dice(said, true)) == pytest.approx(float(theirs), abs=2e-4)


@pytest.mark.parametrize("seed", range(4))
def test_the_skeleton_has_the_same_slope(seed: int) -> None:
    said, true = some_line(*a_case(seed))
    slopes = []
    for loss in (soft_cl_dice, cldice.SoftclDiceLoss(iter_=3)):
        leaf = said.clone().requires_grad_()
        loss(leaf, true).backward()
        slopes.append(leaf.grad)
    assert torch.allclose(slopes[0], slopes[1], atol=2e-5)


@pytest.mark.parametrize("seed", range(4))
def test_the_whole_loss_is_cross_entropy_and_monais_dice_and_centreline_dice(seed: int) -> None:
    logits, target = a_case(seed)
    truth = functional.one_hot(target, 6).permute(0, 3, 1, 2).float()
    said, true = some_line(logits, target)
    entropy = functional.cross_entropy(logits, target, WEIGHTS, reduction="none").mean()
    overlap = dice.DiceLoss(smooth_nr=20.0, smooth_dr=20.0, batch=True)(
        torch.cat([logits.softmax(dim=1)[:, 1:], said], 1), torch.cat([truth[:, 1:], true], 1)
    )
    centreline = cldice.SoftclDiceLoss(iter_=3)(said, true)
    expected = entropy + DICE_WEIGHT * overlap + CLDICE_WEIGHT * centreline
    assert float(line_loss(logits, target, WEIGHTS, LINES)) == pytest.approx(
        float(expected), abs=3e-4
    )
