"""A training that several processes share: each sees a part of every batch, all take one step.

N processes with one batch do the same as one process with it, up to rounding. Three things in a
training look at the whole batch, and each is made whole again:

- The loss is no mean over examples (Dice and centreline Dice are ratios of sums over the batch). So
  the sums are those of all processes, and each has the loss of the whole batch: it decides by
  itself, and as all others do, that a step is to be skipped.
- The statistics of batch norm. torch's `SyncBatchNorm` works on GPUs only; `SharedBatchNorm` works
  on a processor.
- The gradient is the sum, not the mean, of what the processes have, since each of them has the
  derivative of the whole loss by its own part of those sums.

All processes make the whole batch: the crops are small, and what is drawn depends on seed and step.
"""
