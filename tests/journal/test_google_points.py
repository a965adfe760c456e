"""Google's points of places: tracks of days, what stays out, and damage of every kind."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.exports import fact, filed, gathered, one, read, written
from tests.journal.places import (
    NOON,
    activity,
    android,
    ios,
    moment,
    part,
    path,
    place_visit,
    points_of,
    records,
    ride,
    semantic,
    signal,
    spot,
    visit,
)

from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Skipped
from lifepod.journal.importers.google_places import IMPORTER

FIXTURES = Path(__file__).resolve().parents[3] / "shared/fixtures"
THEIRS = {
    "dogsheep+google-takeout-to-sqlite/tests/zip_contents/Takeout/Location History/Location History.json": 2,
    "digitraceslab+niimpy/niimpy/sampledata/Google/Takeout/Location History (Timeline)/Records.json": 7,
    "mahlernim+google-timeline-visualizer/test-fixtures/takeout-sample.json": 1 + 2,
    "mahlernim+google-timeline-visualizer/test-fixtures/android-ios-sample.json": 4 + 4,
}
"""File → entries by the count of others, where a path counts as its points."""
PRESENT = [(FIXTURES / name, count) for name, count in THEIRS.items() if (FIXTURES / name).is_file()]
# Points


def test_points_of_a_day_are_one_track(tmp_path: Path) -> None:
    next_day = spot(timestamp="2024-03-02T00:00:00.5Z", latitudeE7=1)
    one_, other = read(
        records(tmp_path, next_day, spot(timestamp="2024-03-01T23:59:59.999Z", latitudeE7=488500121), spot())
    )
    assert isinstance(one_, Activity) and isinstance(other, Activity)
    assert (one_.kind, one_.source, one_.key, fact(one_, "points")) == (
        "track",
        "google-location-history",
        ("2024-03-01",),
        2,
    )
    assert part(one_) == {"line": "48.850012,2.35 48.8500121,2.35"}
    assert (one_.start, one_.end) == (moment("2024-03-01T12:00:00+00:00"), moment("2024-03-01T23:59:59.999+00:00"))
    assert (other.key, part(other)) == (("2024-03-02",), {"line": "0.0000001,2.35"})


def test_old_points_tell_milliseconds_as_text_and_give_the_same_track(tmp_path: Path) -> None:
    old = {"latitudeE7": 488500120, "longitudeE7": 23500000, "timestampMs": "1709294400000"}
    path = written(tmp_path / "Takeout/Location History/Location History.json", {"locations": [old]})
    assert one(path) == one(records(tmp_path, spot()))
    assert shelf.recognise(exports.members(path)[0])[0][1].shape == "location-history-2012"


def test_numbers_that_ran_over_are_put_right(tmp_path: Path) -> None:
    found = one(records(tmp_path, spot(latitudeE7=2**32 - 338000000, longitudeE7=2**32 - 1219287261)))
    assert part(found) == {"line": "-33.8,-121.9287261"}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (spot(latitudeE7=None), "no-object"), (spot(longitudeE7="x"), "bad-number"),
        (spot(latitudeE7=-900000001), "out-of-range"),
        (spot(timestamp=None), "no-time"), (spot(timestamp="1970-01-01T00:00:00Z"), "bad-time"),
        (spot(timestamp=5), "no-time"),
        (spot(timestamp=None, timestampMs="x"), "bad-time"), (spot(timestamp=None, timestampMs="0"), "no-time"),
        (spot(timestamp="2024-03-01"), "bad-time"),
        (spot(timestamp=None, timestampMs=True), "bad-time"), (spot(timestamp=None, timestampMs=10**40), "bad-time"),
        (5, "not-an-activity"),
    ],
)  # fmt: skip
def test_what_is_no_point_is_counted_with_its_reason(entry: object, reason: str, tmp_path: Path) -> None:
    found = read(records(tmp_path, spot(), entry))
    assert [item.reason for item in found if isinstance(item, Skipped)] == [reason]
    assert points_of(found) == 2


def test_paths_become_tracks_of_days_whatever_order_they_stand_in(tmp_path: Path) -> None:
    late = path(
        {"point": "50.0°, 3.0°", "time": "2024-03-01T18:00:00Z"}, startTime="2024-03-01T17:00:00Z", endTime=None
    )
    early, stay = path("15", 30, "90", 30), visit()
    found = read(ios(tmp_path, late, early, stay))
    again = read(ios(tmp_path, stay, early, late))
    assert found == again
    assert [i.kind for i in found if isinstance(i, Activity)] == ["stay", "track"]
    track = found[1]
    assert isinstance(track, Activity)
    assert (fact(track, "points"), part(track)) == (5, {"line": "48.85,2.35 50.0,3.0"})
    assert track.start == moment("2024-03-01T12:15:00+00:00")


def test_a_time_of_its_own_wins_over_the_minutes(tmp_path: Path) -> None:
    step = {"point": "geo:1,2", "time": "2024-03-05T00:00:00Z", "durationMinutesOffsetFromStartTime": "-9"}
    assert one(ios(tmp_path, path(step))).key == ("2024-03-05",)
    assert one(ios(tmp_path, path(step | {"time": "x", "durationMinutesOffsetFromStartTime": 9}))).key == (
        "2024-03-01",
    )


@pytest.mark.parametrize("field", ["LatLng", "latLng"])
def test_raw_signals_alone_are_tracks_and_say_what_is_missing(field: str, tmp_path: Path) -> None:
    scan = {"wifiScan": {"devicesRecords": [{"mac": 124103876652832, "rawRssi": -63}]}}
    signals = [signal(field), scan, {"activityRecord": {}}, signal(field, timestamp=None), 5]
    path = written(tmp_path / "Timeline.json", {"rawSignals": signals, "userLocationProfile": {"x": "hush"}})
    found = read(path)
    assert [i.reason if isinstance(i, Skipped) else i.kind for i in found] == [
        "third-party-data", "not-an-activity", "no-time", "not-an-activity", "raw-only", "track",
    ]  # fmt: skip
    (report,) = gathered(path)
    assert (report.problem, report.records, report.seen) == ("raw-only", 1, 5)
    assert "Export Timeline data" in report.hint


@pytest.mark.parametrize("empty", [False, True])
def test_raw_signals_beside_segments_are_not_read(empty: bool, tmp_path: Path) -> None:
    path = written(
        tmp_path / "Timeline.json", {"rawSignals": [signal()], "semanticSegments": [] if empty else [visit()]}
    )
    assert [getattr(i, "kind", "raw-only") for i in read(path)] == (["raw-only", "track"] if empty else ["stay"])


# Secrets and repetition


def test_nothing_beside_places_and_times_ever_comes_in(tmp_path: Path) -> None:
    hush: dict[str, object] = {"mac": "124103876652832", "x": "hush"}
    extra = {
        "wifiScan": hush,
        "activeWifiScan": hush,
        "locationMetadata": [hush],
        "deviceTag": 124103876652832,
        "x": "hush",
        "source": "hush",
    }
    visits = [visit() | extra, activity(parking=hush) | extra, path({"point": "geo:1,2", "time": NOON} | extra)]
    found = [
        *read(android(tmp_path, *visits, userLocationProfile=hush)), *read(records(tmp_path, spot(**extra))),
        *read(semantic(tmp_path, place_visit(childVisits=[hush], **extra), ride(**extra, transitPath=hush))),
        *read(written(tmp_path / "raw.json", {"rawSignals": [signal("LatLng", **extra), {"wifiScan": hush}]})),
    ]  # fmt: skip
    data = b"".join(filed([[i for i in found if isinstance(i, Activity)]]).values())
    assert b"schema:latitude" in data
    assert b"hush" not in data.lower() and b"124103876652832" not in data


def test_reading_twice_or_in_halves_gives_the_same(tmp_path: Path) -> None:
    steps = [visit(startTime=f"2024-03-01T0{n}:00:00Z", endTime=None) for n in range(6)]
    moves = [activity(start=f"geo:48,{n}") for n in range(4)]
    whole = [i for i in read(ios(tmp_path, *steps, *moves, path(1, 2))) if isinstance(i, Activity)]
    assert len(whole) == 11
    assert filed([whole]) == filed([whole, whole]) == filed([whole], [whole]) == filed([whole[5:]], [whole[:7]])


# Damage


@pytest.mark.parametrize(
    ("entries", "make"),
    [([visit()] * 9, android), ([visit()] * 9, ios), ([place_visit()] * 9, semantic), ([spot()] * 9, records)],
)
def test_a_file_cut_in_the_middle_keeps_what_was_read_and_says_so(
    entries: list[object], make: object, tmp_path: Path
) -> None:
    assert callable(make)
    path = make(tmp_path, *entries)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    found = read(path)
    assert found[-1] == Skipped("malformed", f"{path.as_posix()}#{points_of(found)}")
    assert 3 < points_of(found) - 1 < 9


@pytest.mark.parametrize(
    ("bad", "problem"), [("[" * 100_000, "too-large"), ("9" * 5000, "malformed"), ("nope", "malformed")]
)
def test_hostile_json_ends_the_file_with_a_reason_and_keeps_the_track(bad: str, problem: str, tmp_path: Path) -> None:
    good = records(tmp_path, spot()).read_text("utf-8")
    (report,) = gathered(written(tmp_path / "Records.json", good[:-2] + "," + bad))
    assert (report.problem, report.records) == (problem, 1)


@pytest.mark.parametrize(("file", "count"), PRESENT, ids=lambda value: getattr(value, "name", None))
def test_files_of_others_are_counted_as_others_count_them(file: Path, count: int) -> None:
    found = read(file)
    assert points_of(found) == count
    assert not [item for item in found if isinstance(item, Skipped)]
    data = b"".join(filed([[i for i in found if isinstance(i, Activity)]]).values())
    assert b"124103876652" not in data and b"-577680260" not in data


SAMPLES: list[object] = [
    {"semanticSegments": [visit(), activity(), path(5, {"point": "1°, 2°", "time": NOON})], "rawSignals": [signal()]},
    [visit(), activity(), path("15", 20)], {"locations": [spot(), spot(timestamp=None, timestampMs="1709294400000")]},
    {"timelineObjects": [place_visit(), ride()]}, {"rawSignals": [signal(), {"wifiScan": {}}]},
    *(json.loads(file.read_text("utf-8")) for file, _ in PRESENT),
]  # fmt: skip
ODD: list[object] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    1e400,
    "",
    "x",
    "\x00",
    "²",
    "٣",
    [],
    [[]],
    {},
    "geo:",
    "2025-13-45",
    "°,°",
    "9" * 400,
]


def spoiled(value: object, chance: random.Random) -> object:
    if chance.random() < 0.08:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {k: spoiled(v, chance) for k, v in value.items() if chance.random() > 0.06}
    return [spoiled(v, chance) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_damage_of_any_kind_gives_records_and_reasons(sample: object, tmp_path: Path) -> None:
    chance, whole = random.Random(7), json.dumps(sample, ensure_ascii=False).encode()
    for number in range(60):
        data, at = bytearray(whole), chance.randrange(len(whole))
        if number % 4 == 0:
            del data[at:]
        elif number % 4 == 1:
            for _ in range(9):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        else:
            data = bytearray(json.dumps(spoiled(sample, chance)).encode())
        file = tmp_path / "Timeline.json"
        file.write_bytes(data)
        (member,) = exports.members(file)
        match = IMPORTER.recognise(member)
        if match is not None and match.problem is None:
            found = list(IMPORTER.activities(match, {"now": exports.NOW}))
            assert all(isinstance(item, Activity | Skipped) for item in found)
            filed([[item for item in found if isinstance(item, Activity)]])
