"""The tree of errors: what a caller of ai-afm can catch."""


class AfmError(Exception):
    """Anything that ai-afm refuses or fails to do, in words for the person at the microscope."""


class ConfigError(AfmError):
    """A setting is unknown, missing or out of bounds."""


class BadInput(AfmError):
    """A file or an array that was handed in cannot be used."""


class OutOfRange(AfmError):
    """A request lies outside a limit or outside the person's consent; nothing has moved."""


class InstrumentError(AfmError):
    """The microscope did not do what it was asked to do."""


class LinkLost(InstrumentError):
    """The connection to the microscope is gone."""


class ScanTimeout(InstrumentError):
    """The microscope sent no line within the deadline."""


class SafetyStop(InstrumentError):
    """The tip was brought to a safe state; a person has to look before anything moves again."""


class StoreError(AfmError):
    """A run folder, scan file or journal cannot be written or trusted."""


class ModelError(AfmError):
    """A model is missing, corrupt, or not the one that was asked for."""


class GateRefused(AfmError):
    """A candidate model did not pass the gate."""
