"""A request by itself: which rules it is held against."""

from ai_afm.errors import OutOfRange
from ai_afm.microscope.path_rules import check_path
from ai_afm.microscope.rules import Rules, check_probe, check_scan, check_write
from ai_afm.types import PathRequest, ProbeRequest, Request, ScanRequest, WriteRequest


def check_form(request: Request, rules: Rules) -> None:
    """Check a request by itself: numbers, sizes, voltages, places and consent.

    Raises
    ------
    OutOfRange
        When anything is not a finite number, passes a limit, or lies where the person does not
        allow it.
    """
    match request:
        case ScanRequest():
            check_scan(request, rules)
        case PathRequest():
            check_path(request, rules)
        case ProbeRequest():
            check_probe(request, rules)
        case WriteRequest():
            check_write(request, rules)
        case _:
            raise OutOfRange(f"{type(request).__name__} is no request; ask for a scan or probe")
