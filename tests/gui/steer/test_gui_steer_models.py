"""What map, panel and limits show of a run, without Qt."""

from dataclasses import replace

import numpy as np
import pytest
from steer_parts import REACH, decision, entry, folder_of, state, waiting, wished

from ai_afm.config import RunConfig, narrowed, parse_region
from ai_afm.testing.fake import FakeMicroscope, wide_limits
from ai_afm.types import Authority, Consent, ConsentLevel, ConsentZone, ScanRegion
from ai_afm_gui.client import Level, Live, Phase
from ai_afm_gui.steer.canvas_model import Kind
from ai_afm_gui.steer.ground import Known, read_known
from ai_afm_gui.steer.limits import ROWS, narrowing, wider_than
from ai_afm_gui.steer.map_model import MapModel, asked, awaited
from ai_afm_gui.steer.ownership import is_ours, note_started, started
from ai_afm_gui.steer.panel_model import authority_now, console
from ai_afm_gui.steer.preview import wish_args

PLACE = ScanRegion((1e-6, -5e-7), (6e-7, 4e-7), 0.25)


@pytest.fixture
def folder(tmp_path):
    return folder_of(tmp_path / "run")


@pytest.fixture
def known():
    return Known(RunConfig(), FakeMicroscope().capabilities, ())


def test_the_map_shows_range_consent_history_and_what_comes(folder, known):
    zone = ConsentZone(PLACE, ConsentLevel.BIAS, 8.0, 2)
    now = entry(2, PLACE, finished=None)
    picture = MapModel().picture(
        state(folder, consent=Consent((zone,)), entries=(entry(1, PLACE), now), current=now,
              waiting=(wished("wish 1", PLACE),)), known,
    )  # fmt: skip
    kinds = [s.kind for s in (*picture.ground, *picture.done, *picture.coming)]
    assert kinds[-4:] == [Kind.BIAS, Kind.DONE, Kind.WISH, Kind.NOW]
    assert "8 V, 2 x" in [s.label for s in picture.ground]


def test_what_did_not_change_is_the_same_object(folder, known):
    model = MapModel()
    first = model.picture(state(folder, entries=(entry(1, PLACE),)), known)
    later = state(folder, entries=(entry(1, PLACE),), row=9, waiting=(wished("a", PLACE),))
    second = model.picture(later, known)
    assert second.ground is first.ground
    assert second.done is first.done
    assert second.coming is not first.coming


def test_ground_that_was_forbidden_live_is_on_the_map_and_refuses(folder, known):
    forbidden = replace(known, forbidden=(PLACE,))
    picture = MapModel().picture(state(folder), forbidden)
    assert Kind.FORBIDDEN in [s.kind for s in picture.ground]
    meant = asked(PLACE, state(folder), forbidden)
    assert "forbidden zone" in meant.preview.refusal
    assert not meant.legal


def test_a_legal_region_has_a_time_and_pixels(folder, known):
    meant = asked(PLACE, state(folder), known)
    assert meant.legal
    assert meant.where == "600 nm x 400 nm at (1 µm, -500 nm), 14.3 deg"
    lines, pixels = meant.preview.request.shape
    assert (pixels, lines) == (128, 85)
    assert meant.effort.startswith("128 x 85 px, 1 min")


def test_a_region_beyond_the_scanner_is_refused_in_the_guards_words(folder, known):
    far = replace(PLACE, center=(REACH.size[0], 0.0))
    assert "beyond the region that may be used" in asked(far, state(folder), known).preview.refusal


def test_nothing_is_told_before_the_run_has_said_what_its_instrument_can_do(folder):
    meant = asked(PLACE, state(folder), None)
    assert meant.preview is None
    assert meant.effort == ""


def test_a_wish_means_the_rectangle_that_was_drawn():
    region = parse_region(wish_args(PLACE))
    assert region.center == pytest.approx(PLACE.center)
    assert region.size == pytest.approx(PLACE.size)
    assert region.angle == pytest.approx(PLACE.angle, abs=1e-5)


