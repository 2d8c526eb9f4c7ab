"""Do the health detectors see what is broken, and keep quiet while nothing is?"""

from ai_afm.bench.health.benchmark import benchmark

__all__ = ["benchmark"]
