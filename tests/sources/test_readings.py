"""Messages become readings as a file says; Tesla's as its server writes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.errors import ConfigError
from siyaq.core.event import Cursor, Rejected
from siyaq.core.observation import Observation
from siyaq.sources.messages.batch import Verdict, batches_of
from siyaq.sources.messages.reader import open_reader
from siyaq.testing.world.dishes import MAPPING

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)

GPU = """
items = "/gpus"
identifiers = "kept"

[thing]
kind = "gpu"
id = "topic:2"

[[reading]]
property = "power"
value = "/w"
unit = "W"

[[reading]]
property = "place"
value = ["/lat", "/lon"]
"""


def read(tmp_path: Path, text: str, message: bytes, topic: str = "") -> list[Verdict]:
    file = tmp_path / "map.toml"
    file.write_text(text)
    return list(open_reader(str(file)).read(message, source="s", now=NOW, topic=topic))


def told(verdicts: list[Verdict]) -> dict[str, float | str]:
    return {one.property.name: one.result for one in verdicts if isinstance(one, Observation)}


def test_readings_have_unit_clock_and_thing(tmp_path: Path) -> None:
    message = {"serial": "UT1", "where": "Qasr", "time": 1777895940000, "down_bps": 180e6}
    (one,) = read(tmp_path, MAPPING, json.dumps(message).encode())
    assert isinstance(one, Observation)
    assert one.result == pytest.approx(180.0)
    assert (one.property.unit, one.thing.kind, one.thing.site) == ("Mbit/s", "dish", "Qasr")
    assert one.thing.personal, "hashed unless the file says otherwise"
    assert one.phenomenon_time == NOW - timedelta(minutes=1)
    assert one.witnessed_at == NOW


def test_a_topic_names_the_thing_and_a_place_is_rounded(tmp_path: Path) -> None:
    message = b'{"gpus": [{"w": 301, "lat": 24.713552, "lon": 46.675297}, {"w": true}, 7]}'
    first, place, odd = read(tmp_path, GPU, message, "rack/gpu-7/power")
    assert isinstance(first, Observation)
    assert isinstance(place, Observation)
    assert isinstance(odd, Observation)
    assert (first.result, place.result, odd.result) == (301.0, "24.71,46.68", "true")
    assert (first.thing.id, first.thing.personal) == ("gpu-7", False)
    assert all(isinstance(one, Rejected) for one in read(tmp_path, GPU, message, "rack"))


@pytest.mark.parametrize(
    "message",
    [
        b"{",
        b"7",
        b'{"time": 1}',
        b'{"serial": "a", "time": "soon", "down_bps": 1}',
        b'{"serial": "a", "time": 1, "down_bps": [1]}',
        b'{"serial": "a", "time": 1, "down_bps": 1e400}',
        b'{"serial": {}, "time": 1}',
    ],
)
def test_what_is_no_reading_is_counted(tmp_path: Path, message: bytes) -> None:
    assert all(isinstance(one, Rejected) for one in read(tmp_path, MAPPING, message))
    assert read(tmp_path, MAPPING, message)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[thing]\nkind = 'a'\nid = '/i'", "'reading' in"),
        (GPU.replace('"topic:2"', '"topic:x"'), "'thing.id' in"),
        (GPU.replace('"/w"', '"w"'), r"'value' of \[\[reading\]\] 1"),
        (GPU.replace('unit = "W"', "unit = 3"), r"'unit' of \[\[reading\]\] 1"),
        (GPU.replace('unit = "W"', "scael = 3"), "unknown key 'scael'"),
        (GPU.replace('unit = "W"', "scale = 'x'"), "'scale' of"),
        (GPU.replace('"kept"', '"shown"'), "'identifiers' in"),
        ("places = 9\n" + GPU, "'places' in"),
        ("thing = 3", "'thing' in"),
    ],
)
def test_a_wrong_file_names_the_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        read(tmp_path, text, b"{}")


RECORD = {
    "data": [
        {"key": "VehicleName", "value": {"stringValue": "cybertruck"}},
        {"key": "Soc", "value": {"doubleValue": 71.5}},
        {"key": "Odometer", "value": {"longValue": "12345"}},
        {"key": "VehicleSpeed", "value": {"stringValue": "31.069"}},
        {"key": "Gear", "value": {"shiftStateValue": "ShiftStateD"}},
        {"key": "Locked", "value": {"booleanValue": True}},
        {"key": "Location", "value": {"locationValue": {"latitude": 24.71365, "longitude": 46.67}}},
        {"key": "DestinationName", "value": {"invalid": True}},
    ],
    "createdAt": "2026-05-04T11:59:00Z",
    "vin": "TESTVIN0000000042",
    "isResend": False,
}


def test_a_record_of_tesla_is_read() -> None:
    found = list(open_reader("tesla-fleet").read(json.dumps(RECORD).encode(), source="s", now=NOW))
    assert told(found) == {
        "VehicleName": "cybertruck",
        "Soc": 71.5,
        "Odometer": 12345.0,
        "VehicleSpeed": 31.069,
        "Gear": "ShiftStateD",
        "Locked": "true",
        "Location": "24.71,46.67",
    }
    assert not any(isinstance(one, Rejected) for one in found)
    first = found[1]
    assert isinstance(first, Observation)
    assert (first.property.unit, first.property.label) == ("%", "battery charge")
    assert first.phenomenon_time == NOW - timedelta(minutes=1)
    assert first.thing.personal


def test_a_field_of_tesla_over_mqtt_is_read_by_its_topic() -> None:
    reader = open_reader("tesla-fleet")
    for message, result in (
        (b"71.5", 71.5),
        (b'{"value": 71.5}', 71.5),
        (b'"ShiftStateP"', "ShiftStateP"),
    ):
        (one,) = reader.read(message, source="s", now=NOW, topic="tele/cars/VIN1/v/Soc")
        assert isinstance(one, Observation)
        assert (one.thing.id, one.property.name, one.result) == ("VIN1", "Soc", result)
    (odd,) = reader.read(b"{}", source="s", now=NOW, topic="tele/VIN1/alerts/x/current")
    assert isinstance(odd, Rejected)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "value", "data", "vin", "latitude"]), inner)
    ),
    max_leaves=8,
)


@given(body=JSON, topic=st.sampled_from(["", "a/v/b", "a/b/v/c"]))
@settings(deadline=None, max_examples=200)
def test_no_message_makes_tesla_s_reader_raise(body: object, topic: str) -> None:
    list(
        open_reader("tesla-fleet").read(json.dumps(body).encode(), source="s", now=NOW, topic=topic)
    )
    record = json.dumps({**RECORD, "data": [{"key": "a", "value": body}]}).encode()
    list(open_reader("tesla-fleet").read(record, source="s", now=NOW))


def test_only_the_last_batch_of_many_bears_the_cursor() -> None:
    rejected = list(open_reader("").read(b"{", source="s", now=NOW)) * 1200
    cursor = Cursor(source="s", partition="p", position="1")
    batches = list(batches_of(rejected, "s", cursor))
    assert [len(one.rejected) for one in batches] == [500, 500, 200]
    assert [one.cursor for one in batches] == [None, None, cursor]
    (empty,) = batches_of([], "s", cursor)
    assert empty.cursor == cursor
