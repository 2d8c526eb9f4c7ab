"""What an instrument can do, as a run's first row keeps it for those who read the run later."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ai_afm.errors import StoreError
from ai_afm.microscope.base import Capabilities

KEY = "capabilities"
"""Where the row `run_started` keeps it."""

_CAPABILITIES = TypeAdapter(Capabilities)


def as_json(capabilities: Capabilities) -> dict[str, Any]:
    """Return what an instrument can do as JSON values, exact both ways.

    Examples
    --------
    >>> from ai_afm.testing.fake import FakeMicroscope
    >>> from_json(as_json(FakeMicroscope().capabilities)) == FakeMicroscope().capabilities
    True
    """
    values: dict[str, Any] = _CAPABILITIES.dump_python(capabilities, mode="json")
    return values


def from_json(values: Mapping[str, Any]) -> Capabilities:
    """Return what `as_json` was given.

    Raises
    ------
    StoreError
        When the values are of another kind.
    """
    try:
        return _CAPABILITIES.validate_python(values)
    except ValidationError as exc:
        raise StoreError(f"the journal's capabilities of the instrument: {exc}") from exc
