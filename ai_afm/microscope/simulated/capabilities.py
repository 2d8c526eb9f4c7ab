"""What the twin declares that it can do."""

from ai_afm.microscope.base import Capabilities, Feedback
from ai_afm.microscope.simulated.settings import SPECTRUM, DeviceSettings, channels_of
from ai_afm.types import Mode, ScanRegion


def capabilities_of(settings: DeviceSettings) -> Capabilities:
    """Return what a twin with these settings declares."""
    mode = settings.imaging.detection.mode
    band, banded = settings.imaging.detection.band, mode is Mode.PFM_BAND_EXCITATION
    declared = Capabilities(
        name="ai-afm digital twin",
        scanner_range=ScanRegion((0.0, 0.0), (settings.extent, settings.extent)),
        channels=channels_of(mode),
        feedback=Feedback.TAPPING if mode is Mode.TAPPING else Feedback.CONTACT,
        paths=settings.paths,
        variable_speed=settings.paths,
        probes=mode is not Mode.TAPPING,
        writes=mode is not Mode.TAPPING,
        current_limit=mode is not Mode.TAPPING,
        lifts_to_move=settings.lifts_to_move,
        closed_loop=settings.imaging.scanner.closed_loop,
        pixel_time=band.chirp if banded else 0.0,
        bins=tuple((name, band.bins) for name in SPECTRUM) if banded else (),
    )
    return declared.with_times(settings.times)
