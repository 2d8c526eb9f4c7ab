"""What an instrument could do is read back as it was written, or not at all."""

import json

import pytest

from ai_afm.errors import StoreError
from ai_afm.service.known import as_json, from_json
from ai_afm.testing.fake import FakeMicroscope


def test_capabilities_survive_json_to_the_last_bit():
    can = FakeMicroscope(current=1e-9).capabilities
    assert from_json(json.loads(json.dumps(as_json(can)))) == can


def test_a_row_of_another_kind_is_refused():
    values = as_json(FakeMicroscope().capabilities)
    with pytest.raises(StoreError, match="capabilities"):
        from_json(values | {"feedback": "none at all"})
