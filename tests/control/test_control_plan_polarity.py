"""How the loops of plans and pairs begin: against the polarity of their side, told from frames."""

from dataclasses import dataclass

import numpy as np
import pytest
from survey_factory import EVERYWHERE, UM, Drawing, config, limits, line, play

from ai_afm import geometry
from ai_afm.control.targets import TargetsController
from ai_afm.survey.patch import Scale
from ai_afm.survey.question.ground import GroundMap
from ai_afm.survey.question.starts import starts_of, switching_sign
from ai_afm.survey.survey import Survey
from ai_afm.types import ProbeKind, ProbeRequest, Role

WALL = -0.3
"""Height of the straight wall between domain A, above it, and domain B, um."""
SHAPE = (30, 34)
GOOD = {"reasons": [], "mixed": False, "onset": 5.0, "swing": 2.0, "second": 2.0, "noise": 0.01}
IDLE = GOOD | {"reasons": ["nothing"], "onset": None, "swing": 0.1}


def domain(at):
    return 1 if at[1] > WALL * UM else -1


def ground(region, **values):
    x, y = geometry.pixel_grid(region, SHAPE)
    away = y - WALL * UM
    domains = np.where(np.abs(away) > 2e-8, np.sign(away), 0).astype(np.int8)
    told = {name: value(x, y) for name, value in values.items()}
    return GroundMap(region, domains, Scale(0j, 1 + 0j), told)


@dataclass(frozen=True)
class Polar(Drawing):
    """A drawing whose frames tell domains, and whose loops tell what `switches` domain A."""

    switches: int = 1
    slope: object = None
    tells: bool = True

    def observe(self, number, request):
        seen = Drawing.observe(self, number, request)
        if not isinstance(request, ProbeRequest):
            values = {} if self.slope is None else {"slope": self.slope}
            if request.role is not Role.ZOOM or not self.tells:
                return seen
            return _with(seen, {"ground": ground(request.region, **values).notes()})
        own = domain(request.position) if request.role is Role.BULK else 0
        against = request.waveform.first_polarity * own == self.switches
        start = {"domain": own if self.tells else 0}
        return _with(seen, {"readout": GOOD if against else IDLE, "start": start})


def _with(observation, notes):
    return type(observation)(
        **{f: getattr(observation, f) for f in observation.__dataclass_fields__} | {"notes": notes}
    )


def drawn(**how):
    return Polar((line(-2.4, WALL, 2.4, WALL),), **how)


def played(drawing, **tables):
    settings = config(targets={"count": 1, "ladder_nm": (1000,)}, **tables)
    return play(TargetsController(settings), drawing, Survey(limits(), EVERYWHERE, seed=101))


def signs(found, role=Role.BULK):
    return [
        (domain(p.position), p.waveform.first_polarity) for p in found.probes() if p.role is role
    ]


@pytest.mark.parametrize("switches", [1, -1])
def test_beside_a_wall_each_loop_begins_against_the_polarity_of_its_side(switches):
    found = played(drawn(switches=switches), probe={"plan": "transect"})
    beside = signs(found)
    assert {d for d, _ in beside} == {1, -1}
    # the first loop beside the wall may guess wrong; it tells, and all others are right
    assert all(sign == d * switches for d, sign in beside[1:])
    assert beside[0][1] == beside[0][0]
    assert switching_sign(found.survey.probes()) == switches
    starts = starts_of(list(found.survey.probes()))
    wrong = [n for n, s in starts.items() if s.against is False]
    assert len(wrong) == (0 if switches == 1 else 1)


def test_the_reason_says_how_a_loop_begins_and_why():
    found = played(drawn(), probe={"plan": "transect"})
    reasons = {p.site: p.reason for p in found.probes()}
    first = next(p for p in found.probes() if p.role is Role.BULK)
    assert "a guess, until a loop has told" in reasons[first.site]
    told = [r for s, r in reasons.items() if "-L" in s and s != first.site]
    assert all("first half-cycle positive: against domain A" in r for r in told)
    assert "take turns in random order" in reasons["T1-C0"]