def test_the_move_that_waits_is_known_by_its_row_and_drawn(folder, known):
    shown = waiting(folder, row=7, region=PLACE)
    assert awaited(shown).row == 7
    outlines = [s.outline for s in MapModel().picture(shown, known).coming]
    assert any(np.allclose(o[:4].mean(axis=0), PLACE.center) for o in outlines)


def test_no_move_waits_in_a_run_that_is_over(folder):
    assert awaited(replace(waiting(folder), phase=Phase.ENDED)) is None


def test_the_folder_tells_instrument_and_forbidden_ground(folder):
    told = read_known(folder.path)
    assert told.capabilities == FakeMicroscope().capabilities
    assert told.forbidden == ()


def test_without_control_nothing_can_be_sent_but_a_withdrawal(folder):
    shown = console(waiting(folder), taken=False)
    assert shown.may == {"withdraw"}
    assert shown.needs_control
    assert shown.starter == "Bo"


def test_a_run_that_waits_can_be_approved_or_declined(folder):
    shown = console(waiting(folder), taken=True)
    assert {"approve", "decline", "pause", "stop"} <= shown.may
    assert shown.level is Level.WARN


def test_a_paused_run_can_be_resumed_and_not_paused(folder):
    live = Live(True, True, {"state": "paused"})
    shown = console(state(folder, phase=Phase.PAUSED, live=live), taken=True)
    assert "resume" in shown.may
    assert "pause" not in shown.may


def test_a_run_that_waits_after_a_fault_is_resumed(folder):
    shown = console(state(folder, phase=Phase.WAITING, live=Live(True, True)), taken=True)
    assert "resume" in shown.may


@pytest.mark.parametrize("phase", [Phase.ENDED, Phase.BROKEN])
def test_a_run_that_is_over_takes_no_command_and_needs_no_control(folder, phase):
    shown = console(state(folder, phase=phase), taken=False)
    assert shown.may == {"withdraw"}
    assert not shown.needs_control


def test_the_runs_own_answer_tells_the_authority(folder):
    live = Live(True, True, {"authority": "watch"})
    assert authority_now(state(folder, live=live)) is Authority.WATCH
    odd = Live(True, True, {"authority": "sometimes"})
    assert authority_now(state(folder, live=odd)) is Authority.ADVISE


def test_narrowed_limits_are_what_the_engine_takes():
    now = wide_limits()
    typed = {row.key: row.of(now) for row in ROWS} | {"max_bias_v": 2.5, "max_travel_um": 1.0}
    args = narrowing(now, typed)
    assert args == {"max_bias_v": 2.5, "max_travel_um": 1.0}
    limits = narrowed(now, args)
    assert (limits.max_bias, limits.max_travel) == (2.5, pytest.approx(1e-6))


def test_a_live_limit_is_never_widened():
    now = wide_limits()
    with pytest.raises(ValueError, match="only be narrowed"):
        narrowing(now, {"max_bias_v": now.max_bias + 1})


def test_what_was_not_touched_is_not_sent():
    now = wide_limits()
    assert narrowing(now, {row.key: row.of(now) for row in ROWS}) == {}


def test_wider_limits_are_named():
    assert wider_than({"a": 1.0, "b": 2.0}, {"a": 1.5, "b": 2.0, "c": 9.0}) == ("a",)


class Settings(dict):
    def value(self, key, default=None):
        return self.get(key, default)

    def setValue(self, key, value):
        self[key] = value


def test_a_run_that_was_begun_here_is_ours(tmp_path):
    settings = Settings()
    assert not is_ours(settings, tmp_path / "a")
    note_started(settings, tmp_path / "a")
    note_started(settings, tmp_path / "a")
    assert is_ours(settings, tmp_path / "a")
    assert len(started(settings)) == 1
    assert not is_ours(settings, tmp_path / "b")


def test_decisions_that_are_no_frames_are_shown_without_an_outline(folder, known):
    shown = replace(waiting(folder), decisions=(replace(decision(7, PLACE), request=None),))
    assert MapModel().picture(shown, known).coming == ()
