"""From examples to the batch of a step, and what is minimised over it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai_afm.flywheel.calibrate import DRAWN
from ai_afm.flywheel.crops import IGNORED
from ai_afm.flywheel.losses import Total, line_loss, own
from ai_afm.flywheel.rounds.course import Batch
from ai_afm.segment.row_cache import padded
from ai_afm.segment.unet import UNet

CLASS_WEIGHTS = (1.0, 1.5, 1.5, 1.5, 1.5, 1.0)
"""Of each class of `crops.CLASSES`: lines are thin."""
DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}
"""Number formats of the passes; weights and sums are float32 always."""


def assembled(
    examples: Sequence[tuple[NDArray[np.float32], NDArray[np.int64]]],
    align: int,
    corrected: int = 0,
) -> Batch:
    """Return examples of one shape as a batch; lines and pixels become multiples of `align`."""
    planes, targets = zip(*examples, strict=True)
    batch = padded(torch.from_numpy(np.stack(planes)), align)
    asked = torch.from_numpy(np.stack(targets))
    right, below = (batch.shape[i] - asked.shape[i - 1] for i in (3, 2))
    asked = functional.pad(asked, (0, right, 0, below), value=IGNORED)
    return Batch(batch.contiguous(memory_format=torch.channels_last), asked, corrected)


@dataclass(frozen=True, slots=True)
class LineObjective:
    """The loss of lines, with the passes in a narrow number format.

    Parameters
    ----------
    dtype
        Key of `DTYPES`.
    teacher
        The parent in evaluation mode, asked about replayed examples; `None` for none.
    distil
        Weight of the mean Kullback-Leibler divergence of the answers from the teacher's
        (Li and Hoiem 2018, DOI 10.1109/TPAMI.2017.2773081).
    class_weights
        (classes,) float32.
    total
        Adds up sums over what several processes look at; one alone leaves them as they are.
    """

    dtype: str = "bfloat16"
    teacher: UNet | None = None
    distil: float = 0.0
    class_weights: Tensor = field(default_factory=lambda: torch.tensor(CLASS_WEIGHTS))
    total: Total = own

    def __call__(self, network: UNet, batch: Batch) -> Tensor:
        """Return the loss of a batch, a scalar float32."""
        logits = self._logits(network, batch.planes)
        loss = line_loss(logits, batch.targets, self.class_weights, DRAWN, self.total)
        if self.teacher is None or not self.distil:
            return loss
        gap, pixels = self.total(self._gap(self.teacher, logits, batch))
        held: Tensor = loss + self.distil * gap / pixels.clamp(min=1)
        return held

    def _gap(self, teacher: UNet, logits: Tensor, batch: Batch) -> Tensor:
        """Return the summed divergence from the teacher's answers, and over how many pixels."""
        replayed = slice(batch.corrected, None)
        said = logits[replayed].log_softmax(dim=1)
        if not len(said):
            return logits.new_zeros(2)
        with torch.no_grad():
            taught = self._logits(teacher, batch.planes[replayed]).log_softmax(dim=1)
        gap = functional.kl_div(said, taught, reduction="sum", log_target=True)
        return torch.stack([gap, gap.new_tensor(said[:, 0].numel())])

    def _logits(self, network: UNet, planes: Tensor) -> Tensor:
        narrow = DTYPES[self.dtype]
        with torch.autocast("cpu", narrow, enabled=narrow is not torch.float32):
            logits: Tensor = network(planes)
        return logits.float()
