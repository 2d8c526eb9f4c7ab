"""What was asked of an instrument, in a few words. No Qt."""

from ai_afm.report.quantity import extent
from ai_afm.types import MapRequest, PathRequest, ProbeRequest, Proposal, ScanRequest, WriteRequest
from ai_afm_gui.client.named import probe_word, role_word
from ai_afm_gui.words import translate


def request_words(request: Proposal) -> str:
    """Return a request in a few words."""
    match request:
        case ScanRequest() | MapRequest():
            name = translate("Nights", "map") if isinstance(request, MapRequest) else _role(request)
            target = f" {request.target}" if request.target else ""
            lines, pixels = request.shape
            return f"{name}{target}, {extent(request.region.size)}, {lines} x {pixels} px"
        case PathRequest():
            return translate("Nights", "path of {n} sweeps").format(n=len(request.sweeps))
        case ProbeRequest():
            return f"{probe_word(request.kind)} {request.site or ''}".strip()
        case WriteRequest():
            return translate("Nights", "writes")


def _role(request: ScanRequest) -> str:
    return translate("Nights", "frame") if request.role is None else role_word(request.role)
