"""How well a model sees, asked on worlds that no training saw: see docs/perception-benchmark.md."""
