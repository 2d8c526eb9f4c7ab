"""The twin's truth for a run that was made on it."""

from ai_afm.config import RunConfig
from ai_afm.microscope.simulated.options import build_sample, read_options
from ai_afm.microscope.simulated.surface import World


def true_world(config: RunConfig) -> World | None:
    """Return the world that a run of the twin scanned, `None` for any other instrument."""
    if config.instrument.kind != "simulated":
        return None
    return build_sample(read_options(config.instrument.options)).world
