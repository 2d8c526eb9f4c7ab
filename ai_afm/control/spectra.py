"""What is measured at the sites of `[probe]`: loops, or what `[spectra]` asks for."""

from dataclasses import replace

from ai_afm.config import RunConfig
from ai_afm.types import Limits, ProbeKind, Waveform

NAMES = {
    ProbeKind.HYSTERESIS_LOOP: "Hysteresis loop",
    ProbeKind.CURRENT_VOLTAGE: "Current-voltage curve",
    ProbeKind.RELAXATION: "Relaxation",
}
"""What people call a probe."""


def words_of(kind: ProbeKind, waveform: Waveform) -> tuple[str, str]:
    """Return what a probe is called, and what it applies, for people."""
    to = f"{waveform.amplitude:.3g} V"
    if waveform.envelope == "step":
        sign = "" if waveform.first_polarity > 0 else "-"
        return NAMES[kind], f"a step to {sign}{to} for {waveform.steps * waveform.on_time:.3g} s"
    cycles = "1 cycle" if waveform.cycles == 1 else f"{waveform.cycles} cycles"
    return NAMES[kind], f"{cycles} to {to}"


def limited(kind: ProbeKind, waveform: Waveform, limits: Limits) -> Waveform:
    """Return the waveform with the current at which the instrument ends a current-voltage curve.

    That of the limits holds where the configuration names none; other probes have none.
    """
    if kind is not ProbeKind.CURRENT_VOLTAGE or waveform.compliance is not None:
        return waveform
    return replace(waveform, compliance=limits.max_current)


def probe_of(config: RunConfig) -> tuple[ProbeKind, Waveform]:
    """Return kind and waveform of the run's probes."""
    if config.spectra is None:
        return ProbeKind.HYSTERESIS_LOOP, config.probe.waveform
    return config.spectra.probe_kind, config.spectra.waveform
