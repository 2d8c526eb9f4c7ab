"""What goes with a label image: which frame and window it is of, and who says so.

Strict: an unknown key, a missing one or one of another type is refused.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ai_afm.errors import BadInput
from ai_afm.flywheel.records import FrameRecord, Label, Place, Window
from ai_afm.image.export.mask import PALETTE
from ai_afm.types import ClassCode, ScanRegion

FORMAT = "ai-afm label"
NAMES = {int(code): code.name.lower() for code in ClassCode}
"""Class code -> name, as files carry it."""
CODES = {name: code for code, name in NAMES.items()}

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Pixels = Annotated[int, Field(ge=0, le=1 << 20)]
Metres = Annotated[float, Field(ge=-1.0, le=1.0, allow_inf_nan=False)]
Byte = Annotated[int, Field(ge=0, le=255)]


class Sidecar(BaseModel):
    """The JSON beside a label, or within a GeoJSON or COCO file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Literal["ai-afm label"] = "ai-afm label"
    version: Literal[1] = 1
    frame: Sha256
    """Hash of the frame's channels and place."""
    shape_px: Annotated[list[Pixels], Field(min_length=2, max_length=2)]
    """Lines and pixels of the frame."""
    window_px: Annotated[list[Pixels], Field(min_length=4, max_length=4)]
    """First line, first pixel, lines and pixels of the part that the label is of."""
    center_m: Annotated[list[Metres], Field(min_length=2, max_length=2)]
    """Middle of that part in the sample frame (x, y)."""
    size_m: Annotated[list[Metres], Field(min_length=2, max_length=2)]
    """Its extent along the lines and across them."""
    angle_rad: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    """Direction of the lines, counter-clockwise from x."""
    model: Annotated[str, Field(max_length=200)] | None = None
    """name@version of the model whose label was corrected."""
    model_sha256: Annotated[str, Field(max_length=64)] | None = None
    parent: Annotated[int, Field(ge=1)] | None = None
    """Revision that was exported; `null` for the model's own label."""
    item: Annotated[int, Field(ge=1)] | None = None
    """Item of the review queue."""
    annotator: Annotated[str, Field(max_length=80)] | None = None
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""
    label: Name | None = None
    """File name of the label image, in the same folder."""
    previews: Annotated[list[Name], Field(max_length=64)] = []
    """File names of the channels, for looking at only."""
    classes: Annotated[dict[str, str], Field(max_length=16)] = {}
    """Class code -> name."""
    palette: Annotated[dict[str, list[Byte]], Field(max_length=16)] = {}
    """Class code -> red, green, blue."""

    @property
    def place(self) -> Place:
        """Frame and window."""
        return Place(self.frame, self.window)

    @property
    def window(self) -> Window:
        """The part of the frame."""
        return Window(*self.window_px)

    @property
    def region(self) -> ScanRegion:
        """Where that part lies."""
        (x, y), (width, height) = self.center_m, self.size_m
        return ScanRegion((x, y), (width, height), self.angle_rad)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A label that came from outside: what it is called in a message, what it is of, and itself."""

    title: str
    about: Sidecar
    label: Label


def sidecar_of(frame: FrameRecord, window: Window, **facts: Any) -> Sidecar:
    """Return the sidecar of a window of a frame; further fields are given by name."""
    region = window.region(frame.region, frame.shape)
    return Sidecar(
        frame=frame.sha256,
        shape_px=list(frame.shape),
        window_px=[window.top, window.left, window.lines, window.pixels],
        center_m=list(region.center),
        size_m=list(region.size),
        angle_rad=region.angle,
        classes={str(code): name for code, name in NAMES.items()},
        palette={str(int(code)): list(colour) for code, colour in PALETTE.items()},
        **facts,
    )


def parse_sidecar(stored: Any) -> Sidecar:
    """Return the sidecar in a JSON object.

    Raises
    ------
    BadInput
        With the first thing that is wrong with it.
    """
    try:
        about = Sidecar.model_validate(stored)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))[:80]
        raise BadInput(f"the description of the label: {where}: {first['msg'][:160]}") from exc
    for code, name in about.classes.items():
        if NAMES.get(int(code) if code.isascii() and code.isdecimal() else -1) != name:
            raise BadInput(f"the class {code[:20]!r} is not called {name[:40]!r} here")
    return about


def check_against(about: Sidecar, frame: FrameRecord) -> None:
    """Look whether a description fits the frame that this lab knows.

    Raises
    ------
    BadInput
        When the window is not in the frame, or it is said to lie elsewhere.
    """
    if tuple(about.shape_px) != frame.shape or not about.window.fits(frame.shape):
        raise BadInput(
            f"the window {about.window_px} does not lie in the frame of {frame.shape[0]} lines of "
            f"{frame.shape[1]} px"
        )
    own, said = about.window.region(frame.region, frame.shape), about.region
    pairs = zip((*own.center, *own.size), (*said.center, *said.size), strict=True)
    near = max(own.size) * 1e-6
    if any(abs(a - b) > near for a, b in pairs) or not math.isclose(
        own.angle, said.angle, abs_tol=1e-6
    ):
        raise BadInput("the label is said to lie elsewhere than its frame does")
