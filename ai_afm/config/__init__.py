"""One TOML per run -> checked settings."""

from ai_afm.config.load import load_config, narrowed, parse_config, parse_region, resolved
from ai_afm.config.probe import ProbeSettings
from ai_afm.config.question import QuestionSettings
from ai_afm.config.settings import (
    ConsentSettings,
    InstrumentSettings,
    LimitSettings,
    RunConfig,
    TargetSettings,
)
from ai_afm.config.toml import to_toml
from ai_afm.config.tracking import TrackingSettings

__all__ = [
    "ConsentSettings",
    "InstrumentSettings",
    "LimitSettings",
    "ProbeSettings",
    "QuestionSettings",
    "RunConfig",
    "TargetSettings",
    "TrackingSettings",
    "load_config",
    "narrowed",
    "parse_config",
    "parse_region",
    "resolved",
    "to_toml",
]
