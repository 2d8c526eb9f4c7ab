"""The lamps: what each says for what is known, and nothing where nothing is."""

from dataclasses import replace

import pytest
from gui_run_parts import Author, request

from ai_afm.store.journal import Journal
from ai_afm_gui.client import Level, Phase
from ai_afm_gui.client.digest import Digest
from ai_afm_gui.client.lamps import Signs, lamps

SIGNS = Signs(Phase.RUNNING, "", None, None, None, 10.0, None, 16, 5e10)


@pytest.fixture
def author(tmp_path):
    author = Author(tmp_path / "run")
    yield author
    author.close()


def told(author, name, **signs):
    digest = Digest(None)
    with Journal.read(author.folder.journal_file) as journal:
        for row in journal.rows():
            digest.take(row)
    found = {lamp.name: lamp for lamp in lamps(digest, replace(SIGNS, **signs))}
    return found[name].word, found[name].level


def health(author, detector, verdict):
    author.row(
        "health", detector=detector, verdict=verdict, meaning="share of samples at full scale",
        advice="approach again", scan=1, lines=8, window=8, good=None, suspect=[], source="live",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["tip", "z range", "drift"])
def test_where_nothing_tells_it_is_unknown(author, name):
    assert told(author, name) == ("unknown", Level.UNKNOWN)


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        (None, ("unknown", Level.UNKNOWN)),
        (1e8, ("full", Level.BAD)),
        (1e9, ("little", Level.WARN)),
        (1e11, ("enough", Level.GOOD)),
    ],
)
def test_the_disk_says_how_much_is_free(author, free, expected):
    assert told(author, "disk", free=free) == expected


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        (Phase.STARTING, ("starting", Level.UNKNOWN)),
        (Phase.RUNNING, ("live", Level.GOOD)),
        (Phase.UNSURE, ("silent", Level.WARN)),
        (Phase.BROKEN, ("broken off", Level.BAD)),
        (Phase.ENDED, ("ended", Level.UNKNOWN)),
    ],
)
def test_the_link_follows_the_run(author, phase, expected):
    assert told(author, "link", phase=phase) == expected


def test_the_tip_does_what_was_begun_last(author):
    author.begin()
    author.scan(1, request())
    assert told(author, "tip") == ("scanning", Level.GOOD)
    author.command("withdraw", "withdrawn; latched until a person clears it")
    assert told(author, "tip") == ("withdrawn", Level.WARN)
    author.row("fault", kind="park", message="bias is 3 V", response="none")
    assert told(author, "tip") == ("not parked", Level.BAD)


def test_a_doubt_about_contact_comes_before_what_the_tip_does(author):
    author.begin()
    author.scan(1, request())
    health(author, "lost_contact", "suspect")
    assert told(author, "tip") == ("no contact", Level.BAD)
    health(author, "lost_contact", "good")
    assert told(author, "tip") == ("scanning", Level.GOOD)


def test_the_z_range_is_at_its_limit_while_a_detector_says_so(author):
    health(author, "saturation", "suspect")
    assert told(author, "z range") == ("at its limit", Level.BAD)
    health(author, "saturation", "good")
    assert told(author, "z range") == ("inside", Level.GOOD)


def test_drift_is_fast_where_it_matters_for_the_frame(author):
    author.begin()
    asked = request()
    author.scan(1, asked)
    track = {"offset": [1e-9, 0.0], "rate": [1e-9, 0.0], "status": "tracking"}
    author.observe(1, asked, 12, track=track, offset_uncertainty=1e-9)
    assert told(author, "drift") == ("followed", Level.GOOD)
    author.scan(2, asked)
    digest = Digest(None)
    with Journal.read(author.folder.journal_file) as journal:
        for row in journal.rows():
            digest.take(row)
    signs = replace(SIGNS, current=digest.current, frame_seconds=600.0)
    lamp = next(found for found in lamps(digest, signs) if found.name == "drift")
    assert (lamp.word, lamp.level) == ("fast", Level.WARN)
    assert lamp.text == "60 nm/min: 600 nm while this frame is scanned"


def test_a_place_that_was_lost_is_told(author):
    asked = request()
    author.begin()
    author.scan(1, asked)
    author.observe(1, asked, 12, track={"offset": [0.0, 0.0], "status": "lost"})
    assert told(author, "drift") == ("lost", Level.BAD)


def test_a_model_that_failed_says_so_until_it_looks_again(author):
    asked = request()
    author.begin()
    author.scan(1, asked)
    author.row("fault", kind="segmenter", message="the child died", response="no glimpses")
    assert told(author, "model") == ("failed", Level.WARN)
    author.look(1, asked, 4)
    assert told(author, "model") == ("looks", Level.GOOD)


def test_the_queue_counts_what_was_put_aside(author):
    assert told(author, "queue") == ("empty", Level.GOOD)
    author.row("queued_for_review", scan=1, reason="unlike the training data", response="goes on")
    assert told(author, "queue") == ("to review", Level.WARN)
