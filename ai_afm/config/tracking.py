"""The table `[tracking]`: how sure the place must be before the run acts on it."""

from pydantic import Field

from ai_afm.config.base import NM, NotNegative, Positive, Settings


class TrackingSettings(Settings):
    """Check frames and the settle gate; without the table the run measures drift and only tells.

    These defaults hold without the table, too: on an open-loop scanner, and where a frame lies
    elsewhere than it should.
    """

    distance_bin_nm: Positive = 20.0
    """Width of the bin of distances from a wall that a probe belongs to; drift and creep stay
    below a quarter of it while the probe lasts."""
    max_error_nm: Positive = 5.0
    """Largest rms error of the place before a probe, the chance of a jump included."""
    drift_nm_per_min: Positive = 4.0
    """Drift rate to reckon with before any was measured, along either axis."""
    jump_nm: Positive = 150.0
    """rms size of jumps to reckon with, along either axis."""
    jumps_per_hour: NotNegative = 0.25
    """How often jumps come."""
    checks: int = Field(6, ge=1, le=50)
    """Check frames in a row after which the place counts as lost, or as not settled."""
    check_pixels: int = Field(48, ge=32, le=128)
    """Lines and pixels of a check frame."""
    check_speed_um_per_s: Positive = 4.0
    """Tip speed in check frames; the limit of the run holds in any case."""
    check_distance_nm: Positive = 2000.0
    """Largest distance of a check frame from the place that it is to make sure."""

    @property
    def distance_bin(self) -> float:
        """The bin of distances, m."""
        return self.distance_bin_nm * NM

    @property
    def max_error(self) -> float:
        """Largest rms error of the place, m."""
        return self.max_error_nm * NM

    @property
    def rate(self) -> float:
        """Drift rate to reckon with, m/s."""
        return self.drift_nm_per_min * NM / 60

    @property
    def jump_size(self) -> float:
        """Size of jumps to reckon with, m."""
        return self.jump_nm * NM

    @property
    def jump_rate(self) -> float:
        """How often jumps come, 1/s."""
        return self.jumps_per_hour / 3600

    @property
    def check_speed(self) -> float:
        """Tip speed in check frames, m/s."""
        return self.check_speed_um_per_s * 1e-6

    @property
    def check_distance(self) -> float:
        """Largest distance of a check frame from its place, m."""
        return self.check_distance_nm * NM