@pytest.mark.parametrize("seed", [101, 102])
def test_on_a_wall_half_of_the_loops_begin_with_either_sign_in_random_order(seed):
    settings = config(
        targets={"count": 1, "ladder_nm": (1000,)}, probe={"plan": "along", "min_spacing_nm": 60.0}
    )
    survey = Survey(limits(), EVERYWHERE, seed=seed)
    found = play(TargetsController(settings), drawn(), survey)
    first = [p.waveform.first_polarity for p in found.probes()]
    assert len(first) >= 8
    assert abs(sum(first)) <= 1
    assert first not in ([1, -1] * (len(first) // 2), [-1, 1] * (len(first) // 2))


def test_where_no_frame_tells_the_domain_chance_gives_the_sign_and_the_reason_says_so():
    found = played(drawn(tells=False), probe={"plan": "transect"})
    beside = [p for p in found.probes() if p.role is Role.BULK]
    assert abs(sum(p.waveform.first_polarity for p in found.probes())) <= 1
    assert all("no image tells the domain here" in p.reason for p in beside)


@pytest.mark.parametrize(("wanted", "sign"), [({}, 1), ({"first_polarity": "negative"}, -1)])
def test_loops_of_pairs_all_begin_alike_unless_a_person_asks_otherwise(wanted, sign):
    found = played(drawn(), probe=wanted)
    assert {p.waveform.first_polarity for p in found.probes()} == {sign}
    assert not any("half-cycle" in p.reason for p in found.probes())


def test_a_pair_that_opposes_its_native_state_begins_alike_on_wall_and_bulk():
    found = played(drawn(), probe={"first_polarity": "native", "per_target": 4})
    by_pair = {}
    for probe in found.probes():
        by_pair.setdefault(probe.site[:-1], []).append(probe)
    assert len(by_pair) == 4
    for pair in by_pair.values():
        bulk = next(p for p in pair if p.role is Role.BULK)
        assert {p.waveform.first_polarity for p in pair} == {domain(bulk.position)}
    assert {p.waveform.first_polarity for p in found.probes()} == {1, -1}


def test_other_spectra_begin_as_their_table_says():
    found = played(
        drawn(), probe={"plan": "transect"},
        spectra={"kind": "relaxation", "first_polarity": -1},
    )  # fmt: skip
    assert {p.waveform.first_polarity for p in found.probes()} == {-1}
    assert {p.kind for p in found.probes()} == {ProbeKind.RELAXATION}


def test_a_current_sweep_carries_the_limit_of_the_run_or_its_own_smaller_one():
    found = played(drawn(), spectra={"kind": "current_voltage"})
    assert {p.waveform.compliance for p in found.probes()} == {limits().max_current}
    found = played(drawn(), spectra={"kind": "current_voltage", "max_current_na": 2.0})
    assert {p.waveform.compliance for p in found.probes()} == {2.0 * 1e-9}


def test_partners_are_chosen_where_the_slope_is_that_of_the_wall():
    def steep(x, y):
        return np.where(x > -0.4 * UM, 0.2, 0.01)

    found = played(drawn(slope=steep), probe={"per_target": 4})
    pairs = {}
    for probe in found.probes():
        pairs.setdefault(probe.site[:-1], {})[probe.site[-1]] = probe
    partnered = [p for p in pairs.values() if len(p) == 2]
    assert partnered
    for pair in partnered:
        # two cells across which the mean of neighbours changes are neither here nor there
        sides = [p.position[0] > -0.4 * UM for p in pair.values()]
        assert len(set(sides)) == 1
        assert "slope" in pair["B"].reason


def steeper_beyond(x, y):
    return 4e6 * np.abs(y - WALL * UM)


def test_a_wall_site_without_like_ground_has_no_partner_and_says_why():
    found = played(drawn(slope=steeper_beyond))
    assert {p.role for p in found.probes()} == {Role.WALL}
    assert all("without a partner: no bulk there is like it" in p.reason for p in found.probes())
    assert all("(allowed 0.030)" in p.reason for p in found.probes())


def test_a_wider_tolerance_takes_the_nearest_ground_again():
    found = played(drawn(slope=steeper_beyond), probe={"slope_tolerance": 9.0})
    assert Role.BULK in {p.role for p in found.probes()}
