"""What the training minimises: cross entropy, Dice and centreline Dice of thin lines."""

import torch
from torch import Tensor
from torch.nn import functional

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
        (N, H, W) int64 class index, negative where nothing is asked.
    class_weights
        (classes,) of the cross entropy.
    drawn
        Class indices that together are "any line", for the centreline term.
    """
    asked = target >= 0
    index = target.clamp(min=0)
    entropy = functional.cross_entropy(logits, index, class_weights, reduction="none")
    entropy = (entropy * asked).sum() / asked.sum().clamp(min=1)
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
    down = -functional.max_pool2d(-x, (3, 1), 1, (1, 0))
    across = -functional.max_pool2d(-x, (1, 3), 1, (0, 1))
    return torch.minimum(down, across)


def _soft_skeleton(x: Tensor) -> Tensor:
    def ridge(y: Tensor) -> Tensor:
        return functional.relu(y - functional.max_pool2d(_erode(y), 3, 1, 1))

    skeleton = ridge(x)
    for _ in range(_EROSIONS):
        x = _erode(x)
        delta = ridge(x)
        skeleton = skeleton + functional.relu(delta - skeleton * delta)
    return skeleton
