"""The table `[health]`: how a run watches its instrument, and what it may do about a fault."""

from pydantic import Field

from ai_afm.config.base import NM, NotNegative, Positive, Settings


class HealthSettings(Settings):
    """Watching costs nothing and is on; places that are scanned again and again are not."""

    live: bool = True
    """Look at the lines of every frame while they come in."""
    stop_bad_frames: bool | None = None
    """Stop a frame without contact, at full scale or off the resonance, and scan the rest of it
    once more; absent: only where the run is unattended."""
    every_lines: int | None = Field(None, ge=32)
    """Lines between two scans of the reference patch; absent: there is none."""
    patch_nm: tuple[Positive, Positive] = (576.0, 256.0)
    """Extent (fast, slow) of the patch; at 4 nm a pixel a blunt tip can be told."""
    patch_lines: int = Field(64, ge=32, le=512)
    patch_pixels: int = Field(144, ge=32, le=1024)
    patch_line_rate_hz: Positive = 1.0
    lift_load_nn: NotNegative = 0.0
    """Load of the force curve beside each patch, which tells the zero of the load; 0 is none. It
    needs a zone of level "bias" or "sacrificial", for it touches the sample."""
    loops: int = Field(0, ge=0, le=64)
    """Loops at fresh spots of one domain beside each patch, for the coating; 8 tell, 0 is none.
    They need a zone of level "bias" or "sacrificial"."""
    loop_spacing_nm: NotNegative = 200.0
    """Least distance of any two of those spots."""

    @property
    def patch(self) -> tuple[float, float]:
        """Extent (fast, slow) of the reference patch, m."""
        return self.patch_nm[0] * NM, self.patch_nm[1] * NM
