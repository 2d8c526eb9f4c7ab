"""What the training minimises: cross entropy, Dice and centreline Dice of thin lines."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from ai_afm.flywheel.crops import SOME_LINE

DICE_WEIGHT = 0.5
CLDICE_WEIGHT = 0.5
_SMOOTH = 20.0
_EROSIONS = 3


def line_loss(
    logits: Tensor, target: Tensor, class_weights: Tensor, drawn: tuple[int, ...]
) -> Tensor:
    """Return the loss of a batch.

    Parameters
    ----------
    logits
        (N, classes, H, W) float32.
    target
        (N, H, W) int64 class index, `SOME_LINE`, or `IGNORED`. A line that hardly stands out is
        asked for in the cross entropy alone, which teaches how likely it is; Dice would teach to
        draw or to deny it.
    class_weights
        (classes,) of the cross entropy.
    drawn
        Class indices that together are "any line".
    """
    asked, faint = target >= 0, target == SOME_LINE
    index = target.clamp(min=0)
    entropy = functional.cross_entropy(logits, index, class_weights, reduction="none")
    said = logits.logsumexp(dim=1) - logits[:, list(drawn)].logsumexp(dim=1)
    entropy = torch.where(faint, class_weights[drawn[0]] * said, entropy)
    counted = asked | faint
    entropy = (entropy * counted).sum() / counted.sum().clamp(min=1)
    probability = logits.softmax(dim=1) * asked[:, None]
    truth = functional.one_hot(index, logits.shape[1]).permute(0, 3, 1, 2) * asked[:, None]
    some, true_some = (
        x[:, list(drawn)].sum(dim=1, keepdim=True) for x in (probability, truth.float())
    )
    p, t = torch.cat([probability[:, 1:], some], 1), torch.cat([truth[:, 1:].float(), true_some], 1)
    overlap = 2 * (p * t).sum(dim=(0, 2, 3)) + _SMOOTH
    dice = 1 - overlap / ((p + t).sum(dim=(0, 2, 3)) + _SMOOTH)
    return entropy + DICE_WEIGHT * dice.mean() + CLDICE_WEIGHT * soft_cl_dice(some, true_some)


def soft_cl_dice(predicted: Tensor, true: Tensor) -> Tensor:
    """Return 1 - soft centreline Dice of (N, 1, H, W).

    Shit et al. 2021, DOI 10.1109/CVPR46437.2021.01629.
    """
    drawn, known = _soft_skeleton(predicted), _soft_skeleton(true)
    precision = ((drawn * true).sum() + 1) / (drawn.sum() + 1)
    sensitivity = ((known * predicted).sum() + 1) / (known.sum() + 1)
    return 1 - 2 * precision * sensitivity / (precision + sensitivity)


def _erode(x: Tensor) -> Tensor:
    return torch.minimum(_extreme(torch.minimum, x, 2), _extreme(torch.minimum, x, 3))


def _extreme(choose: Callable[[Tensor, Tensor], Tensor], x: Tensor, axis: int) -> Tensor:
    """Return the extreme of each pixel and its two neighbours along an axis.

    Ten times faster than `max_pool2d`, which took a sixth of a training step.
    """
    size = x.shape[axis]
    before = torch.cat([x.narrow(axis, 0, 1), x.narrow(axis, 0, size - 1)], axis)
    after = torch.cat([x.narrow(axis, 1, size - 1), x.narrow(axis, size - 1, 1)], axis)
    return choose(choose(before, after), x)


def _soft_skeleton(x: Tensor) -> Tensor:
    def ridge(y: Tensor) -> Tensor:
        eroded = _erode(y)
        for axis in (2, 3):
            eroded = _extreme(torch.maximum, eroded, axis)
        return functional.relu(y - eroded)

    skeleton = ridge(x)
    for _ in range(_EROSIONS):
        x = _erode(x)
        delta = ridge(x)
        skeleton = skeleton + functional.relu(delta - skeleton * delta)
    return skeleton
