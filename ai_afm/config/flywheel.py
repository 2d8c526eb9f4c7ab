"""The table `[flywheel]`: what a lab learns from a run. Outside a lab it changes nothing."""

from ai_afm.config.base import Settings


class FlywheelSettings(Settings):
    """What goes on beside a run of a lab, in a process of low priority that no scan waits for."""

    fill: bool = True
    """Put what a person should look at into the review queue, during the run and at its end."""
    shadow: bool = True
    """Let the models that are in the shadow look at finished scans, too."""
