"""Every microscope that ships keeps the contract, bare and behind the guard."""

from pathlib import Path

import numpy as np
import pytest

from ai_afm.microscope.base import Feedback
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.testing.contract import CONTRACT, ContractBroken, Subject
from ai_afm.testing.fake import FakeMicroscope, wide_limits
from ai_afm.types import Consent, ConsentLevel, ConsentZone


def fake(tmp_path: Path) -> FakeMicroscope:
    return FakeMicroscope()


def tunnelling_fake(tmp_path: Path) -> FakeMicroscope:
    return FakeMicroscope(feedback=Feedback.CURRENT)


def twin(tmp_path: Path):
    from ai_afm.microscope.simulated.afm import open_simulated

    return open_simulated({"seed": 3}, InstantClock())


def replay(tmp_path: Path):
    from ai_afm.microscope.replay import open_replay

    rng = np.random.default_rng(5)
    path = tmp_path / "scan.gsf"
    height = rng.normal(0, 1e-9, (40, 60)).astype("<f4")
    header = "Gwyddion Simple Field 1.0\nXRes = 60\nYRes = 40\nXReal = 3e-6\nYReal = 2e-6\n"
    header += "XYUnits = m\nZUnits = m\nTitle = Height\n"
    raw = header.encode() + b"\0" * (4 - len(header) % 4) + height.tobytes()
    path.write_bytes(raw)
    return open_replay({"file": str(path)}, InstantClock())


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
@pytest.mark.parametrize("opener", [fake, tunnelling_fake, twin, replay])
def test_the_microscope_keeps_the_contract(opener, check, tmp_path):
    check(Subject(opener(tmp_path)))


class Cleared(GuardedMicroscope):
    """A guarded microscope whose latch the test clears in a person's name."""

    def clear(self, person: str = "Ada") -> None:
        super().clear(person)


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
@pytest.mark.parametrize("opener", [fake, twin, replay])
def test_the_guard_is_itself_a_microscope(opener, check, tmp_path):
    clock = InstantClock()
    inner = opener(tmp_path)
    scanner = inner.capabilities.scanner_range
    consent = Consent((ConsentZone(scanner, ConsentLevel.BIAS, 10.0, 100),))
    check(Subject(Cleared(inner, wide_limits(scanner), consent, clock)))


def test_a_microscope_that_drops_a_line_breaks_the_contract():
    class Dropping(FakeMicroscope):
        def scan(self, request):
            yield from list(FakeMicroscope.scan(self, request))[:-1]

    broken = []
    for check in CONTRACT:
        try:
            check(Subject(Dropping()))
        except ContractBroken:
            broken.append(check.__name__)
    assert "lines_arrive_in_order_down" in broken
