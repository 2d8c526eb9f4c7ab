"""The run that `ai-afm demo` makes: a whole night in small, on the digital twin."""

from ai_afm.config import RunConfig

WORLDS = ("film", "labyrinth", "ferroelectric_ceramic", "bubbles", "stripes")
"""Samples of the demo, one after the other by seed."""


def demo_config(seed: int) -> RunConfig:
    """Return the run of the demo; bias is allowed everywhere on this sample."""
    world = WORLDS[seed % len(WORLDS)]
    return RunConfig.model_validate(
        {
            "run": {
                "sample": f"digital twin: {world}, seed {seed}",
                "operator": "demo",
                "seed": seed,
                "authority": "unattended",
                "budget_min": 180.0,
            },
            "instrument": {
                "kind": "simulated",
                "clock": "instant",
                "options": {"world": world, "seed": seed},
            },
            "consent": {
                "zones": [
                    {
                        "size_nm": (20000.0, 20000.0),
                        "level": "bias",
                        "max_bias_v": 10.0,
                        "max_pulses": 4,
                    }
                ]
            },
            "overview": {"size_nm": (5000.0, 5000.0), "lines": 256, "pixels": 256},
            "targets": {"count": 4, "lines": 128, "pixels": 128},
            "probe": {"per_target": 2},
            # nobody is asked to correct what is only shown
            "flywheel": {"fill": False, "shadow": False},
        }
    )
