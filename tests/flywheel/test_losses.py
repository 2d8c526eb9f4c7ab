"""The loss: what it rewards, and what it leaves alone."""

import pytest
import torch

from ai_afm.flywheel.crops import IGNORED, SOME_LINE
from ai_afm.flywheel.losses import line_loss, soft_cl_dice

WEIGHTS = torch.tensor((1.0, 1.5, 1.5, 1.5, 1.5, 1.0))
LINES = (1, 2, 3, 4)


def said(target: torch.Tensor, sure: float = 8.0) -> torch.Tensor:
    """Return logits (1, 6, H, W) of somebody who is sure of a target."""
    return sure * torch.nn.functional.one_hot(target.clamp(min=0), 6).permute(0, 3, 1, 2).float()


def wall(code: int = 2) -> torch.Tensor:
    target = torch.zeros((1, 24, 20), dtype=torch.int64)
    target[0, :, 9:12] = code
    return target


def test_the_truth_costs_less_than_anything_else() -> None:
    target = wall()
    right = line_loss(said(target), target, WEIGHTS, LINES)
    assert right < 0.2
    for other in (wall(3), wall(0), wall(2).roll(4, 2)):
        assert line_loss(said(other), target, WEIGHTS, LINES) > right + 0.5


def test_any_class_of_line_answers_for_a_faint_line_and_background_does_not() -> None:
    target = wall(SOME_LINE)
    costs = [float(line_loss(said(wall(code)), target, WEIGHTS, LINES)) for code in range(6)]
    assert costs[1:5] == pytest.approx([costs[1]] * 4, rel=1e-4)
    assert costs[0] > costs[1] + 0.5
    assert costs[5] > costs[1] + 0.5


def test_nothing_is_learnt_where_nothing_is_asked() -> None:
    target = wall()
    target[0, :, 9:12] = IGNORED
    logits = said(wall(3)).requires_grad_()
    line_loss(logits, target, WEIGHTS, LINES).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert logits.grad[..., 9:12].abs().max() == 0
    assert logits.grad.abs().max() > 0


def test_a_gap_in_a_line_costs_more_centreline_than_a_thinner_line() -> None:
    true = (wall() > 0).float()[None]
    broken, thin = true.clone(), true.clone()
    broken[0, 0, 10:14] = 0
    thin[0, 0, :, 11] = 0
    assert soft_cl_dice(true, true) < 0.01
    assert soft_cl_dice(broken, true) > soft_cl_dice(thin, true) + 0.02
